/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#define FIN 0x01
#define RST 0x04
#define ACK 0x10
#define EXPIRY_NS (60000 * MS)

/*
 * A timewait socket waits for the peer's FIN. From now on only its segments are seen. Its window is
 * 1000 bytes from 5000 on.
 */
static struct story waiting_minisock(uint16_t more)
{
	struct event e = a_state_change(T0, STATE_FIN_WAIT2, STATE_CLOSE, ORPHAN_BITS);
	struct story s;

	e.rcv_wnd = 1000;
	e.flags = (__u8)more;
	story_init(&s, &e);
	story_feed(&s, &e);
	assert_int_equal(s.progress, CLOSE_MINISOCK);
	return s;
}

static struct event segment(uint64_t ts_ns, uint8_t flags, uint32_t seq, uint32_t payload)
{
	struct event e = an_event(ts_ns, EVENT_TIMEWAIT);

	e.old_state = e.new_state = STATE_TIME_WAIT;
	e.tcp_flags = flags;
	e.rcv_nxt = seq;
	e.payload = payload;
	return e;
}

static enum close_progress progress_after(struct event e)
{
	struct story s = waiting_minisock(0);

	story_feed(&s, &e);
	return s.progress;
}

static void test_story_timewait__the_expected_fin_is_the_end(void **state)
{
	struct story s = waiting_minisock(0);
	struct event e = segment(T0 + MS, FIN | ACK, 5000, 0);

	(void)state;
	story_feed(&s, &e);
	assert_int_equal(s.progress, CLOSE_BY_SEGMENT);
	assert_true(s.seg[SEG_FIN_IN].seen);
	assert_int_equal(s.seg[SEG_FIN_IN].seq, 5000);
	assert_int_equal(s.states[s.nr_states - 1], STATE_TIME_WAIT);
}

static void test_story_timewait__data_is_answered_by_a_reset(void **state)
{
	struct story s = waiting_minisock(0), gap = waiting_minisock(0);
	struct event data = segment(T0 + MS, ACK, 5000, 10),
		     fin = segment(T0 + MS, FIN | ACK, 5010, 0);

	(void)state;
	story_feed(&s, &data);
	story_feed(&gap, &fin);
	assert_int_equal(s.progress, CLOSE_BY_SEGMENT);
	assert_false(s.timewait_tcp_flags & RST);
	assert_int_equal(gap.progress, CLOSE_BY_SEGMENT);
	assert_false(gap.seg[SEG_FIN_IN].seen);
}

static void test_story_timewait__a_reset_ends_it(void **state)
{
	struct story s = waiting_minisock(0);
	struct event e = segment(T0 + MS, RST, 5000, 0);

	(void)state;
	story_feed(&s, &e);
	assert_int_equal(s.progress, CLOSE_BY_SEGMENT);
	assert_true(s.timewait_tcp_flags & RST);
}

static void test_story_timewait__other_segments_have_no_effect(void **state)
{
	(void)state;
	/* old */
	assert_int_equal(progress_after(segment(T0 + MS, ACK, 4990, 10)), CLOSE_MINISOCK);
	/* beyond its window */
	assert_int_equal(progress_after(segment(T0 + MS, ACK, 6001, 10)), CLOSE_MINISOCK);
	assert_int_equal(progress_after(segment(T0 + MS, RST, 6001, 0)), CLOSE_MINISOCK);
	/* no ACK */
	assert_int_equal(progress_after(segment(T0 + MS, FIN, 5000, 0)), CLOSE_MINISOCK);
}

static void test_story_timewait__unknown_if_there_may_be_no_minisock(void **state)
{
	struct story full = waiting_minisock(EVENTF_TW_FULL);
	struct event e = segment(T0 + MS, FIN | ACK, 5000, 0);

	(void)state;
	story_feed(&full, &e);
	assert_int_equal(full.progress, CLOSE_MINISOCK);
	assert_int_equal(progress_after(segment(T0 + EXPIRY_NS, FIN | ACK, 5000, 0)),
			 CLOSE_EXPIRED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_story_timewait__the_expected_fin_is_the_end),
		cmocka_unit_test(test_story_timewait__data_is_answered_by_a_reset),
		cmocka_unit_test(test_story_timewait__a_reset_ends_it),
		cmocka_unit_test(test_story_timewait__other_segments_have_no_effect),
		cmocka_unit_test(test_story_timewait__unknown_if_there_may_be_no_minisock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
