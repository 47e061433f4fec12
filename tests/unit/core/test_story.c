/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#define FIN 0x01
#define RST 0x04
#define ACK 0x10

static int set_up(void **state)
{
	struct event first = a_state_change(T0, STATE_SYN_SENT, STATE_ESTABLISHED, SOCKF_HELD);
	struct story *s = malloc(sizeof(*s));

	if (!s)
		return -1;
	story_init(s, &first);
	story_feed(s, &first);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	story_release(*state);
	free(*state);
	return 0;
}

static void feed(struct story *s, struct event e)
{
	story_feed(s, &e);
}

/* Our FIN and its ACK. A timewait socket waits for the peer's FIN. */
static void feed_minisock(struct story *s)
{
	feed(s, a_fin(T0 + 10 * MS, 101));
	feed(s, an_ack(T0 + 12 * MS));
	feed(s, a_last_change(T0 + 12 * MS, 0));
}

static void expect_states(const struct story *s, const uint8_t *states, unsigned n)
{
	assert_int_equal(s->nr_states, n);
	assert_memory_equal(s->states, states, n);
}

static void test_story__it_knows_who_it_is_about(void **state)
{
	const struct story *s = *state;

	assert_int_equal(s->cookie, 0x11);
	assert_int_equal(s->flow.local_port, 51544);
	assert_int_equal(s->flow.peer_port, 80);
	assert_int_equal(s->flow.netns, 7);
	assert_int_equal(s->flow.peer_addr[3], 9);
	assert_int_equal(s->established_ns, T0);
	assert_int_equal(s->opened, OPENED_CONNECT);
}

static void test_story__a_connection_in_use_has_not_begun_to_end(void **state)
{
	assert_false(story_is_closing(*state));
	assert_false(story_is_over(*state));
	feed(*state, a_fin(T0 + 10 * MS, 101));
	assert_true(story_is_closing(*state));
	assert_false(story_is_over(*state));
}

static void test_story__our_fin_carries_the_socket_numbers(void **state)
{
	struct event e = a_fin(T0 + 10 * MS, 101);
	const struct story *s = *state;

	e.write_seq = e.snd_nxt = 1234;
	e.rcv_nxt = 5678;
	feed(*state, e);
	assert_true(s->seg[SEG_FIN_OUT].seen && s->seg[SEG_FIN_OUT].exact);
	assert_int_equal(s->seg[SEG_FIN_OUT].seq, 1234);
	assert_int_equal(s->seg[SEG_FIN_OUT].ack, 5678);
	assert_int_equal(s->seg[SEG_FIN_OUT].ts_ns, T0 + 10 * MS);
}

static void test_story__a_fin_behind_unsent_data_is_not_exact(void **state)
{
	struct event e = a_fin(T0 + 10 * MS, 101);
	const struct story *s = *state;

	e.write_seq += 500;
	feed(*state, e);
	assert_false(s->seg[SEG_FIN_OUT].exact);
	assert_int_equal(s->queues.unsent, 500);
	assert_int_equal(s->seg[SEG_FIN_OUT].seq, 1500);
}

static void test_story__a_closed_window_holds_the_fin(void **state)
{
	struct event e = a_fin(T0 + 10 * MS, 101);
	const struct story *s = *state;

	e.snd_nxt = e.write_seq = 2000;
	e.snd_wnd = 1000;
	feed(*state, e);
	assert_true(s->queues.window_closed);
	assert_false(s->seg[SEG_FIN_OUT].exact);
	assert_int_equal(s->queues.unacked, 1000);
}

static void test_story__unread_bytes_wrap_with_the_sequence_numbers(void **state)
{
	struct event e = a_state_change(T0 + MS, STATE_ESTABLISHED, STATE_CLOSE, SOCKF_LAST_REF);
	const struct story *s = *state;

	e.copied_seq = 0xfffffff0u;
	e.rcv_nxt = 0x10;
	feed(*state, by_task(e, 101, SYSCALL_CLOSE, 5));
	assert_int_equal(s->at_close.unread, 32);
}

static void test_story__the_peers_fin_is_not_an_unread_byte(void **state)
{
	struct event e = by_task(a_state_change(T0 + MS, STATE_CLOSE_WAIT, STATE_LAST_ACK,
				     SOCKF_LAST_REF | SOCKF_DONE), 101,
			    SYSCALL_CLOSE, 5);
	const struct story *s = *state;

	e.rcv_nxt = 5001;
	feed(*state, e);
	assert_int_equal(s->queues.unread, 0);
}

static void test_story__numbers_that_go_back_count_as_zero_bytes(void **state)
{
	struct event e = a_fin(T0 + MS, 101);
	const struct story *s = *state;

	e.copied_seq = 6000;
	e.snd_una = 1500;
	e.write_seq = 900;
	feed(*state, e);
	assert_int_equal(s->queues.unread, 0);
	assert_int_equal(s->queues.unacked, 0);
	assert_int_equal(s->queues.unsent, 0);
}

static void test_story__fin_and_ack_in_one_segment(void **state)
{
	struct event e = a_last_change(T0 + 12 * MS, SOCKF_DONE);
	const struct story *s = *state;

	feed(*state, a_fin(T0 + 10 * MS, 101));
	feed(*state, an_ack(T0 + 12 * MS));
	e.segs_in = 2;
	feed(*state, e);
	assert_true(s->fins.same_segment && s->fins.same_segment_known);
	assert_int_equal(s->progress, CLOSE_DONE);
}

static void test_story__fin_and_ack_in_two_segments(void **state)
{
	static const uint8_t states[] = { STATE_ESTABLISHED, STATE_FIN_WAIT1, STATE_FIN_WAIT2,
					  STATE_TIME_WAIT };
	const struct story *s = *state;

	feed(*state, a_fin(T0 + 10 * MS, 101));
	feed(*state, an_ack(T0 + 12 * MS));
	feed(*state, a_last_change(T0 + 30 * MS, SOCKF_DONE));
	assert_false(s->fins.same_segment);
	assert_true(s->fins.same_segment_known);
	assert_int_equal(s->seg[SEG_FIN_IN].seq, 5000);
	assert_int_equal(s->seg[SEG_ACK_OUT].ack, 5001);
	expect_states(s, states, 4);
}

static void test_story__two_segments_of_one_backlog_are_not_taken_for_one(void **state)
{
	struct event ack = an_ack(T0 + 12 * MS), last = a_last_change(T0 + 12 * MS, SOCKF_DONE);
	const struct story *s = *state;

	feed(*state, a_fin(T0 + 10 * MS, 101));
	ack.sock_flags |= SOCKF_OWNED;
	last.sock_flags |= SOCKF_OWNED;
	ack.segs_in = last.segs_in = 3;
	feed(*state, ack);
	feed(*state, last);
	assert_false(s->fins.same_segment);
	assert_false(s->fins.same_segment_known);
}

static void test_story__a_minisock_is_not_the_end(void **state)
{
	const struct story *s = *state;

	feed_minisock(*state);
	assert_int_equal(s->progress, CLOSE_MINISOCK);
	assert_false(story_is_over(s));
	assert_int_equal(s->expires_ns, T0 + 12 * MS + 60000 * MS);
}

static void test_story__a_late_fin_is_the_end(void **state)
{
	const struct story *s = *state;

	feed_minisock(*state);
	feed(*state, a_timewait_segment(T0 + 40 * MS, FIN | ACK, 0));
	assert_int_equal(s->progress, CLOSE_BY_SEGMENT);
	assert_int_equal(s->end_ns, T0 + 40 * MS);
	assert_int_equal(s->seg[SEG_FIN_IN].seq, 5000);
	assert_int_equal(s->seg[SEG_ACK_OUT].seq, 1001);
	assert_int_equal(s->seg[SEG_ACK_OUT].ack, 5001);
}

static void test_story__a_late_ack_has_no_effect(void **state)
{
	feed_minisock(*state);
	feed(*state, a_timewait_segment(T0 + 40 * MS, ACK, 0));
	assert_false(story_is_over(*state));
}

static void test_story__a_fin_that_the_minisock_rejects_has_no_effect(void **state)
{
	struct event e = a_timewait_segment(T0 + 40 * MS, FIN | ACK, 0);
	const struct story *s = *state;

	e.substate = STATE_FIN_WAIT2;
	feed_minisock(*state);
	feed(*state, e);
	assert_false(s->seg[SEG_FIN_IN].seen);
	assert_false(story_is_over(s));
}

static void test_story__late_data_alone_is_not_an_end(void **state)
{
	const struct story *s = *state;

	feed_minisock(*state);
	feed(*state, a_timewait_segment(T0 + 40 * MS, ACK, 10));
	assert_int_equal(s->progress, CLOSE_MINISOCK);
}

static void test_story__only_the_first_late_end_counts(void **state)
{
	const struct story *s = *state;

	feed_minisock(*state);
	feed(*state, a_timewait_segment(T0 + 40 * MS, FIN | ACK, 0));
	feed(*state, a_timewait_segment(T0 + 50 * MS, RST, 0));
	assert_int_equal(s->timewait_tcp_flags, FIN | ACK);
	assert_int_equal(s->end_ns, T0 + 40 * MS);
}

/*
 * If the events from the FIN to CLOSE were lost, the timewait socket shows that there was an end.
 */
static void test_story__a_late_segment_ends_a_connection_whose_end_was_missed(void **state)
{
	const struct story *s = *state;

	feed(*state, a_timewait_segment(T0 + 40 * MS, FIN | ACK, 0));
	assert_int_equal(s->progress, CLOSE_BY_SEGMENT);
	assert_false(s->seg[SEG_FIN_OUT].seen);
	assert_false(s->seg[SEG_ACK_OUT].has_seq);
}

static void test_story__a_minisock_expires(void **state)
{
	const struct story *s = *state;

	feed_minisock(*state);
	story_expire(*state);
	assert_int_equal(s->progress, CLOSE_EXPIRED);
	assert_int_equal(s->end_ns, s->expires_ns);
	assert_int_equal(s->states[s->nr_states - 1], STATE_CLOSE);
}

static void test_story__nothing_else_expires(void **state)
{
	const struct story *s = *state;

	story_expire(*state);
	assert_int_equal(s->progress, CLOSE_NOT_YET);
}

static void test_story__a_rst_in_answer_means_there_is_no_minisock(void **state)
{
	struct event e = an_event(T0 + 12 * MS, EVENT_RESET_SENT);
	const struct story *s = *state;

	e.flags = EVENTF_ANSWER;
	feed_minisock(*state);
	feed(*state, e);
	assert_int_equal(s->progress, CLOSE_DONE);
	assert_true(s->reset.answer);
}

static void test_story__retransmitted_fins_are_counted(void **state)
{
	const struct story *s = *state;

	feed(*state, a_fin(T0 + 10 * MS, 101));
	feed(*state, an_event(T0 + 210 * MS, EVENT_FIN_RESENT));
	feed(*state, an_event(T0 + 610 * MS, EVENT_FIN_RESENT));
	assert_int_equal(s->fins.retransmits, 2);
}

static void test_story__the_fin_is_not_a_received_byte(void **state)
{
	struct event e = a_last_change(T0 + 12 * MS, SOCKF_DONE);
	const struct story *s = *state;

	e.bytes_received = 101;
	feed(*state, e);
	assert_int_equal(s->bytes_received, 100);
}

static void test_story__a_change_after_the_end_has_no_effect(void **state)
{
	const struct story *s = *state;
	struct story before;

	feed(*state, by_task(a_state_change(T0 + MS, STATE_ESTABLISHED, STATE_CLOSE,
				 SOCKF_LAST_REF | SOCKF_LINGER_ZERO), 101,
			SYSCALL_CLOSE, 5));
	before = *s;
	feed(*state, a_state_change(T0 + 2 * MS, STATE_ESTABLISHED, STATE_FIN_WAIT1, 0));
	assert_int_equal(s->end_ns, before.end_ns);
	assert_int_equal(s->nr_states, before.nr_states);
	assert_false(s->seg[SEG_FIN_OUT].seen);
}

static void test_story__states_never_overflow(void **state)
{
	const struct story *s = *state;

	for (unsigned i = 0; i < 1000; i++) {
		feed(*state, a_state_change(T0 + i, STATE_ESTABLISHED, STATE_CLOSE_WAIT, 0));
		feed(*state, a_state_change(T0 + i, STATE_CLOSE_WAIT, STATE_ESTABLISHED, 0));
	}
	assert_int_equal(s->nr_states, STORY_STATES);
}

static void test_story__the_trigger_is_the_first_with_an_effect(void **state)
{
	feed(*state, a_call(T0 + MS, 10, 101, SYSCALL_SHUTDOWN, 5));
	assert_null(story_trigger(*state));
	feed(*state, a_fin(T0 + 10 * MS, 102));
	assert_non_null(story_trigger(*state));
	assert_int_equal(story_trigger(*state)->tid, 102);
}

static void test_story__it_awaits_the_return_of_a_close(void **state)
{
	feed(*state, a_fin(T0 + 10 * MS, 101));
	assert_true(story_awaits_call(*state));
	feed(*state, a_call(T0 + 10 * MS, 10, 101, SYSCALL_CLOSE, 5));
	assert_false(story_awaits_call(*state));
}

static void test_story__it_awaits_no_return_of_an_exit(void **state)
{
	struct event e = a_fin(T0 + 10 * MS, 101);

	e.task_flags |= TASKF_EXITING;
	feed(*state, e);
	assert_false(story_awaits_call(*state));
}

#define STORY_TEST(name) cmocka_unit_test_setup_teardown(test_story__##name, set_up, tear_down)

static void test_story__two_that_connected_have_crossed_syns(void **state)
{
	struct event e = a_state_change(T0, STATE_SYN_SENT, STATE_SYN_RECV, SOCKF_HELD);
	struct story s;

	(void)state;
	story_init(&s, &e);
	story_feed(&s, &e);
	e = a_state_change(T0 + 1, STATE_SYN_RECV, STATE_ESTABLISHED, SOCKF_HELD);
	story_feed(&s, &e);
	assert_true(s.syns_crossed);
	assert_int_equal(s.opened, OPENED_CONNECT);
	story_release(&s);
	story_init(&s, &e);
	story_feed(&s, &e);
	assert_false(s.syns_crossed);
	assert_int_equal(s.opened, OPENED_ACCEPT);
	story_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_story__two_that_connected_have_crossed_syns),
		STORY_TEST(it_knows_who_it_is_about),
		STORY_TEST(a_connection_in_use_has_not_begun_to_end),
		STORY_TEST(our_fin_carries_the_socket_numbers),
		STORY_TEST(a_fin_behind_unsent_data_is_not_exact),
		STORY_TEST(a_closed_window_holds_the_fin),
		STORY_TEST(unread_bytes_wrap_with_the_sequence_numbers),
		STORY_TEST(the_peers_fin_is_not_an_unread_byte),
		STORY_TEST(numbers_that_go_back_count_as_zero_bytes),
		STORY_TEST(fin_and_ack_in_one_segment),
		STORY_TEST(fin_and_ack_in_two_segments),
		STORY_TEST(two_segments_of_one_backlog_are_not_taken_for_one),
		STORY_TEST(a_minisock_is_not_the_end),
		STORY_TEST(a_late_fin_is_the_end),
		STORY_TEST(a_late_ack_has_no_effect),
		STORY_TEST(a_fin_that_the_minisock_rejects_has_no_effect),
		STORY_TEST(late_data_alone_is_not_an_end),
		STORY_TEST(only_the_first_late_end_counts),
		STORY_TEST(a_late_segment_ends_a_connection_whose_end_was_missed),
		STORY_TEST(a_minisock_expires),
		STORY_TEST(nothing_else_expires),
		STORY_TEST(a_rst_in_answer_means_there_is_no_minisock),
		STORY_TEST(retransmitted_fins_are_counted),
		STORY_TEST(the_fin_is_not_a_received_byte),
		STORY_TEST(a_change_after_the_end_has_no_effect),
		STORY_TEST(states_never_overflow),
		STORY_TEST(the_trigger_is_the_first_with_an_effect),
		STORY_TEST(it_awaits_the_return_of_a_close),
		STORY_TEST(it_awaits_no_return_of_an_exit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
