/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "endpoint_fixture.h"

#include <time.h>

static void expect_sum(const struct fixture *d)
{
	struct endpoint_table_counts c = endpoint_table_counts(d->endpoint_table);

	assert_int_equal(c.seen, c.reported + c.open + c.evicted + c.end_missed +
			 c.vanished);
	assert_int_equal(c.reported, d->stories);
	assert_true(c.open <= d->config.max_open);
	assert_true(c.closing <= c.open);
}

static void test_endpoint_table__an_endpoint_is_reported_when_it_has_ended(void **state)
{
	struct fixture *d = *state;

	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(1, a_fin(T0 + 10 * MS, 101)));
	feed(d, of_endpoint(1, a_call(T0 + 10 * MS, 100, 101, SYSCALL_CLOSE, 5)));
	assert_int_equal(endpoint_table_counts(d->endpoint_table).closing, 1);
	feed(d, of_endpoint(1, an_ack(T0 + 12 * MS)));
	assert_int_equal(d->stories, 0);
	feed(d, of_endpoint(1, a_last_change(T0 + 30 * MS, SOCKF_DONE)));
	endpoint_table_expire(d->endpoint_table, T0 + 30 * MS + SETTLE_NS);
	assert_int_equal(d->stories, 1);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).open, 0);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).closing, 0);
	assert_int_equal(endpoint_table_next_ns(d->endpoint_table), 0);
}

static void test_endpoint_table__a_story_waits_for_its_call_but_not_for_ever(void **state)
{
	struct fixture *d = *state;

	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(1, a_fin(T0 + 10 * MS, 101)));
	feed(d, of_endpoint(1, an_ack(T0 + 12 * MS)));
	feed(d, of_endpoint(1, a_last_change(T0 + 12 * MS, SOCKF_DONE)));
	assert_int_equal(d->stories, 0);
	assert_int_equal(endpoint_table_next_ns(d->endpoint_table), T0 + 12 * MS + SETTLE_CALL_NS);
	endpoint_table_expire(d->endpoint_table, T0 + 12 * MS + SETTLE_CALL_NS - 1);
	assert_int_equal(d->stories, 0);
	endpoint_table_expire(d->endpoint_table, T0 + 12 * MS + SETTLE_CALL_NS);
	assert_int_equal(d->stories, 1);
}

static void test_endpoint_table__without_calls_nothing_waits_for_one(void **state)
{
	struct fixture *d = *state;

	d->config.calls = false;
	reset_table(d);
	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(1, a_fin(T0 + 10 * MS, 101)));
	feed(d, of_endpoint(1, an_ack(T0 + 12 * MS)));
	feed(d, of_endpoint(1, a_last_change(T0 + 12 * MS, SOCKF_DONE)));
	assert_int_equal(d->stories, 1);
}

/* Feeds a close() that drops the last reference, without an event for its return. */
static const struct socket_call *feed_unanswered_fin(struct fixture *d)
{
	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(1, a_fin(T0 + 10 * MS, 101)));
	feed(d, of_endpoint(1, an_ack(T0 + 12 * MS)));
	feed(d, of_endpoint(1, a_last_change(T0 + 12 * MS, SOCKF_DONE)));
	endpoint_table_expire(d->endpoint_table, T0 + 1000 * MS);
	assert_int_equal(d->stories, 1);
	assert_int_equal(d->last.nr_calls, 1);
	return &d->call;
}

static void test_endpoint_table__a_close_without_return_was_on_another_socket(void **state)
{
	const struct socket_call *a = feed_unanswered_fin(*state);

	assert_true(a->deferred);
	assert_int_equal(a->fd, -1);
}

static void test_endpoint_table__after_a_loss_that_is_not_concluded(void **state)
{
	struct fixture *d = *state;
	const struct socket_call *a;

	endpoint_table_set_lossy(d->endpoint_table);
	a = feed_unanswered_fin(d);
	assert_false(a->deferred);
	assert_int_equal(a->fd, -1);
	assert_true(story_is_missing(&d->last, MISSING_CALL));
}

/* The kernel shows that it was this close() (since 6.6), but its return is not reported. */
static void test_endpoint_table__a_close_whose_return_was_missed_is_reported(void **state)
{
	struct event fin = a_fin(T0 + 10 * MS, 101);
	struct fixture *d = *state;

	fin.flags |= EVENTF_FPUT_SYNC;
	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(1, fin));
	feed(d, of_endpoint(1, an_ack(T0 + 12 * MS)));
	feed(d, of_endpoint(1, a_last_change(T0 + 12 * MS, SOCKF_DONE)));
	endpoint_table_expire(d->endpoint_table, T0 + 1000 * MS);
	assert_int_equal(d->stories, 1);
	assert_true(story_is_missing(&d->last, MISSING_RETURN));
	assert_false(story_is_missing(&d->last, MISSING_CALL));
	assert_false(d->call.deferred);
}

static void feed_minisock(struct fixture *d, unsigned n)
{
	feed(d, of_endpoint(n, established(T0)));
	feed(d, of_endpoint(n, a_fin(T0 + 10 * MS, 101)));
	feed(d, of_endpoint(n, a_call(T0 + 10 * MS, 100, 101, SYSCALL_CLOSE, 5)));
	feed(d, of_endpoint(n, an_ack(T0 + 12 * MS)));
	feed(d, of_endpoint(n, a_last_change(T0 + 12 * MS, 0)));
}

static void test_endpoint_table__a_minisock_is_found_by_its_addresses(void **state)
{
	struct fixture *d = *state;

	feed_minisock(d, 1);
	feed_minisock(d, 2);
	assert_int_equal(d->stories, 0);
	feed(d, of_endpoint(2, a_timewait_segment(T0 + 50 * MS, 0x11, 0)));
	assert_int_equal(d->stories, 1);
	assert_int_equal(d->reported[2], 1);
}

static void test_endpoint_table__a_minisock_of_another_connection_does_not_match(void **state)
{
	struct fixture *d = *state;
	struct event e = of_endpoint(1, a_timewait_segment(T0 + 50 * MS, 0x11, 0));

	feed_minisock(d, 1);
	e.cookie = 99;
	feed(d, e);
	assert_int_equal(d->stories, 0);
}

static void test_endpoint_table__a_minisock_expires_after_its_time(void **state)
{
	struct fixture *d = *state;
	uint64_t expires_ns = T0 + 12 * MS + 60000 * MS;

	feed_minisock(d, 1);
	endpoint_table_expire(d->endpoint_table, expires_ns);
	assert_int_equal(d->stories, 0);	/* the kernel's timers are slack */
	assert_true(endpoint_table_next_ns(d->endpoint_table) > expires_ns);
	endpoint_table_expire(d->endpoint_table, endpoint_table_next_ns(d->endpoint_table));
	assert_int_equal(d->stories, 1);
	assert_int_equal(d->last.progress, CLOSE_EXPIRED);
	assert_int_equal(d->last.end_ns, expires_ns);
}

static void test_endpoint_table__the_least_recently_active_endpoint_is_evicted(void **state)
{
	struct fixture *d = *state;

	d->config.max_open = 2;
	reset_table(d);
	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(2, established(T0 + 1)));
	feed(d, of_endpoint(1, a_fin(T0 + 2, 101)));
	feed(d, of_endpoint(3, established(T0 + 3)));
	assert_int_equal(endpoint_table_counts(d->endpoint_table).evicted, 1);
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->reported[1], 1);
	expect_sum(d);
}

static void test_endpoint_table__a_reused_key_means_a_missed_end(void **state)
{
	struct fixture *d = *state;
	struct event e = of_endpoint(2, established(T0 + 1));

	feed(d, of_endpoint(1, established(T0)));
	e.sk_key = of_endpoint(1, established(T0)).sk_key;
	feed(d, e);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).end_missed, 1);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).open, 1);
	expect_sum(d);
}

static void test_endpoint_table__without_cookies_an_opening_is_another_connection(void **state)
{
	struct fixture *d = *state;
	struct event e = established(T0);

	e.cookie = 0;
	feed(d, e);
	e.ts_ns++;
	feed(d, e);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).seen, 2);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).end_missed, 1);
	expect_sum(d);
}

static void test_endpoint_table__events_of_unknown_sockets_make_no_endpoints(void **state)
{
	struct fixture *d = *state;

	feed(d, an_event(T0, EVENT_DESTROY));
	feed(d, an_event(T0, EVENT_RESET_SENT));
	feed(d, a_timewait_segment(T0, 0x11, 0));
	assert_int_equal(endpoint_table_counts(d->endpoint_table).seen, 0);
}

static void test_endpoint_table__ends_on_one_host_are_twins(void **state)
{
	struct fixture *d = *state;

	feed(d, established(T0));
	feed(d, other_end(established(T0 + 1)));
	feed(d, a_fin(T0 + 2, 101));
	feed(d, other_end(a_fin(T0 + 3, 102)));
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->stories, 2);
	assert_true(d->last.twin.known);
	assert_int_equal(d->last.twin.cookie, d->last.cookie == 0x12 ? 0x11 : 0x12);
	assert_int_equal(d->last.twin.pid, 100);
}

static void test_endpoint_table__a_socket_that_is_its_own_peer_has_no_twin(void **state)
{
	struct fixture *d = *state;
	struct event e = a_fin(T0, 101);

	memcpy(e.peer_addr, e.local_addr, sizeof(e.peer_addr));
	e.peer_port = e.local_port;
	feed(d, e);
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->stories, 1);
	assert_false(d->last.twin.known);
}

static void test_endpoint_table__at_the_end_closes_in_progress_are_reported(void **state)
{
	struct fixture *d = *state;

	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(2, established(T0)));
	feed(d, of_endpoint(2, a_fin(T0 + MS, 101)));
	feed_minisock(d, 3);
	endpoint_table_end(d->endpoint_table, T0 + 20 * MS);
	assert_int_equal(d->stories, 2);
	assert_int_equal(d->reported[1], 0);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).open, 1);
	expect_sum(d);
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
		return of_endpoint(n, a_call(ts_ns - 1, 2, 101, SYSCALL_CLOSE, 5));
	case 3:
		return of_endpoint(n, an_ack(ts_ns));
	default:
		return of_endpoint(n, a_last_change(ts_ns, n % 2 ? SOCKF_DONE : 0));
	}
}

/* Many endpoints in random order: bounded, counted, and none is reported twice. */
static void test_endpoint_table__a_crowd_of_100000_adds_up_at_every_step(void **state)
{
	enum { ABREAST = 8000, STEPS = 5 };
	static struct { unsigned n, step; } now[ABREAST];
	struct fixture *d = *state;
	uint64_t seed = 3, ts_ns = T0;
	unsigned next = 1, left = ABREAST;

	for (unsigned i = 0; i < ABREAST; i++)
		now[i].n = next++;
	while (left) {
		unsigned i = (unsigned)(next_random(&seed) % left);

		ts_ns += next_random(&seed) % 2000;
		feed(d, step_event(now[i].n, now[i].step, ts_ns));
		endpoint_table_expire(d->endpoint_table, ts_ns);
		expect_sum(d);
		if (++now[i].step < STEPS)
			continue;
		now[i].n = next++;
		now[i].step = 0;
		if (now[i].n > COOKIES_MAX)
			now[i] = now[--left];
	}
	endpoint_table_end(d->endpoint_table, ts_ns + 200000 * MS);
	expect_sum(d);
	assert_true(endpoint_table_counts(d->endpoint_table).seen >= COOKIES_MAX);
	assert_true(endpoint_table_counts(d->endpoint_table).evicted > 0);
	for (unsigned n = 1; n <= COOKIES_MAX; n++)
		assert_true(d->reported[n] <= 1);
}

/* With room for all endpoints, each is reported exactly once. */
static void test_endpoint_table__with_room_for_all_each_is_reported_once(void **state)
{
	struct fixture *d = *state;
	uint64_t ts_ns = T0;

	d->config.max_open = COOKIES_MAX;
	reset_table(d);
	for (unsigned s = 0; s < 5; s++) {
		for (unsigned i = 0; i < COOKIES_MAX; i++) {
			/* Another order in each step: 7919 is a prime. */
			unsigned n = (unsigned)((uint64_t)i * (7919 + s * 2) % COOKIES_MAX) + 1;

			if (s % 2 == 0)
				n = i + 1;
			ts_ns += 10;
			feed(d, step_event(n, s, ts_ns));
		}
		expect_sum(d);
	}
	endpoint_table_expire(d->endpoint_table, ts_ns + 200000 * MS);
	for (unsigned n = 1; n <= COOKIES_MAX; n++)
		assert_int_equal(d->reported[n], 1);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).open, 0);
}

/*
 * Any program can set TCP_LINGER2, so timewait sockets that expire out of order must not cost more
 * than others: hundredths of a second. With a search through all of them it would be seconds.
 */
static void test_endpoint_table__minisocks_with_different_timeouts_are_as_fast(void **state)
{
	struct fixture *d = *state;
	clock_t from = clock();

	d->config.max_open = COOKIES_MAX;
	reset_table(d);
	for (unsigned n = 1; n <= COOKIES_MAX / 2; n++) {
		struct event e = of_endpoint(n, a_last_change(T0 + n * 1000, 0));

		e.fin_timeout_ns = n % 2 ? 60000 * MS : 5000 * MS;
		feed(d, e);
	}
	assert_true(clock() - from < CLOCKS_PER_SEC);
	endpoint_table_expire(d->endpoint_table, T0 + 100000 * MS);
	assert_int_equal(d->stories, COOKIES_MAX / 2);
}

/*
 * The kernel reuses the memory of the last socket for a new one, so many waiting timewait sockets
 * may have had the same key. Hundredths of a second, as above. With a walk along the chain it would
 * be a minute.
 */
static void test_endpoint_table__minisocks_with_one_key_are_as_fast(void **state)
{
	struct fixture *d = *state;
	clock_t from = clock();

	d->config.max_open = COOKIES_MAX;
	reset_table(d);
	for (unsigned n = 1; n <= COOKIES_MAX / 2; n++) {
		uint64_t ts_ns = T0 + n * MS;
		struct event life[] = { established(ts_ns), a_fin(ts_ns + 10, 101),
					a_call(ts_ns + 10, 5, 101, SYSCALL_CLOSE, 5),
					an_ack(ts_ns + 20), a_last_change(ts_ns + 30, 0) };

		for (unsigned i = 0; i < sizeof(life) / sizeof(*life); i++) {
			struct event e = of_endpoint(n, life[i]);

			e.sk_key = 0x100000;
			feed(d, e);
		}
	}
	assert_true(clock() - from < CLOCKS_PER_SEC);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).open, COOKIES_MAX / 2);
	endpoint_table_expire(d->endpoint_table, T0 + 200000 * MS);
	assert_int_equal(d->stories, COOKIES_MAX / 2);
	expect_sum(d);
}

/* A close() may return when the memory of its socket already belongs to another socket. */
static void test_endpoint_table__a_return_finds_the_previous_socket(void **state)
{
	struct fixture *d = *state;
	struct event next = of_endpoint(2, established(T0 + 40));

	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(1, a_fin(T0 + 10, 101)));
	feed(d, of_endpoint(1, an_ack(T0 + 20)));
	feed(d, of_endpoint(1, a_last_change(T0 + 30, 0)));
	next.sk_key = of_endpoint(1, established(T0)).sk_key;
	feed(d, next);
	feed(d, of_endpoint(1, a_call(T0 + 10, 50, 101, SYSCALL_CLOSE, 5)));
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->reported[1], 1);
	assert_true(d->call.returned);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).open, 1);
}

static struct event any_event(uint64_t *seed)
{
	static const uint8_t calls[] = { SYSCALL_CLOSE, SYSCALL_SHUTDOWN, SYSCALL_OTHER };
	unsigned n = (unsigned)(next_random(seed) % 40 + 1);
	struct event e = an_event(T0 + next_random(seed) % (100000 * MS),
				  (uint8_t)(next_random(seed) % 7 + 1));

	e.old_state = (__u8)(next_random(seed) % 11 + 1);
	e.new_state = (__u8)(next_random(seed) % 11 + 1);
	e.sock_flags = (__u16)next_random(seed);
	e.tcp_flags = (__u8)next_random(seed);
	e.substate = next_random(seed) % 2 ? STATE_TIME_WAIT : STATE_FIN_WAIT2;
	e.fin_timeout_ns = next_random(seed);
	if (next_random(seed) % 16)
		e.fin_timeout_ns %= 60000 * MS;
	if (next_random(seed) % 2)
		e = by_task(e, (uint32_t)(next_random(seed) % 3 + 1), calls[next_random(seed) % 3],
			    5);
	e = of_endpoint(n, e);
	if (next_random(seed) % 4 == 0)
		e.cookie = 0;
	if (next_random(seed) % 4 == 0)
		e.sk_key = 0x100000 + next_random(seed) % 8 * 64;
	return next_random(seed) % 4 ? e : other_end(e);
}

/* Arbitrary events, with time that also goes back: no crash, and the counts add up. */
static void test_endpoint_table__any_events_add_up(void **state)
{
	struct fixture *d = *state;

	for (uint64_t round = 1; round <= 300; round++) {
		uint64_t seed = round;

		d->config.max_open = 1 + round % 30;
		d->config.calls = round % 2;
		d->config.timewait = round % 3;
		reset_table(d);
		for (unsigned i = 0; i < 1000; i++) {
			feed(d, any_event(&seed));
			expect_sum(d);
			if (next_random(&seed) % 16 == 0)
				endpoint_table_expire(d->endpoint_table,
						      T0 + next_random(&seed) % (100000 * MS));
		}
		if (round % 2)
			endpoint_table_end(d->endpoint_table, T0 + 100000 * MS);
		expect_sum(d);
	}
}

#define CONN_TEST(name)                                                                            \
	cmocka_unit_test_setup_teardown(test_endpoint_table__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONN_TEST(an_endpoint_is_reported_when_it_has_ended),
		CONN_TEST(a_story_waits_for_its_call_but_not_for_ever),
		CONN_TEST(without_calls_nothing_waits_for_one),
		CONN_TEST(a_close_without_return_was_on_another_socket),
		CONN_TEST(after_a_loss_that_is_not_concluded),
		CONN_TEST(a_close_whose_return_was_missed_is_reported),
		CONN_TEST(a_minisock_is_found_by_its_addresses),
		CONN_TEST(a_minisock_of_another_connection_does_not_match),
		CONN_TEST(a_minisock_expires_after_its_time),
		CONN_TEST(the_least_recently_active_endpoint_is_evicted),
		CONN_TEST(a_reused_key_means_a_missed_end),
		CONN_TEST(without_cookies_an_opening_is_another_connection),
		CONN_TEST(events_of_unknown_sockets_make_no_endpoints),
		CONN_TEST(ends_on_one_host_are_twins),
		CONN_TEST(a_socket_that_is_its_own_peer_has_no_twin),
		CONN_TEST(at_the_end_closes_in_progress_are_reported),
		CONN_TEST(a_crowd_of_100000_adds_up_at_every_step),
		CONN_TEST(with_room_for_all_each_is_reported_once),
		CONN_TEST(minisocks_with_different_timeouts_are_as_fast),
		CONN_TEST(minisocks_with_one_key_are_as_fast),
		CONN_TEST(a_return_finds_the_previous_socket),
		CONN_TEST(any_events_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
