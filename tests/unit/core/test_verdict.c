/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "verdict.h"

#define RST 0x04
#define LIVE SOCKF_HELD

/* A story built from events, and its verdict. */
struct fixture {
	struct story story;
	struct verdict verdict;
};

static int set_up(void **state)
{
	struct event first = a_state_change(T0, STATE_SYN_SENT, STATE_ESTABLISHED, SOCKF_HELD);
	struct fixture *t = calloc(1, sizeof(*t));

	if (!t)
		return -1;
	story_init(&t->story, &first);
	story_feed(&t->story, &first);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *t = *state;

	story_release(&t->story);
	free(t);
	return 0;
}

static void feed(struct fixture *t, struct event e)
{
	story_feed(&t->story, &e);
}

static const struct verdict *decide_verdict(struct fixture *t, uint64_t now_ns)
{
	verdict_make(&t->verdict, &t->story, now_ns);
	return &t->verdict;
}

static void expect_ending(const struct verdict *v, enum initiator initiator, enum ending ending,
			  enum reason reason)
{
	assert_string_equal(initiator_name(v->initiator), initiator_name(initiator));
	assert_string_equal(ending_name(v->ending), ending_name(ending));
	assert_string_equal(reason_name(v->reason), reason_name(reason));
}

/* A single change from that state to CLOSE. If our FIN was sent, it is not acknowledged. */
static struct event an_end(uint8_t from, unsigned err, unsigned bits)
{
	struct event e = a_state_change(T0 + 50 * MS, from, STATE_CLOSE, bits);

	if (from == STATE_FIN_WAIT1 || from == STATE_CLOSING || from == STATE_LAST_ACK)
		e.write_seq = ++e.snd_nxt;
	e.sk_err = (__u16)err;
	return e;
}

static void test_verdict__a_received_reset_has_its_reason_by_state(void **state)
{
	static const struct {
		uint8_t from;
		uint16_t err, bits;
		enum initiator initiator;
		enum reason reason;
	} rows[] = {
		{ STATE_ESTABLISHED, 104, LIVE, INITIATOR_PEER, REASON_ESTABLISHED },
		{ STATE_CLOSE_WAIT, 32, LIVE, INITIATOR_PEER, REASON_HALF_CLOSED },
		{ STATE_FIN_WAIT2, 104, LIVE, INITIATOR_LOCAL, REASON_HALF_CLOSED },
		{ STATE_FIN_WAIT2, 104, ORPHAN_BITS, INITIATOR_LOCAL, REASON_AFTER_CLOSE },
		{ STATE_FIN_WAIT1, 104, ORPHAN_BITS, INITIATOR_LOCAL, REASON_CLOSING },
		{ STATE_CLOSING, 104, ORPHAN_BITS, INITIATOR_BOTH, REASON_CLOSING },
		{ STATE_LAST_ACK, 104, ORPHAN_BITS, INITIATOR_PEER, REASON_CLOSING },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct event first = a_state_change(T0, STATE_SYN_SENT, STATE_ESTABLISHED, 0);
		struct fixture *t = *state;

		story_release(&t->story);
		story_init(&t->story, &first);
		feed(t, an_end(rows[i].from, rows[i].err, rows[i].bits));
		expect_ending(decide_verdict(t, T0), rows[i].initiator, ENDING_RESET_RECEIVED,
			      rows[i].reason);
	}
}

static void test_verdict__a_timeout_has_its_reason_by_state(void **state)
{
	static const struct {
		uint8_t from;
		uint16_t bits;
		enum initiator initiator;
		enum reason reason;
	} rows[] = {
		{ STATE_FIN_WAIT1, ORPHAN_BITS, INITIATOR_LOCAL, REASON_FIN_WAIT_1 },
		{ STATE_FIN_WAIT2, LIVE, INITIATOR_LOCAL, REASON_FIN_WAIT_2 },	/* keepalive */
		{ STATE_CLOSING, ORPHAN_BITS, INITIATOR_BOTH, REASON_CLOSING },
		{ STATE_LAST_ACK, ORPHAN_BITS, INITIATOR_PEER, REASON_LAST_ACK },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct event first = a_state_change(T0, STATE_SYN_SENT, STATE_ESTABLISHED, 0);
		struct fixture *t = *state;

		story_release(&t->story);
		story_init(&t->story, &first);
		feed(t, an_end(rows[i].from, 110, rows[i].bits));
		expect_ending(decide_verdict(t, T0), rows[i].initiator, ENDING_TIMED_OUT,
			      rows[i].reason);
	}
}

static void test_verdict__unacknowledged_data_times_out(void **state)
{
	struct event e = an_end(STATE_ESTABLISHED, 110, SOCKF_HELD);

	e.snd_nxt = e.write_seq = 1100;
	e.retransmits = 15;
	feed(*state, e);
	expect_ending(decide_verdict(*state, T0), INITIATOR_NONE, ENDING_TIMED_OUT,
		      REASON_RETRANSMISSION);
}

static void test_verdict__a_soft_error_is_a_timeout_too(void **state)
{
	struct event e = an_end(STATE_ESTABLISHED, 113, LIVE);	/* EHOSTUNREACH */

	e.snd_nxt = e.write_seq = 1100;
	feed(*state, e);
	expect_ending(decide_verdict(*state, T0), INITIATOR_NONE, ENDING_TIMED_OUT,
		      REASON_RETRANSMISSION);
}

static void test_verdict__the_kernels_reset_reason_comes_first(void **state)
{
	struct event sent = an_event(T0 + 50 * MS, EVENT_RESET_SENT);
	struct event end = an_end(STATE_ESTABLISHED, 0, SOCKF_LAST_REF);

	feed(*state, by_task(end, 7, SYSCALL_CLOSE, 5));
	sent.reason = RESET_ABORT_ON_CLOSE;
	feed(*state, sent);
	expect_ending(decide_verdict(*state, T0), INITIATOR_LOCAL, ENDING_RESET_SENT,
		      REASON_UNREAD_DATA);
}

static void test_verdict__no_error_and_no_reset_is_an_abort(void **state)
{
	feed(*state, an_end(STATE_ESTABLISHED, 0, 0));
	expect_ending(decide_verdict(*state, T0), INITIATOR_UNKNOWN, ENDING_ABORTED, REASON_OTHER);
}

static void test_verdict__four_waves_are_numbered_from_the_initiator(void **state)
{
	const struct verdict *v;

	feed(*state, a_fin(T0 + 10 * MS, 101));
	feed(*state, an_ack(T0 + 12 * MS));
	feed(*state, a_last_change(T0 + 30 * MS, SOCKF_DONE));
	v = decide_verdict(*state, T0);
	expect_ending(v, INITIATOR_LOCAL, ENDING_FOUR_WAY, REASON_NONE);
	assert_int_equal(v->nr_waves, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(v->wave[i].number, i + 1);
	assert_int_equal(v->wave[0].segment, SEG_FIN_OUT);
	assert_int_equal(v->wave[3].segment, SEG_ACK_OUT);
	assert_false(v->partial);
}

static void test_verdict__phases_add_up(void **state)
{
	const struct verdict *v;

	feed(*state, a_fin(T0 + 10 * MS, 101));
	feed(*state, an_ack(T0 + 12 * MS));
	feed(*state, a_last_change(T0 + 30 * MS, SOCKF_DONE));
	v = decide_verdict(*state, T0);
	assert_int_equal(v->phase[PHASE_ACK_WAIT].ns, 2 * MS);
	assert_int_equal(v->phase[PHASE_PEER_HOLD].ns, 18 * MS);
	assert_int_equal(v->phase[PHASE_TOTAL].ns, 20 * MS);
	assert_false(v->phase[PHASE_APP_HOLD].known);
	assert_false(v->phase[PHASE_LAST_ACK_WAIT].known);
	assert_false(v->phase[PHASE_FIN_QUEUED].known);
	assert_int_equal(v->blame, BLAME_PEER_APP);
}

static void test_verdict__under_a_millisecond_there_is_no_blame(void **state)
{
	feed(*state, a_fin(T0, 101));
	feed(*state, an_ack(T0 + 1000));
	feed(*state, a_last_change(T0 + MS - 1, SOCKF_DONE));
	assert_int_equal(decide_verdict(*state, T0)->blame, BLAME_NONE);
}

static void test_verdict__the_longest_phase_is_blamed(void **state)
{
	feed(*state, a_fin(T0, 101));
	feed(*state, an_ack(T0 + 3 * MS));
	feed(*state, a_last_change(T0 + 5 * MS, SOCKF_DONE));
	assert_int_equal(decide_verdict(*state, T0)->blame, BLAME_NETWORK);
}

static void test_verdict__an_unanswered_fin_is_open_until_now(void **state)
{
	const struct verdict *v;

	feed(*state, a_fin(T0 + 10 * MS, 101));
	v = decide_verdict(*state, T0 + 500 * MS);
	expect_ending(v, INITIATOR_LOCAL, ENDING_OPEN, REASON_NONE);
	assert_int_equal(v->settled_ns, T0 + 500 * MS);
	assert_int_equal(v->phase[PHASE_TOTAL].ns, 490 * MS);
	assert_false(v->phase[PHASE_ACK_WAIT].known);
}

static void test_verdict__time_that_goes_back_gives_no_phase(void **state)
{
	const struct verdict *v;

	feed(*state, a_fin(T0 + 30 * MS, 101));
	feed(*state, an_ack(T0 + 20 * MS));
	feed(*state, a_last_change(T0 + 10 * MS, SOCKF_DONE));
	v = decide_verdict(*state, T0);
	assert_false(v->phase[PHASE_ACK_WAIT].known);
	assert_false(v->phase[PHASE_PEER_HOLD].known);
	assert_true(v->settled_ns >= v->start_ns);
}

/* Checks that no phase is a wrapped negative number. */
static void expect_sane(const struct verdict *v)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		if (v->phase[i].known)
			assert_true(v->phase[i].ns < 1000000 * MS);
		sum += i == PHASE_TOTAL ? 0 : v->phase[i].ns;
	}
	if (v->phase[PHASE_TOTAL].known)
		assert_true(sum <= v->phase[PHASE_TOTAL].ns);
	assert_true(v->settled_ns >= v->start_ns);
	assert_true(v->nr_waves <= SEG_COUNT);
	assert_true(v->nr_missing <= VERDICT_MISSING);
	assert_true(v->ending < ENDING_COUNT && v->reason < REASON_COUNT);
	assert_true(v->initiator < INITIATOR_COUNT && v->blame < BLAME_COUNT);
}

static struct event any_event(uint64_t *seed)
{
	static const uint8_t calls[] = { SYSCALL_CLOSE, SYSCALL_SHUTDOWN, SYSCALL_OTHER };
	struct event e = an_event(T0 + next_random(seed) % (1000 * MS),
				  (uint8_t)(next_random(seed) % 7 + 1));

	e.old_state = (__u8)(next_random(seed) % 11 + 1);
	e.new_state = (__u8)(next_random(seed) % 11 + 1);
	e.sock_flags = (__u16)next_random(seed);
	e.sk_err = next_random(seed) % 3 ? 0 : (__u16)(next_random(seed) % 120);
	e.flags = (__u8)next_random(seed);
	e.payload = (__u32)(next_random(seed) % 3);
	e.rcv_nxt += (__u32)(next_random(seed) % 3);
	e.snd_nxt += (__u32)(next_random(seed) % 3);
	if (next_random(seed) % 2)
		e = by_task(e, (uint32_t)(next_random(seed) % 3 + 1), calls[next_random(seed) % 3],
			    5);
	return e;
}

static void test_verdict__any_story_has_a_sane_verdict(void **state)
{
	struct fixture *t = *state;
	uint64_t seed = 7;

	for (unsigned i = 0; i < 20000; i++) {
		struct event first = any_event(&seed);

		story_release(&t->story);
		story_init(&t->story, &first);
		story_feed(&t->story, &first);
		for (unsigned n = next_random(&seed) % 12; n > 0; n--)
			feed(t, any_event(&seed));
		if (next_random(&seed) % 4 == 0)
			story_expire(&t->story);
		expect_sane(decide_verdict(t, T0 + 1000 * MS));
	}
}

static void test_verdict__a_lost_wave_makes_a_clean_story_partial(void **state)
{
	const struct verdict *v;

	feed(*state, a_fin(T0 + 10 * MS, 101));
	feed(*state, a_last_change(T0 + 30 * MS, SOCKF_DONE));
	v = decide_verdict(*state, T0);
	assert_int_equal(ending_class(v->ending), CLASS_CLEAN);
	assert_true(v->partial);
	assert_int_equal(v->nr_waves, 3);
	assert_true(v->nr_missing > 0);
}

static void test_verdict__only_the_opening_is_missing_if_it_was_not_seen(void **state)
{
	struct event fin = a_fin(T0 + 10 * MS, 101);
	struct fixture *t = *state;

	story_release(&t->story);
	story_init(&t->story, &fin);
	story_feed(&t->story, &fin);
	feed(t, an_ack(T0 + 12 * MS));
	feed(t, a_last_change(T0 + 30 * MS, SOCKF_DONE));
	decide_verdict(t, T0);
	assert_false(t->verdict.partial);
	assert_int_equal(t->verdict.nr_missing, 1);
	assert_memory_equal(t->verdict.missing[0], "age_ns: ", 8);
}

static void test_verdict__the_call_is_where_it_starts(void **state)
{
	feed(*state, a_fin(T0 + 10 * MS, 101));
	feed(*state, a_call(T0 + 9 * MS, 2 * MS, 101, SYSCALL_CLOSE, 5));
	assert_int_equal(decide_verdict(*state, T0 + 20 * MS)->start_ns, T0 + 9 * MS);
}

static void test_verdict__a_late_reset_is_the_peers_after_our_fin(void **state)
{
	feed(*state, a_fin(T0 + 10 * MS, 101));
	feed(*state, an_ack(T0 + 12 * MS));
	feed(*state, a_last_change(T0 + 12 * MS, 0));
	feed(*state, a_timewait_segment(T0 + 40 * MS, RST, 0));
	expect_ending(decide_verdict(*state, T0), INITIATOR_LOCAL, ENDING_RESET_RECEIVED,
		      REASON_AFTER_CLOSE);
}

#define VERDICT_TEST(name) cmocka_unit_test_setup_teardown(test_verdict__##name, set_up, tear_down)

static void test_verdict__what_a_story_misses_is_listed_in_order(void **state)
{
	struct story s = { .missing = 1u << MISSING_RETURN | 1u << MISSING_CALL |
				      1u << MISSING_LATE_SEGMENTS };
	struct verdict v;

	(void)state;
	verdict_make(&v, &s, 0);
	assert_int_equal(v.nr_missing, 4);
	assert_string_equal(v.missing[0],
			    "age_ns: opened before tracing began, or an event was lost");
	assert_string_equal(v.missing[1],
			    "waves: no hook shows segments that come after the close");
	assert_string_equal(
		v.missing[2],
		"calls: the return of a call was not seen, nor which descriptor it was for");
	assert_string_equal(v.missing[3],
			    "start: the close began before tracing did, or an event was lost");
	assert_true(v.partial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VERDICT_TEST(a_received_reset_has_its_reason_by_state),
		VERDICT_TEST(a_timeout_has_its_reason_by_state),
		VERDICT_TEST(unacknowledged_data_times_out),
		VERDICT_TEST(a_soft_error_is_a_timeout_too),
		VERDICT_TEST(the_kernels_reset_reason_comes_first),
		VERDICT_TEST(no_error_and_no_reset_is_an_abort),
		VERDICT_TEST(four_waves_are_numbered_from_the_initiator),
		VERDICT_TEST(phases_add_up),
		VERDICT_TEST(under_a_millisecond_there_is_no_blame),
		VERDICT_TEST(the_longest_phase_is_blamed),
		VERDICT_TEST(an_unanswered_fin_is_open_until_now),
		VERDICT_TEST(time_that_goes_back_gives_no_phase),
		VERDICT_TEST(any_story_has_a_sane_verdict),
		VERDICT_TEST(a_lost_wave_makes_a_clean_story_partial),
		VERDICT_TEST(only_the_opening_is_missing_if_it_was_not_seen),
		VERDICT_TEST(the_call_is_where_it_starts),
		VERDICT_TEST(a_late_reset_is_the_peers_after_our_fin),
		cmocka_unit_test(test_verdict__what_a_story_misses_is_listed_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
