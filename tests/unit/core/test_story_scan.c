/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "endpoint_fixture.h"

/* Two namespaces may use the same addresses: only the sequence numbers identify the twin. */
static void test_story_scan__the_same_addresses_alone_make_no_twins(void **state)
{
	struct fixture *d = *state;
	struct event stranger = other_end(established(T0 + 1));

	stranger.snd_una = stranger.snd_nxt = ++stranger.write_seq;
	feed(d, established(T0));
	feed(d, stranger);
	feed(d, a_fin(T0 + 2, 101));
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->stories, 1);
	assert_false(d->last.twin.known);
}

/* Twins in different namespaces, and behind NAT that changes addresses and ports. */
static void test_story_scan__twins_need_not_share_a_name(void **state)
{
	struct fixture *d = *state;
	struct event far = other_end(established(T0 + 1));

	far.netns = 8;
	far.local_addr[3] = 77;
	far.peer_port = 61001;
	feed(d, established(T0));
	feed(d, far);
	feed(d, a_fin(T0 + 2, 101));
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->stories, 1);
	assert_true(d->last.twin.known);
	assert_int_equal(d->last.twin.cookie, 0x12);
}

/* Neither the data sent and received meanwhile nor the FINs prevent the match. */
static void test_story_scan__twins_are_known_late_in_their_lives(void **state)
{
	struct fixture *d = *state;
	struct event a = an_ack(T0), b;

	a.bytes_sent = 300;	/* its FIN was sent after them */
	a.snd_una = a.snd_nxt = a.write_seq = 1301;
	a.rcv_nxt = a.rcv_wup = a.copied_seq = 5070;
	a.bytes_received = 70;
	b = by_task(other_end(a), 7, SYSCALL_CLOSE, 4);
	b.old_state = STATE_CLOSE_WAIT;
	b.new_state = STATE_LAST_ACK;
	b.bytes_sent = 70;
	b.bytes_received = 301;
	feed(d, a);
	feed(d, b);
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->stories, 2);
	assert_true(d->last.twin.known);
}

/* A socket that the iterator finds. */
static struct event a_socket(uint64_t ts_ns, uint8_t at)
{
	struct event e = an_event(ts_ns, EVENT_SOCKET);

	e.old_state = e.new_state = at;
	e.age_ns = 50 * MS;
	e.age_source = AGE_SOURCE_LAST_SEGMENT;
	return e;
}

static struct event a_minisock(uint64_t ts_ns)
{
	struct event e = a_socket(ts_ns, STATE_TIME_WAIT);

	e.sk_key = 0xc000;
	e.substate = STATE_FIN_WAIT2;
	e.left_ns = 2000 * MS;
	return e;
}

static void test_story_scan__a_found_socket_is_reported_when_it_ends(void **state)
{
	struct fixture *d = *state;
	struct event holder = by_task(an_event(T0 + 1, EVENT_HOLDER), 101, SYSCALL_NONE, 5);

	holder.old_state = holder.new_state = STATE_FIN_WAIT2;
	feed(d, a_socket(T0, STATE_FIN_WAIT2));
	feed(d, holder);
	feed(d, holder);	/* a thread with its own descriptor table may report it again */
	assert_int_equal(endpoint_table_counts(d->endpoint_table).closing, 1);
	feed(d, a_last_change(T0 + 2, SOCKF_DONE));
	endpoint_table_expire(d->endpoint_table, T0 + 1000 * MS);
	assert_int_equal(d->stories, 1);
	assert_int_equal(d->last.scan.closing_since_ns, T0 - 50 * MS);
	assert_int_equal(d->last.scan.nr_holders, 1);
	assert_int_equal(d->last.progress, CLOSE_DONE);
}

static void test_story_scan__a_found_socket_without_events_is_open_at_the_end(void **state)
{
	struct fixture *d = *state;

	feed(d, a_socket(T0, STATE_CLOSE_WAIT));
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->stories, 1);
	assert_int_equal(d->last.progress, CLOSE_NOT_YET);
}

/* The ring buffer delivers a change after the iterator has seen its result. */
static void test_story_scan__a_change_from_before_the_scan_takes_precedence(void **state)
{
	struct fixture *d = *state;

	feed(d, a_socket(T0 + 5, STATE_FIN_WAIT2));
	feed(d, a_fin(T0 + 1, 101));
	feed(d, an_ack(T0 + 2));
	feed(d, a_last_change(T0 + 9, SOCKF_DONE));
	endpoint_table_expire(d->endpoint_table, T0 + 1000 * MS);
	assert_int_equal(d->stories, 1);
	assert_int_equal(d->last.scan.closing_since_ns, 0);
	assert_int_equal(d->last.states[0], STATE_ESTABLISHED);
	assert_true(d->last.seg[SEG_FIN_OUT].seen);
}

static void test_story_scan__a_known_socket_is_not_added_again(void **state)
{
	struct fixture *d = *state;

	feed(d, a_fin(T0, 101));
	feed(d, a_socket(T0 + 1, STATE_FIN_WAIT1));
	assert_int_equal(endpoint_table_counts(d->endpoint_table).seen, 1);
	endpoint_table_end(d->endpoint_table, T0 + MS);
	assert_int_equal(d->last.scan.closing_since_ns, 0);
}

static void test_story_scan__a_minisock_found_waits_for_its_fin(void **state)
{
	struct fixture *d = *state;

	feed(d, a_minisock(T0));
	feed(d, a_minisock(T0 + 1));	/* it is already known */
	feed(d, a_timewait_segment(T0 + 100 * MS, 0x11, 0));
	endpoint_table_expire(d->endpoint_table, T0 + 1000 * MS);
	assert_int_equal(d->stories, 1);
	assert_int_equal(d->last.progress, CLOSE_BY_SEGMENT);
	assert_true(d->last.seg[SEG_FIN_IN].seen);
}

static void test_story_scan__a_minisock_found_expires(void **state)
{
	struct fixture *d = *state;

	feed(d, a_minisock(T0));
	endpoint_table_expire(d->endpoint_table, T0 + 1900 * MS);
	assert_int_equal(d->stories, 0);
	endpoint_table_expire(d->endpoint_table, T0 + 3000 * MS);
	assert_int_equal(d->stories, 1);
	assert_int_equal(d->last.progress, CLOSE_EXPIRED);
	assert_int_equal(d->last.end_ns, T0 + 2000 * MS);
}

/* The iterator sees the timewait socket before the ring has its socket: reported only once. */
static void test_story_scan__a_minisock_found_early_belongs_to_its_socket(void **state)
{
	struct fixture *d = *state;

	feed(d, a_minisock(T0 + 3));
	feed(d, a_fin(T0, 101));
	feed(d, an_ack(T0 + 1));
	feed(d, a_last_change(T0 + 2, 0));
	feed(d, a_timewait_segment(T0 + 100 * MS, 0x11, 0));
	endpoint_table_expire(d->endpoint_table, T0 + 5000 * MS);
	assert_int_equal(d->stories, 1);
	assert_true(d->last.seg[SEG_FIN_OUT].seen);
	assert_true(d->last.seg[SEG_FIN_IN].seen);
	assert_int_equal(endpoint_table_counts(d->endpoint_table).seen, 1);
}

#define FOUND_TEST(name) cmocka_unit_test_setup_teardown(test_story_scan__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOUND_TEST(the_same_addresses_alone_make_no_twins),
		FOUND_TEST(twins_need_not_share_a_name),
		FOUND_TEST(twins_are_known_late_in_their_lives),
		FOUND_TEST(a_found_socket_is_reported_when_it_ends),
		FOUND_TEST(a_found_socket_without_events_is_open_at_the_end),
		FOUND_TEST(a_change_from_before_the_scan_takes_precedence),
		FOUND_TEST(a_known_socket_is_not_added_again),
		FOUND_TEST(a_minisock_found_waits_for_its_fin),
		FOUND_TEST(a_minisock_found_expires),
		FOUND_TEST(a_minisock_found_early_belongs_to_its_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
