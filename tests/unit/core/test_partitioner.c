/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "partition_hash.h"
#include "partitioner.h"
#include "rate_meter.h"

#define PUT_MAX 200000

/* What was passed on, in order. */
static struct put {
	uint32_t partition, tag;
	uint64_t cookie, ts_ns;
} passed[PUT_MAX];
static unsigned nr_passed;

static const struct siphash_key hash_key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };

static void note_put(void *arg, uint32_t partition, const struct event *e, uint32_t tag)
{
	(void)arg;
	assert_true(nr_passed < PUT_MAX);
	passed[nr_passed++] = (struct put){ partition, tag, e->cookie, e->ts_ns };
}

static struct partitioner *new_partitioner(unsigned partitions, uint64_t max_rate, uint32_t sockets,
					   uint32_t waiting)
{
	struct partitioner_config config = { .max_sockets = sockets, .max_waiting = waiting,
					     .seed = 5, .max_rate = max_rate, .put = note_put };
	struct partitioner *p = partitioner_new(&config);

	assert_non_null(p);
	partitioner_set_partitions(p, partitions, &hash_key);
	nr_passed = 0;
	return p;
}

static void feed(struct partitioner *p, struct event e, uint32_t tag)
{
	partitioner_feed(p, &e, tag);
}

/* Endpoint n, whose initial sequence numbers are its own. */
static struct event of_connection(unsigned n, struct event e)
{
	uint32_t add = n * 2654435761u;

	e = of_endpoint(n, e);
	e.snd_una += add;
	e.snd_nxt += add;
	e.write_seq += add;
	return e;
}

static uint64_t hash_of_connection(unsigned n)
{
	uint32_t iss = 999 + n * 2654435761u, irs = 4999;
	uint64_t key = iss < irs ? (uint64_t)iss << 32 | irs : (uint64_t)irs << 32 | iss;

	return partition_hash(&hash_key, key);
}

static void test_partitioner__one_partition_delays_nothing(void **state)
{
	struct partitioner *p = new_partitioner(1, 0, 10, 10);

	(void)state;
	feed(p, a_call(T0, 5, 7, SYSCALL_SHUTDOWN, 3), 1);
	assert_int_equal(nr_passed, 1);
	assert_int_equal(passed[0].partition, 0);
	assert_int_equal(passed[0].tag, 1);
	partitioner_free(p);
}

/* SipHash-2-4 of 00 01 .. 07 with the key of its authors (vectors_sip64, the 9th). */
static void test_partitioner__the_hash_is_siphash_of_the_key_lowest_byte_first(void **state)
{
	(void)state;
	assert_int_equal(partition_hash(&hash_key, 0x0706050403020100), 0x93f5f5799a932462);
}

static void test_partitioner__a_call_waits_until_the_key_is_known(void **state)
{
	struct partitioner *p = new_partitioner(16, 0, 10, 10);
	uint32_t want = partition_of(hash_of_connection(3), 16);

	(void)state;
	feed(p, of_connection(3, a_call(T0, 5, 7, SYSCALL_SHUTDOWN, 3)), 1);
	assert_int_equal(nr_passed, 0);
	assert_int_equal(partitioner_counts(p).waiting, 1);
	feed(p, of_connection(3, a_fin(T0 + MS, 7)), 2);
	feed(p, of_connection(3, an_ack(T0 + 2 * MS)), 3);
	assert_int_equal(nr_passed, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(passed[i].tag, i + 1);
		assert_int_equal(passed[i].partition, want);
	}
	partitioner_free(p);
}

/* The segments of a minisock have no key: its addresses show whose they are. */
static void test_partitioner__a_minisock_goes_where_its_socket_went(void **state)
{
	struct partitioner *p = new_partitioner(64, 0, 10, 10);
	uint32_t want = partition_of(hash_of_connection(4), 64);

	(void)state;
	assert_true(want);
	feed(p, of_connection(4, a_fin(T0, 7)), 1);
	feed(p, of_connection(4, a_timewait_segment(T0 + MS, 1, 0)), 2);
	feed(p, of_connection(5, a_timewait_segment(T0 + MS, 1, 0)), 3);
	assert_int_equal(passed[1].partition, want);
	assert_int_equal(passed[2].partition, 0);	/* nobody saw its socket */
	partitioner_free(p);
}

static void test_partitioner__both_ends_come_to_the_same_partition(void **state)
{
	struct partitioner *p = new_partitioner(64, 0, 10000, 10);

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct event a = of_connection(2 * i, a_fin(T0, 7)), b = a;

		b.cookie = b.sk_key = 2 * i + 1;
		b.snd_una = b.snd_nxt = b.write_seq = a.rcv_nxt;
		b.rcv_nxt = b.rcv_wup = b.copied_seq = a.snd_nxt;
		feed(p, a, 0);
		feed(p, b, 0);
		assert_int_equal(passed[2 * i].partition, passed[2 * i + 1].partition);
	}
	partitioner_free(p);
}

static void test_partitioner__listeners_and_resets_without_a_socket_go_to_all(void **state)
{
	struct partitioner *p = new_partitioner(4, 0, 10, 10);
	struct event reset = an_event(T0, EVENT_RESET_SENT);

	(void)state;
	reset.flags = EVENTF_NO_SOCKET;
	feed(p, reset, 1);
	feed(p, a_state_change(T0, STATE_LISTEN, STATE_CLOSE, 0), 2);
	assert_int_equal(passed[0].partition, PARTITION_ALL);
	assert_int_equal(passed[1].partition, PARTITION_ALL);
	partitioner_free(p);
}

static void test_partitioner__a_socket_that_was_never_open_goes_to_partition_0(void **state)
{
	struct partitioner *p = new_partitioner(64, 0, 10, 10);

	(void)state;
	feed(p, a_call(T0, 5, 7, SYSCALL_SHUTDOWN, 3), 1);
	feed(p, a_state_change(T0, STATE_SYN_SENT, STATE_CLOSE, 0), 2);
	assert_int_equal(nr_passed, 2);
	assert_int_equal(passed[0].partition, 0);
	assert_int_equal(passed[1].partition, 0);
	assert_int_equal(partitioner_counts(p).without_key, 1);
	partitioner_free(p);
}

/* 64 events wait; with the next one, all go to partition 0, and so do those that follow. */
static void test_partitioner__too_many_events_of_a_socket_do_not_wait(void **state)
{
	struct partitioner *p = new_partitioner(64, 0, 10, 1000);

	(void)state;
	for (unsigned i = 0; i < PARTITIONER_WAIT_MAX; i++)
		feed(p, of_connection(3, a_call(T0 + i, 5, 7, SYSCALL_SHUTDOWN, 3)), i);
	assert_int_equal(nr_passed, 0);
	feed(p, of_connection(3, a_call(T0 + 64, 5, 7, SYSCALL_SHUTDOWN, 3)), 64);
	assert_int_equal(nr_passed, 65);
	feed(p, of_connection(3, a_fin(T0 + MS, 7)), 65);
	for (unsigned i = 0; i < 66; i++) {
		assert_int_equal(passed[i].tag, i);
		assert_int_equal(passed[i].partition, 0);
	}
	assert_int_equal(partitioner_counts(p).overflowed, 1);
	partitioner_free(p);
}

static void test_partitioner__the_table_forgets_the_socket_that_was_silent_longest(void **state)
{
	struct partitioner *p = new_partitioner(64, 0, 2, 100);

	(void)state;
	feed(p, of_connection(1, a_call(T0, 5, 7, SYSCALL_SHUTDOWN, 3)), 1);
	feed(p, of_connection(2, a_call(T0, 5, 7, SYSCALL_SHUTDOWN, 3)), 2);
	feed(p, of_connection(3, a_call(T0, 5, 7, SYSCALL_SHUTDOWN, 3)), 3);
	assert_int_equal(nr_passed, 1);
	assert_int_equal(passed[0].tag, 1);
	assert_int_equal(passed[0].partition, 0);
	assert_int_equal(partitioner_counts(p).evicted, 1);
	partitioner_free(p);
}

/* The memory of a socket is used again before its minisock has ended. */
static void test_partitioner__a_key_that_is_used_again_is_of_another_socket(void **state)
{
	struct partitioner *p = new_partitioner(64, 0, 10, 10);
	struct event first = of_connection(4, a_fin(T0, 7)), late, second;

	(void)state;
	feed(p, first, 1);
	second = of_connection(9, a_fin(T0 + MS, 7));
	second.sk_key = first.sk_key;
	feed(p, second, 2);
	late = of_connection(4, a_call(T0, 5, 7, SYSCALL_CLOSE, 3));
	feed(p, late, 3);
	assert_int_equal(passed[0].partition, partition_of(hash_of_connection(4), 64));
	assert_int_equal(passed[1].partition, partition_of(hash_of_connection(9), 64));
	assert_int_equal(passed[2].partition, passed[0].partition);
	partitioner_free(p);
}

/* Below the rate nothing is held, above it a part that the hash chooses. */
static void test_partitioner__the_rate_keeps_endpoints_by_their_hash(void **state)
{
	struct partitioner *p = new_partitioner(1, 100, 10000, 100000);
	struct partitioner_counts c;
	unsigned kept = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		feed(p, of_connection(i, a_fin(T0 + i * MS / 2, 7)), i);
	for (unsigned i = 0; i < nr_passed; i++)
		kept += passed[i].tag >= 900;
	/* In the end a ninth was kept: those with the smallest hashes. */
	assert_in_range(kept, 1, 30);
	for (unsigned i = 0; i < nr_passed; i++)
		if (passed[i].tag >= 900)
			assert_true(sampling_keeps(hash_of_connection(passed[i].tag), 112000));
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(passed[i].tag, i);
	for (unsigned i = 0; i < 1000; i++)
		partitioner_settle(p, of_connection(i, a_fin(T0, 7)).sk_key, i, true);
	c = partitioner_counts(p);
	assert_int_equal(c.left_out + nr_passed, 1000);
	assert_int_equal(c.left_out_events, c.left_out);
	assert_int_equal(c.waiting, 0);
	partitioner_free(p);
}

/* Feeds endpoints until one is held, and returns its number. */
static unsigned hold_one(struct partitioner *p)
{
	for (unsigned i = 0; i < 1000; i++) {
		feed(p, of_connection(i, a_fin(T0, 7)), i);
		if (partitioner_counts(p).waiting)
			return i;
	}
	fail();
	return 0;
}

static void test_partitioner__a_held_endpoint_that_is_not_clean_is_passed_on(void **state)
{
	struct partitioner *p = new_partitioner(1, 1, 1000, 1000);
	unsigned n = hold_one(p), before = nr_passed;

	(void)state;
	feed(p, of_connection(n, an_ack(T0 + MS)), n);
	assert_int_equal(nr_passed, before);
	partitioner_settle(p, of_connection(n, a_fin(T0, 7)).sk_key, n, false);
	assert_int_equal(nr_passed, before + 2);
	assert_int_equal(partitioner_counts(p).left_out, 0);
	feed(p, of_connection(n, a_last_change(T0 + 2 * MS, 0)), n);
	assert_int_equal(nr_passed, before + 3);
	partitioner_free(p);
}

static void test_partitioner__a_held_endpoint_that_lasts_is_passed_on(void **state)
{
	struct partitioner *p = new_partitioner(1, 1, 1000, 1000);
	unsigned n = hold_one(p), before = nr_passed;

	(void)state;
	assert_int_equal(partitioner_next_ns(p), T0 + PARTITIONER_HOLD_NS);
	partitioner_advance(p, T0 + PARTITIONER_HOLD_NS - 1);
	assert_int_equal(nr_passed, before);
	partitioner_advance(p, T0 + PARTITIONER_HOLD_NS);
	assert_int_equal(nr_passed, before + 1);
	assert_int_equal(passed[before].cookie, n);
	assert_int_equal(partitioner_next_ns(p), 0);
	partitioner_free(p);
}

/* What comes after the verdict belongs to the endpoint that was left out. */
static void test_partitioner__an_endpoint_is_left_out_to_its_last_event(void **state)
{
	struct partitioner *p = new_partitioner(1, 1, 1000, 1000);
	unsigned n = hold_one(p), before = nr_passed;
	uint32_t partition;

	(void)state;
	partitioner_settle(p, of_connection(n, a_fin(T0, 7)).sk_key, n, true);
	feed(p, of_connection(n, an_event(T0 + MS, EVENT_DESTROY)), n);
	feed(p, of_connection(n, a_timewait_segment(T0 + MS, 1, 0)), n);
	assert_int_equal(nr_passed, before);
	assert_int_equal(partitioner_counts(p).left_out, 1);
	assert_int_equal(partitioner_counts(p).left_out_events, 3);
	assert_false(partitioner_find(p, of_connection(n, a_fin(T0, 7)).sk_key, n, &partition));
	partitioner_free(p);
}

static void test_partitioner__sockets_of_a_walk_are_always_kept(void **state)
{
	struct partitioner *p = new_partitioner(1, 1, 1000, 1000);

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		struct event e = of_connection(i, an_event(T0, EVENT_SOCKET));

		e.old_state = e.new_state = STATE_CLOSE_WAIT;
		feed(p, e, i);
	}
	assert_int_equal(nr_passed, 100);
	assert_int_equal(partitioner_rate(p, T0), SAMPLING_ALL);
	partitioner_free(p);
}

/* Of the hash's two uses none disturbs the other: each partition keeps its share. */
static void test_partitioner__a_rate_leaves_each_partition_its_share(void **state)
{
	unsigned kept[4] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 40000; i++)
		if (sampling_keeps(hash_of_connection(i), SAMPLING_ALL / 4))
			kept[partition_of(hash_of_connection(i), 4)]++;
	for (unsigned i = 0; i < 4; i++)
		assert_in_range(kept[i], 2300, 2700);
}

static struct event random_event(unsigned n, uint64_t ts_ns, uint64_t random)
{
	switch (random % 8) {
	case 0:
		return of_connection(n, a_fin(ts_ns, 7));
	case 1:
		return of_connection(n, an_ack(ts_ns));
	case 2:
		return of_connection(n, a_last_change(ts_ns, SOCKF_DONE));
	case 3:
		return of_connection(n, a_timewait_segment(ts_ns, 1, 0));
	case 4:
		return of_connection(n, an_event(ts_ns, EVENT_DESTROY));
	case 5:
		return of_connection(n, an_event(ts_ns, EVENT_RESET_RECEIVED));
	default:
		return of_connection(n, a_call(ts_ns, 1, 7, SYSCALL_SHUTDOWN, 3));
	}
}

/*
 * Whatever comes in which order, and however small the tables are: without a rate each event comes
 * out exactly once, those of a socket in their order; with a rate those that do not are counted.
 */
static void check_random_run(uint64_t seed, unsigned partitions, uint64_t max_rate,
			     uint32_t max_sockets, uint32_t max_waiting)
{
	enum { EVENTS = 3000, SOCKETS = 40 };
	struct partitioner *p = new_partitioner(partitions, max_rate, max_sockets, max_waiting);
	bool seen[EVENTS] = { false };
	int64_t last[SOCKETS];
	struct partitioner_counts c;

	memset(last, -1, sizeof(last));
	for (unsigned i = 0; i < EVENTS; i++) {
		unsigned n = (unsigned)(next_random(&seed) % SOCKETS);

		feed(p, random_event(n, T0 + i * MS, next_random(&seed)), i);
		if (next_random(&seed) % 16 == 0)
			partitioner_settle(p, 0x100000 + n * 64, n, next_random(&seed) % 2);
		if (next_random(&seed) % 64 == 0)
			partitioner_advance(p, T0 + i * MS);
	}
	partitioner_flush(p);
	c = partitioner_counts(p);
	assert_int_equal(nr_passed + c.left_out_events, EVENTS);
	assert_int_equal(c.waiting, 0);
	for (unsigned i = 0; i < nr_passed; i++) {
		assert_true(passed[i].tag < EVENTS);
		assert_false(seen[passed[i].tag]);
		seen[passed[i].tag] = true;
		assert_true(passed[i].partition < partitions);
		assert_true((int64_t)passed[i].tag > last[passed[i].cookie]);
		last[passed[i].cookie] = passed[i].tag;
	}
	if (!max_rate)
		assert_int_equal(nr_passed, EVENTS);
	partitioner_free(p);
}

static void test_partitioner__any_run_keeps_every_event_and_the_order_of_each_socket(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 40; seed++) {
		check_random_run(seed, 1u << seed % 7, 0, 1000, 100000);
		check_random_run(seed, 1u << seed % 7, 0, 1 + seed % 20, 1 + seed % 50);
		check_random_run(seed, 1u << seed % 7, 1 + seed % 5, 1 + seed, 1 + 3 * seed);
	}
}

static void test_rate_meter__forgets_what_is_a_second_old(void **state)
{
	struct rate_meter m = { .max = 10 };

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		rate_meter_count(&m, T0);
	assert_int_equal(rate_meter_share(&m, T0), 250000);
	assert_int_equal(rate_meter_share(&m, T0 + 900 * MS), 250000);
	assert_int_equal(rate_meter_share(&m, T0 + 1000 * MS), SAMPLING_ALL);
	rate_meter_count(&m, T0 + 2000 * MS);
	assert_int_equal(m.total, 1);
	rate_meter_count(&m, T0);	/* of another CPU: the clock does not go back */
	assert_int_equal(m.total, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_partitioner__one_partition_delays_nothing),
		cmocka_unit_test(test_partitioner__the_hash_is_siphash_of_the_key_lowest_byte_first),
		cmocka_unit_test(test_partitioner__a_call_waits_until_the_key_is_known),
		cmocka_unit_test(test_partitioner__a_minisock_goes_where_its_socket_went),
		cmocka_unit_test(test_partitioner__both_ends_come_to_the_same_partition),
		cmocka_unit_test(test_partitioner__listeners_and_resets_without_a_socket_go_to_all),
		cmocka_unit_test(test_partitioner__a_socket_that_was_never_open_goes_to_partition_0),
		cmocka_unit_test(test_partitioner__too_many_events_of_a_socket_do_not_wait),
		cmocka_unit_test(test_partitioner__the_table_forgets_the_socket_that_was_silent_longest),
		cmocka_unit_test(test_partitioner__a_key_that_is_used_again_is_of_another_socket),
		cmocka_unit_test(test_partitioner__the_rate_keeps_endpoints_by_their_hash),
		cmocka_unit_test(test_partitioner__a_held_endpoint_that_is_not_clean_is_passed_on),
		cmocka_unit_test(test_partitioner__a_held_endpoint_that_lasts_is_passed_on),
		cmocka_unit_test(test_partitioner__an_endpoint_is_left_out_to_its_last_event),
		cmocka_unit_test(test_partitioner__sockets_of_a_walk_are_always_kept),
		cmocka_unit_test(test_partitioner__a_rate_leaves_each_partition_its_share),
		cmocka_unit_test(test_partitioner__any_run_keeps_every_event_and_the_order_of_each_socket),
		cmocka_unit_test(test_rate_meter__forgets_what_is_a_second_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
