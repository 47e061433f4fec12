/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_unit.h"

#include "story_calls.h"

#define LIVE EVENT_SOCK_FILE_LIVE
#define DEAD EVENT_SOCK_FILE_DEAD

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct story));
	return !*state;
}

static int tear_down(void **state)
{
	struct story *s = *state;

	free(s->acts);
	free(s);
	return 0;
}

/* Our FIN by a task in that call. */
static struct event fin_by(uint8_t call, unsigned bits)
{
	return by(a_change(T0, STATE_ESTABLISHED, STATE_FIN_WAIT1, bits), 101, call, 5);
}

static const struct act *only_act(const struct story *s)
{
	assert_int_equal(s->nr_acts, 1);
	return &s->acts[0];
}

static void test_act__each_call_has_its_trigger(void **state)
{
	static const struct {
		uint8_t call;
		uint16_t bits;
		uint8_t trigger;
		bool deferred;
	} rows[] = {
		{ EVENT_CALL_CLOSE, DEAD, TRIGGER_CLOSE, false },
		{ EVENT_CALL_CLOSE_RANGE, DEAD, TRIGGER_CLOSE_RANGE, false },
		{ EVENT_CALL_DUP2, DEAD, TRIGGER_DUP2, false },
		{ EVENT_CALL_DUP3, DEAD, TRIGGER_DUP3, false },
		{ EVENT_CALL_EXECVE, DEAD, TRIGGER_EXECVE, false },
		{ EVENT_CALL_EXIT, DEAD, TRIGGER_EXIT, false },
		{ EVENT_CALL_MUNMAP, DEAD, TRIGGER_MUNMAP, false },
		{ EVENT_CALL_SHUTDOWN, LIVE, TRIGGER_SHUTDOWN, false },
		{ EVENT_CALL_CONNECT, LIVE, TRIGGER_CONNECT, false },
		{ EVENT_CALL_IO_URING_ENTER, DEAD, TRIGGER_IO_URING_CLOSE, false },
		{ EVENT_CALL_IO_URING_ENTER, LIVE, TRIGGER_IO_URING_SHUTDOWN, false },
		/* the last reference went when another call of the socket came back */
		{ EVENT_CALL_OTHER, DEAD, TRIGGER_SYSCALL, true },
		{ EVENT_CALL_SHUTDOWN, DEAD, TRIGGER_SYSCALL, true },
		{ EVENT_CALL_CONNECT, DEAD, TRIGGER_SYSCALL, true },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct event e = fin_by(rows[i].call, rows[i].bits);
		struct story s = { 0 };

		e.arg[1] = 1;	/* of io_uring_enter: how many requests it submits */
		act_from_change(&s, &e, EFFECT_FIN);
		assert_int_equal(only_act(&s)->trigger, rows[i].trigger);
		assert_int_equal(only_act(&s)->deferred, rows[i].deferred);
		free(s.acts);
	}
}

static void test_act__an_exit_has_its_status_and_no_descriptor(void **state)
{
	struct event e = fin_by(EVENT_CALL_EXIT, DEAD);
	const struct act *a;

	e.task |= EVENT_TASK_EXITING;
	e.exit_code = 3 << 8;
	act_from_change(*state, &e, EFFECT_FIN);
	a = only_act(*state);
	assert_int_equal(a->trigger, TRIGGER_EXIT);
	assert_int_equal(a->exit_code, 3);
	assert_int_equal(a->signal, -1);
	assert_int_equal(a->fd, -1);
}

static void test_act__a_killed_task_is_not_blamed_for_its_call(void **state)
{
	struct event e = fin_by(EVENT_CALL_CLOSE, DEAD);
	const struct act *a;

	e.task |= EVENT_TASK_EXITING;
	e.exit_code = 0x80 | 11;	/* with a core dump */
	act_from_change(*state, &e, EFFECT_FIN);
	a = only_act(*state);
	assert_int_equal(a->trigger, TRIGGER_SIGNAL);
	assert_int_equal(a->signal, 11);
	assert_int_equal(a->exit_code, -1);
	assert_int_equal(a->fd, -1);
}

static void test_act__a_kernel_thread_is_in_no_call(void **state)
{
	struct event e = fin_by(EVENT_CALL_NONE, 0);

	e.task = EVENT_TASK_HERE | EVENT_TASK_KTHREAD;
	act_from_change(*state, &e, EFFECT_FIN);
	assert_int_equal(only_act(*state)->trigger, TRIGGER_KERNEL);
	assert_int_equal(only_act(*state)->deferred, false);
}

static void test_act__the_stale_call_of_an_io_worker_does_not_count(void **state)
{
	struct event e = fin_by(EVENT_CALL_OTHER, LIVE);

	e.task |= EVENT_TASK_IO_WORKER;
	act_from_change(*state, &e, EFFECT_FIN);
	assert_int_equal(only_act(*state)->trigger, TRIGGER_IO_URING_SHUTDOWN);
}

static void test_act__econnaborted_is_sock_destroy(void **state)
{
	struct event e = a_change(T0, STATE_ESTABLISHED, STATE_CLOSE, LIVE);

	e = by(e, 9, EVENT_CALL_OTHER, 3);
	e.sk_err = EVENT_ECONNABORTED;
	act_from_change(*state, &e, EFFECT_RESET);
	assert_int_equal(only_act(*state)->trigger, TRIGGER_SOCK_DESTROY);
	assert_int_equal(only_act(*state)->fd, -1);
}

static void test_act__shutdown_keeps_its_how(void **state)
{
	struct event e = fin_by(EVENT_CALL_SHUTDOWN, LIVE);

	e.arg[1] = 1;
	act_from_change(*state, &e, EFFECT_FIN);
	assert_int_equal(only_act(*state)->fd, 5);
	assert_int_equal(only_act(*state)->how, 1);
}

static void test_act__dup_ends_the_descriptor_it_is_given_second(void **state)
{
	struct event e = fin_by(EVENT_CALL_DUP3, DEAD);

	e.arg[1] = 9;
	act_from_change(*state, &e, EFFECT_FIN);
	assert_int_equal(only_act(*state)->fd, 9);
	assert_int_equal(only_act(*state)->how, -1);
}

static void test_act__what_a_packet_did_is_nobodys(void **state)
{
	static const uint8_t rows[][2] = {
		{ STATE_ESTABLISHED, STATE_CLOSE_WAIT }, { STATE_FIN_WAIT1, STATE_FIN_WAIT2 },
		{ STATE_FIN_WAIT1, STATE_CLOSING },	 { STATE_FIN_WAIT2, STATE_CLOSE },
		{ STATE_LAST_ACK, STATE_CLOSE },	 { STATE_CLOSING, STATE_CLOSE },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct event e = a_change(T0, rows[i][0], rows[i][1], 0);

		e = by(e, 7, EVENT_CALL_CLOSE, 5);
		assert_false(act_is_local(&e));
	}
}

static void test_act__a_fin_of_ours_is_local_where_a_task_was_seen(void **state)
{
	static const uint8_t rows[][2] = {
		{ STATE_ESTABLISHED, STATE_FIN_WAIT1 }, { STATE_SYN_RECV, STATE_FIN_WAIT1 },
		{ STATE_CLOSE_WAIT, STATE_LAST_ACK },	{ STATE_FIN_WAIT2, STATE_FIN_WAIT2 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct event e = a_change(T0, rows[i][0], rows[i][1], 0);

		assert_false(act_is_local(&e));
		e = by(e, 7, EVENT_CALL_CLOSE, 5);
		assert_true(act_is_local(&e));
	}
}

static void test_act__a_call_and_its_effect_are_one_act(void **state)
{
	struct event fin = fin_by(EVENT_CALL_CLOSE, DEAD);
	struct event call = a_call(T0 - 10, 30, 101, EVENT_CALL_CLOSE, 5);
	const struct act *a;

	act_from_change(*state, &fin, EFFECT_FIN);
	act_from_call(*state, &call);
	a = only_act(*state);
	assert_int_equal(a->effect, EFFECT_FIN);
	assert_int_equal(a->ts_ns, T0 - 10);
	assert_int_equal(a->effect_ns, T0);
	assert_int_equal(a->call_ns, 30);
	assert_true(a->returned);
}

static void test_act__so_they_are_where_the_call_returned_first(void **state)
{
	struct event call = a_call(T0 - 10, 5, 101, EVENT_CALL_CLOSE, 5);
	struct event fin = fin_by(EVENT_CALL_CLOSE, DEAD);

	act_from_call(*state, &call);
	act_from_change(*state, &fin, EFFECT_FIN);
	assert_int_equal(only_act(*state)->effect, EFFECT_FIN);
	assert_int_equal(only_act(*state)->ts_ns, T0 - 10);
	assert_true(only_act(*state)->returned);
}

static void test_act__two_threads_are_two_acts(void **state)
{
	struct event call = a_call(T0 - 10, 30, 102, EVENT_CALL_CLOSE, 5);
	struct event fin = fin_by(EVENT_CALL_CLOSE, DEAD);
	const struct story *s = *state;

	act_from_change(*state, &fin, EFFECT_FIN);
	act_from_call(*state, &call);
	assert_int_equal(s->nr_acts, 2);
	assert_int_equal(s->acts[0].tid, 102);
	assert_int_equal(s->acts[0].effect, EFFECT_NONE);
	assert_int_equal(s->acts[1].effect, EFFECT_FIN);
}

static void test_act__an_effect_outside_the_call_is_anothers(void **state)
{
	struct event fin = fin_by(EVENT_CALL_CLOSE, DEAD);
	struct event call = a_call(T0 + 10, 30, 101, EVENT_CALL_CLOSE, 5);
	const struct story *s = *state;

	act_from_change(*state, &fin, EFFECT_FIN);
	act_from_call(*state, &call);
	assert_int_equal(s->nr_acts, 2);
	assert_int_equal(s->acts[0].effect, EFFECT_FIN);
	assert_int_equal(s->acts[1].effect, EFFECT_NONE);
}

static void test_act__an_effect_moves_from_an_earlier_call_to_its_own(void **state)
{
	struct event first = a_call(T0 - 100, 5, 101, EVENT_CALL_CLOSE, 5);
	struct event second = a_call(T0 - 10, 30, 101, EVENT_CALL_CLOSE, 5);
	struct event fin = fin_by(EVENT_CALL_CLOSE, DEAD);
	const struct story *s = *state;

	act_from_call(*state, &first);
	act_from_change(*state, &fin, EFFECT_FIN);
	act_from_call(*state, &second);
	assert_int_equal(s->nr_acts, 2);
	assert_int_equal(s->acts[0].effect, EFFECT_NONE);
	assert_int_equal(s->acts[1].effect, EFFECT_FIN);
	assert_int_equal(s->acts[1].ts_ns, T0 - 10);
}

static void test_act__a_failed_call_keeps_what_it_returned(void **state)
{
	struct event call = a_call(T0, 5, 101, EVENT_CALL_SHUTDOWN, 5);

	call.ret = -107;
	act_from_call(*state, &call);
	assert_int_equal(only_act(*state)->ret, -107);
	assert_int_equal(only_act(*state)->effect, EFFECT_NONE);
}

static void test_act__acts_are_in_order_of_time(void **state)
{
	uint64_t seed = 42;
	const struct story *s = *state;

	for (unsigned i = 0; i < STORY_ACTS; i++) {
		struct event e = a_call(T0 + next_random(&seed) % 1000, 1, 200 + i,
					EVENT_CALL_CLOSE, 5);

		act_from_call(*state, &e);
	}
	assert_int_equal(s->nr_acts, STORY_ACTS);
	for (unsigned i = 1; i < STORY_ACTS; i++)
		assert_true(s->acts[i - 1].ts_ns <= s->acts[i].ts_ns);
}

static void test_act__more_than_are_kept_are_counted(void **state)
{
	const struct story *s = *state;

	for (unsigned i = 0; i < STORY_ACTS + 10; i++) {
		struct event e = a_call(T0 + i, 0, 200 + i, EVENT_CALL_CLOSE, 5);

		act_from_call(*state, &e);
	}
	assert_int_equal(s->nr_acts, STORY_ACTS);
	assert_int_equal(s->acts_dropped, 10);
}

/* The socket goes at the end of a close() of something else, which a fast peer answered within. */
static void test_act__a_release_in_anothers_close_is_no_second_call(void **state)
{
	struct event fin = fin_by(EVENT_CALL_CLOSE, DEAD), gone = by(an_event(T0 + 10, EVENT_DESTROY), 101,
								     EVENT_CALL_CLOSE, 5);
	const struct act *a;

	fin.more = EVENT_MORE_LATER;
	act_from_change(*state, &fin, EFFECT_FIN);
	act_from_change(*state, &gone, EFFECT_RELEASED);
	a = only_act(*state);
	assert_true(a->deferred);
	assert_int_equal(a->effect, EFFECT_FIN);
	assert_int_equal(a->fd, -1);
}

static void test_act__a_release_after_the_return_is_of_the_same_call(void **state)
{
	struct event call = a_call(T0 - 100, 50, 101, EVENT_CALL_CLOSE, 5);
	struct event fin = fin_by(EVENT_CALL_CLOSE, DEAD), gone = by(an_event(T0 + 200, EVENT_DESTROY), 101,
								     EVENT_CALL_CLOSE, 5);
	const struct act *a;

	act_from_call(*state, &call);
	act_from_change(*state, &fin, EFFECT_FIN);
	act_from_change(*state, &gone, EFFECT_RELEASED);
	a = only_act(*state);
	assert_int_equal(a->effect, EFFECT_FIN);
	assert_int_equal(a->call_ns, 300);	/* it lingered */
}

#define ACT_TEST(name) cmocka_unit_test_setup_teardown(test_act__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ACT_TEST(each_call_has_its_trigger),
		ACT_TEST(an_exit_has_its_status_and_no_descriptor),
		ACT_TEST(a_killed_task_is_not_blamed_for_its_call),
		ACT_TEST(a_kernel_thread_is_in_no_call),
		ACT_TEST(the_stale_call_of_an_io_worker_does_not_count),
		ACT_TEST(econnaborted_is_sock_destroy),
		ACT_TEST(shutdown_keeps_its_how),
		ACT_TEST(dup_ends_the_descriptor_it_is_given_second),
		ACT_TEST(what_a_packet_did_is_nobodys),
		ACT_TEST(a_fin_of_ours_is_local_where_a_task_was_seen),
		ACT_TEST(a_call_and_its_effect_are_one_act),
		ACT_TEST(so_they_are_where_the_call_returned_first),
		ACT_TEST(two_threads_are_two_acts),
		ACT_TEST(an_effect_outside_the_call_is_anothers),
		ACT_TEST(an_effect_moves_from_an_earlier_call_to_its_own),
		ACT_TEST(a_failed_call_keeps_what_it_returned),
		ACT_TEST(acts_are_in_order_of_time),
		ACT_TEST(more_than_are_kept_are_counted),
		ACT_TEST(a_release_in_anothers_close_is_no_second_call),
		ACT_TEST(a_release_after_the_return_is_of_the_same_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
