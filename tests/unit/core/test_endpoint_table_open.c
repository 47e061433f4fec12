/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Endpoints that leave the table without a report, and may return. */
#include "endpoint_fixture.h"

static void expect_sum(const struct fixture *d)
{
	struct endpoint_table_counts c = endpoint_table_counts(d->endpoint_table);

	assert_int_equal(c.seen, c.reported + c.open + c.evicted + c.end_missed + c.vanished);
	assert_int_equal(c.reported, d->stories);
}

static void feed_minisock(struct fixture *d, unsigned n)
{
	feed(d, of_endpoint(n, established(T0)));
	feed(d, of_endpoint(n, a_fin(T0 + 1, 101)));
	feed(d, of_endpoint(n, an_ack(T0 + 2)));
	feed(d, of_endpoint(n, a_last_change(T0 + 3, 0)));
}

/* Returns step s of endpoint n. */
static struct event step_event(unsigned n, unsigned s, uint64_t ts_ns)
{
	switch (s) {
	case 0:
		return of_endpoint(n, established(ts_ns));
	case 1:
		return of_endpoint(n, a_fin(ts_ns, 101));
	case 2:
		return of_endpoint(n, an_ack(ts_ns));
	default:
		return of_endpoint(n, a_last_change(ts_ns, n % 2 ? SOCKF_DONE : 0));
	}
}

static void test_endpoint_table_open__an_evicted_endpoint_that_acts_again_is_seen_once(void **state)
{
	struct fixture *d = *state;
	struct endpoint_table_counts c;

	d->config.max_open = 1;
	reset_table(d);
	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(2, established(T0 + 1)));
	feed(d, of_endpoint(1, a_fin(T0 + 2, 101)));
	c = endpoint_table_counts(d->endpoint_table);
	assert_int_equal(c.seen, 2);
	assert_int_equal(c.evicted, 1);
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->reported[1], 1);
	expect_sum(d);
}

static void test_endpoint_table_open__without_cookies_an_opening_is_a_new_one(void **state)
{
	struct fixture *d = *state;
	struct event e = established(T0);

	d->config.max_open = 1;
	reset_table(d);
	e.cookie = 0;
	feed(d, e);
	feed(d, of_endpoint(2, established(T0 + 1)));
	e.ts_ns = T0 + 2;
	feed(d, e);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).seen, 3);
	expect_sum(d);
}

static void note_open(void *arg, const struct story *s)
{
	unsigned *cookies = arg;

	*cookies = *cookies * 10 + (unsigned)s->cookie;
}

static void test_endpoint_table_open__open_endpoints_are_visited_by_their_last_events(void **state)
{
	struct fixture *d = *state;
	unsigned cookies = 0;

	for (unsigned n = 1; n <= 4; n++)
		feed(d, of_endpoint(n, established(T0 + n)));
	feed(d, of_endpoint(1, a_fin(T0 + 5, 101)));
	feed_minisock(d, 3);
	endpoint_table_visit_open(d->endpoint_table, T0 + 6, note_open, &cookies);
	assert_int_equal(cookies, 241);	/* not the one in a minisock */
	cookies = 0;
	endpoint_table_visit_open(d->endpoint_table, T0 + 5, note_open, &cookies);
	assert_int_equal(cookies, 24);
}

/* Endpoint 1 has sent its FIN, 3 is in a minisock, 4 is over: it waits only for late segments. */
static void test_endpoint_table_open__closes_in_progress_are_visited(void **state)
{
	struct fixture *d = *state;
	unsigned cookies = 0;

	for (unsigned n = 1; n <= 3; n++)
		feed(d, of_endpoint(n, established(T0 + n)));
	feed(d, of_endpoint(1, a_fin(T0 + 5, 101)));
	feed_minisock(d, 3);
	for (unsigned s = 0; s < 4; s++)
		feed(d, of_endpoint(4, s < 3 ? step_event(4, s, T0 + 10 + s) :
				       a_last_change(T0 + 13, SOCKF_DONE)));
	endpoint_table_visit_closing(d->endpoint_table, note_open, &cookies);
	assert_int_equal(cookies, 13);
}

static bool lose(struct fixture *d, unsigned n, uint64_t looked_ns)
{
	struct event e = of_endpoint(n, established(T0));

	return endpoint_table_lose(d->endpoint_table, e.sk_key, e.cookie, looked_ns);
}

static void test_endpoint_table_open__an_endpoint_whose_socket_is_gone_is_lost(void **state)
{
	struct fixture *d = *state;

	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(2, established(T0)));
	feed(d, of_endpoint(2, a_fin(T0 + 10, 101)));
	assert_true(lose(d, 1, T0 + 20));
	assert_true(lose(d, 2, T0 + 20));
	assert_false(lose(d, 2, T0 + 20));
	assert_int_equal(endpoint_table_counts(d->endpoint_table).vanished, 2);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).closing, 0);
	expect_sum(d);
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->stories, 0);
}

static void test_endpoint_table_open__an_event_since_the_look_keeps_the_endpoint(void **state)
{
	struct fixture *d = *state;

	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(1, a_fin(T0 + 20, 101)));
	assert_false(lose(d, 1, T0 + 20));
	feed(d, of_endpoint(1, a_last_change(T0 + 30, SOCKF_DONE)));
	assert_false(lose(d, 1, T0 + 40));	/* its end was seen */
	assert_int_equal(endpoint_table_counts(d->endpoint_table).vanished, 0);
}

static void test_endpoint_table_open__a_lost_endpoint_that_acts_again_is_open_again(void **state)
{
	struct fixture *d = *state;

	feed(d, of_endpoint(1, established(T0)));
	assert_true(lose(d, 1, T0 + 10));
	feed(d, of_endpoint(1, a_fin(T0 + 20, 101)));
	assert_int_equal(endpoint_table_counts(d->endpoint_table).vanished, 0);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).seen, 1);
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->reported[1], 1);
	expect_sum(d);
}

/* A third of the events is lost, and then it is found which sockets are gone: none stays open. */
static void test_endpoint_table_open__after_losses_no_endpoint_stays_open(void **state)
{
	enum { COUNT_OF_ENDPOINTS = 2000, STEPS = 4 };
	struct fixture *d = *state;
	uint64_t seed = 7, ts_ns = T0;
	unsigned lost = 0;

	for (unsigned s = 0; s < STEPS; s++) {
		for (unsigned n = 1; n <= COUNT_OF_ENDPOINTS; n++, ts_ns += 1000) {
			if (next_random(&seed) % 3)
				feed(d, step_event(n, s, ts_ns));
			else
				endpoint_table_set_lossy(d->endpoint_table);
		}
	}
	endpoint_table_expire(d->endpoint_table, ts_ns + 200000 * MS);
	assert_true(endpoint_table_counts(d->endpoint_table).open > 100);
	for (unsigned n = 1; n <= COUNT_OF_ENDPOINTS; n++)
		lost += lose(d, n, ts_ns + MS);
	endpoint_table_end(d->endpoint_table, ts_ns + 200000 * MS);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).open, 0);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).vanished, lost);
	for (unsigned n = 1; n <= COUNT_OF_ENDPOINTS; n++)
		assert_true(d->reported[n] <= 1);
	expect_sum(d);
}

static void note_lost(void *arg, const struct story *s)
{
	struct fixture *d = arg;

	d->reported[s->cookie] += 100;
}

/* The story of the other end says that this one's does not come. */
static void test_endpoint_table_open__the_other_end_of_a_lost_one_knows_it(void **state)
{
	struct fixture *d = *state;
	struct event e = other_end(established(T0 + 1));

	d->config.lose = note_lost;
	reset_table(d);
	feed(d, established(T0));
	feed(d, e);
	assert_true(endpoint_table_lose(d->endpoint_table, e.sk_key, e.cookie, T0 + 20));
	assert_int_equal(d->reported[0x12], 100);
	feed(d, a_fin(T0 + 30, 101));
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->last.cookie, 0x11);
	assert_true(d->last.twin.known && d->last.twin.lost);
	/* one that acts again is not lost any more */
	reset_table(d);
	feed(d, established(T0));
	feed(d, e);
	assert_true(endpoint_table_lose(d->endpoint_table, e.sk_key, e.cookie, T0 + 20));
	e.ts_ns = T0 + 25;
	feed(d, e);
	feed(d, a_fin(T0 + 30, 101));
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_true(d->last.twin.known && !d->last.twin.lost);
}

#define OPEN_TEST(name)                                                                            \
	cmocka_unit_test_setup_teardown(test_endpoint_table_open__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OPEN_TEST(an_evicted_endpoint_that_acts_again_is_seen_once),
		OPEN_TEST(without_cookies_an_opening_is_a_new_one),
		OPEN_TEST(open_endpoints_are_visited_by_their_last_events),
		OPEN_TEST(closes_in_progress_are_visited),
		OPEN_TEST(an_endpoint_whose_socket_is_gone_is_lost),
		OPEN_TEST(an_event_since_the_look_keeps_the_endpoint),
		OPEN_TEST(a_lost_endpoint_that_acts_again_is_open_again),
		OPEN_TEST(after_losses_no_endpoint_stays_open),
		OPEN_TEST(the_other_end_of_a_lost_one_knows_it),
	};

	return cmocka_run_group_tests_name("endpoint_table_open", tests, NULL, NULL);
}
