/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "pair.h"
#include "twin.h"

#define SETS 64
#define CONNECTIONS 12

struct joined {
	uint64_t a, b;		/* cookies, the smaller one first; b is 0 for one end */
	uint64_t why;		/* enum one_sided */
};

struct bench {
	struct pair_table *table;
	struct joined got[SETS];
	unsigned nr;
};

static void note_connection(void *arg, const struct pair_end *a, const struct pair_end *b,
			    enum one_sided why)
{
	struct bench *t = arg;
	uint64_t x = a->story.cookie, y = b ? b->story.cookie : 0;

	assert_true(t->nr < SETS);
	t->got[t->nr++] = (struct joined){ b && y < x ? y : x, b && y < x ? x : y, why };
	for (unsigned i = 0; i < a->story.nr_calls; i++)
		assert_int_equal(a->story.calls[i].pid, a->story.cookie);
}

static void begin(struct bench *t, uint32_t max)
{
	const struct pair_config config = { .max = max, .seed = 7, .report = note_connection,
					    .arg = t };

	pair_table_free(t->table);
	t->nr = 0;
	t->table = pair_table_new(&config);
	assert_non_null(t->table);
}

static int set_up(void **state)
{
	struct bench *t = calloc(1, sizeof(*t));

	if (!t)
		return -1;
	begin(t, 100);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *t = *state;

	pair_table_free(t->table);
	free(t);
	return 0;
}

/* A story that was over at T0, of one of the two ends of connection n, from 1. */
static struct story an_end(unsigned n, bool server)
{
	struct event e = established(T0);
	struct story s;

	story_init(&s, &e);
	s.cookie = 2 * n + server;
	s.isns = server ? (struct twin_key){ n, 1000000 + n } : (struct twin_key){ 1000000 + n, n };
	s.isns_known = true;
	s.opened = server ? OPENED_ACCEPT : OPENED_CONNECT;
	return s;
}

static void add(struct bench *t, struct story s, bool wanted, enum pair_window window)
{
	const struct verdict v = { .settled_ns = T0, .ending = ENDING_FOUR_WAY };

	pair_table_add(t->table, &s, &v, wanted, window);
}

static void add_live(struct bench *t, struct story s)
{
	add(t, s, true, PAIR_WINDOW_LIVE);
}

static void expect_got(const struct bench *t, unsigned i, uint64_t a, uint64_t b,
		       enum one_sided why)
{
	assert_true(i < t->nr);
	assert_int_equal(t->got[i].a, a);
	assert_int_equal(t->got[i].b, b);
	assert_int_equal(t->got[i].why, why);
}

static void test_pair__two_ends_are_joined_at_once(void **state)
{
	struct bench *t = *state;

	add_live(t, an_end(1, false));
	add_live(t, an_end(2, true));
	assert_int_equal(t->nr, 0);
	add_live(t, an_end(1, true));
	assert_int_equal(t->nr, 1);
	expect_got(t, 0, 2, 3, ONE_SIDED_NONE);
	assert_int_equal(pair_table_counts(t->table).joined, 1);
}

static void test_pair__a_copy_owns_its_calls(void **state)
{
	struct bench *t = *state;
	struct story s = an_end(1, false);

	s.calls = calloc(2, sizeof(*s.calls));
	assert_non_null(s.calls);
	s.nr_calls = s.cap_calls = 2;
	s.calls[0].pid = s.calls[1].pid = (uint32_t)s.cookie;
	add_live(t, s);
	memset(s.calls, 0xee, 2 * sizeof(*s.calls));
	story_release(&s);
	add_live(t, an_end(1, true));	/* note_connection() compares the pids */
	expect_got(t, 0, 2, 3, ONE_SIDED_NONE);
}

static void test_pair__one_number_of_two_is_not_enough(void **state)
{
	struct bench *t = *state;
	struct story s = an_end(1, true);

	s.isns.iss++;	/* a SYN proxy rewrites the server's */
	add_live(t, an_end(1, false));
	add_live(t, s);
	pair_table_end(t->table);
	assert_int_equal(t->nr, 2);
	expect_got(t, 0, 2, 0, ONE_SIDED_NOT_FOUND);
	expect_got(t, 1, 3, 0, ONE_SIDED_NOT_FOUND);
}

/* The numbers are unordered in the key, but not in the match. */
static void test_pair__the_same_numbers_the_same_way_round_do_not_match(void **state)
{
	struct bench *t = *state;
	struct story s = an_end(1, false);

	s.cookie = 99;
	s.opened = OPENED_ACCEPT;
	add_live(t, an_end(1, false));
	add_live(t, s);
	assert_int_equal(t->nr, 0);
}

static void test_pair__two_that_called_connect_do_not_match(void **state)
{
	struct bench *t = *state;
	struct story a = an_end(1, false), b = an_end(1, true);

	b.opened = OPENED_CONNECT;
	add_live(t, a);
	add_live(t, b);
	assert_int_equal(t->nr, 0);
	begin(t, 100);
	a.syns_crossed = b.syns_crossed = true;		/* unless their SYNs crossed */
	add_live(t, a);
	add_live(t, b);
	expect_got(t, 0, 2, 3, ONE_SIDED_NONE);
}

static void test_pair__an_unknown_role_matches(void **state)
{
	struct bench *t = *state;
	struct story a = an_end(1, false), b = an_end(1, true);

	a.opened = b.opened = OPENED_UNKNOWN;
	add_live(t, a);
	add_live(t, b);
	expect_got(t, 0, 2, 3, ONE_SIDED_NONE);
}

/* Two tracers on one host record the same socket. */
static void test_pair__a_socket_is_not_its_own_other_end(void **state)
{
	struct bench *t = *state;
	struct story a = an_end(1, false), b;

	a.isns.iss = a.isns.irs;
	a.opened = OPENED_UNKNOWN;
	b = a;
	b.host = 1;
	add_live(t, a);
	add_live(t, b);
	assert_int_equal(t->nr, 0);
	b.clock = 1;		/* the same cookie of another boot is another socket */
	begin(t, 100);
	add_live(t, a);
	add_live(t, b);
	assert_int_equal(t->nr, 1);
}

static void test_pair__a_socket_connected_to_itself_is_both_ends(void **state)
{
	struct bench *t = *state;
	struct story s = an_end(1, false);

	memcpy(s.flow.peer_addr, s.flow.local_addr, sizeof(s.flow.peer_addr));
	s.flow.peer_port = s.flow.local_port;
	add_live(t, s);
	expect_got(t, 0, 2, 2, ONE_SIDED_NONE);
}

static void test_pair__live_an_unknown_end_is_awaited_for_two_seconds(void **state)
{
	struct bench *t = *state;

	add_live(t, an_end(1, false));
	assert_int_equal(pair_table_next_ns(t->table), T0 + 2000 * MS);
	pair_table_expire(t->table, T0 + 2000 * MS - 1);
	assert_int_equal(t->nr, 0);
	pair_table_expire(t->table, T0 + 2000 * MS);
	expect_got(t, 0, 2, 0, ONE_SIDED_NOT_FOUND);
	assert_int_equal(pair_table_next_ns(t->table), 0);
}

static void test_pair__an_end_that_is_known_is_awaited_to_the_end(void **state)
{
	struct bench *t = *state;
	struct story s = an_end(1, false);

	s.twin.known = true;
	add_live(t, s);
	assert_int_equal(pair_table_next_ns(t->table), 0);
	pair_table_expire(t->table, UINT64_MAX);
	assert_int_equal(t->nr, 0);
	pair_table_end(t->table);
	expect_got(t, 0, 2, 0, ONE_SIDED_OPEN);
}

static void test_pair__an_end_that_is_lost_is_not_awaited(void **state)
{
	struct bench *t = *state;
	struct story s = an_end(1, false), late = an_end(2, false), lost = an_end(2, true);

	s.twin.known = s.twin.lost = late.twin.known = true;
	add_live(t, s);
	expect_got(t, 0, 2, 0, ONE_SIDED_PEER_LOST);
	add_live(t, late);
	assert_int_equal(t->nr, 1);
	pair_table_lose(t->table, &lost);
	expect_got(t, 1, 4, 0, ONE_SIDED_PEER_LOST);
}

static void test_pair__without_numbers_it_comes_alone(void **state)
{
	struct bench *t = *state;
	struct story s = an_end(1, false);

	s.isns_known = false;
	add_live(t, s);
	expect_got(t, 0, 2, 0, ONE_SIDED_NOT_FOUND);
}

static void test_pair__a_stream_waits_by_kind(void **state)
{
	const struct verdict over = { .settled_ns = T0, .ending = ENDING_FOUR_WAY };
	const struct verdict open = { .settled_ns = T0, .ending = ENDING_OPEN };
	const struct verdict half = { .settled_ns = T0, .ending = ENDING_TIMED_OUT,
				      .reason = REASON_FIN_WAIT_2 };
	struct bench *t = *state;
	struct story s = an_end(1, false);

	pair_table_add(t->table, &s, &half, true, PAIR_WINDOW_STREAM);
	assert_int_equal(pair_table_next_ns(t->table), T0 + 7200000 * MS);
	s = an_end(2, false);
	pair_table_add(t->table, &s, &open, true, PAIR_WINDOW_STREAM);
	assert_int_equal(pair_table_next_ns(t->table), T0 + 7200000 * MS);
	s = an_end(3, false);
	pair_table_add(t->table, &s, &over, true, PAIR_WINDOW_STREAM);
	assert_int_equal(pair_table_next_ns(t->table), T0 + 120000 * MS);
	/* a host whose clock is hours behind */
	pair_table_expire(t->table, T0 + 7000000 * MS);
	assert_int_equal(t->nr, 1);
	s = an_end(5, false);
	pair_table_add(t->table, &s, &over, true, PAIR_WINDOW_STREAM);
	assert_int_equal(pair_table_next_ns(t->table), T0 + 7120000 * MS);
	s = an_end(4, false);
	pair_table_add(t->table, &s, &over, true, PAIR_WINDOW_INPUT);
	pair_table_expire(t->table, UINT64_MAX);
	assert_int_equal(t->nr, 4);	/* the last one waits for the end of the input */
}

static void test_pair__an_end_without_another_one_waits_briefly(void **state)
{
	struct story known = an_end(2, false);
	struct bench *t = *state;

	add(t, an_end(1, false), true, PAIR_WINDOW_BRIEF);
	known.twin.known = true;
	add(t, known, true, PAIR_WINDOW_BRIEF);
	assert_int_equal(pair_table_next_ns(t->table), T0 + 100 * MS);
	pair_table_expire(t->table, T0 + 100 * MS);
	assert_int_equal(t->nr, 1);	/* the other one was seen: its end comes */
	expect_got(t, 0, 2, 0, ONE_SIDED_NOT_FOUND);
}

static void test_pair__a_full_table_gives_out_the_oldest(void **state)
{
	struct bench *t = *state;

	begin(t, 2);
	add_live(t, an_end(1, false));
	add_live(t, an_end(2, false));
	add_live(t, an_end(3, false));
	expect_got(t, 0, 2, 0, ONE_SIDED_NOT_FOUND);
	assert_int_equal(pair_table_counts(t->table).evicted, 1);
	add_live(t, an_end(2, true));	/* a match needs no room */
	expect_got(t, 1, 4, 5, ONE_SIDED_NONE);
	assert_int_equal(pair_table_counts(t->table).evicted, 1);
}

static void test_pair__an_end_that_the_filters_exclude_only_accompanies(void **state)
{
	struct bench *t = *state;

	add(t, an_end(1, false), false, PAIR_WINDOW_LIVE);
	add(t, an_end(1, true), true, PAIR_WINDOW_LIVE);
	expect_got(t, 0, 2, 3, ONE_SIDED_NONE);
	add(t, an_end(2, false), false, PAIR_WINDOW_LIVE);
	add(t, an_end(2, true), false, PAIR_WINDOW_LIVE);
	add(t, an_end(3, false), false, PAIR_WINDOW_LIVE);
	pair_table_end(t->table);
	assert_int_equal(t->nr, 1);
}

static int compare_joined(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct joined));
}

/* All ends but one of each third connection, in a random order: the set of connections. */
static void join_in_random_order(struct bench *t, uint64_t *seed)
{
	struct story all[2 * CONNECTIONS];
	unsigned nr = 0;

	begin(t, 100);
	for (unsigned n = 1; n <= CONNECTIONS; n++)
		for (unsigned server = 0; server < 2 && (n % 3 || !server); server++)
			all[nr++] = an_end(n, server);
	for (unsigned i = nr; i > 1; i--) {
		unsigned k = next_random(seed) % i;
		struct story swap = all[k];

		all[k] = all[i - 1];
		all[i - 1] = swap;
	}
	for (unsigned i = 0; i < nr; i++)
		add_live(t, all[i]);
	pair_table_end(t->table);
	qsort(t->got, t->nr, sizeof(*t->got), compare_joined);
}

static void test_pair__any_order_gives_the_same_connections(void **state)
{
	struct bench *t = *state, first = { .nr = 0 };
	uint64_t seed = 11;

	join_in_random_order(t, &seed);
	memcpy(first.got, t->got, sizeof(first.got));
	first.nr = t->nr;
	assert_int_equal(first.nr, CONNECTIONS);
	for (unsigned i = 0; i < 500; i++) {
		join_in_random_order(t, &seed);
		assert_int_equal(t->nr, first.nr);
		assert_memory_equal(t->got, first.got, first.nr * sizeof(*t->got));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_pair__##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(two_ends_are_joined_at_once),
		TEST(a_copy_owns_its_calls),
		TEST(one_number_of_two_is_not_enough),
		TEST(the_same_numbers_the_same_way_round_do_not_match),
		TEST(two_that_called_connect_do_not_match),
		TEST(an_unknown_role_matches),
		TEST(a_socket_is_not_its_own_other_end),
		TEST(a_socket_connected_to_itself_is_both_ends),
		TEST(live_an_unknown_end_is_awaited_for_two_seconds),
		TEST(an_end_that_is_known_is_awaited_to_the_end),
		TEST(an_end_that_is_lost_is_not_awaited),
		TEST(without_numbers_it_comes_alone),
		TEST(a_stream_waits_by_kind),
		TEST(an_end_without_another_one_waits_briefly),
		TEST(a_full_table_gives_out_the_oldest),
		TEST(an_end_that_the_filters_exclude_only_accompanies),
		TEST(any_order_gives_the_same_connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
