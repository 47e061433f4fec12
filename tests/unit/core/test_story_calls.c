/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "story_private.h"

#define LIVE SOCKF_HELD
#define DEAD SOCKF_LAST_REF

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct story));
	return !*state;
}

static int tear_down(void **state)
{
	struct story *s = *state;

	free(s->calls);
	free(s);
	return 0;
}

/* Our FIN, sent by a task in that call. */
static struct event fin_by(uint8_t call, unsigned bits)
{
	return by_task(a_state_change(T0, STATE_ESTABLISHED, STATE_FIN_WAIT1, bits), 101, call, 5);
}

static const struct socket_call *only_call(const struct story *s)
{
	assert_int_equal(s->nr_calls, 1);
	return &s->calls[0];
}

static void test_story_calls__each_call_has_its_trigger(void **state)
{
	static const struct {
		uint8_t call;
		uint16_t bits;
		uint8_t trigger;
		bool deferred;
	} rows[] = {
		{ SYSCALL_CLOSE, DEAD, TRIGGER_CLOSE, false },
		{ SYSCALL_CLOSE_RANGE, DEAD, TRIGGER_CLOSE_RANGE, false },
		{ SYSCALL_DUP2, DEAD, TRIGGER_DUP2, false },
		{ SYSCALL_DUP3, DEAD, TRIGGER_DUP3, false },
		{ SYSCALL_EXECVE, DEAD, TRIGGER_EXECVE, false },
		{ SYSCALL_EXIT, DEAD, TRIGGER_EXIT, false },
		{ SYSCALL_MUNMAP, DEAD, TRIGGER_MUNMAP, false },
		{ SYSCALL_SHUTDOWN, LIVE, TRIGGER_SHUTDOWN, false },
		{ SYSCALL_CONNECT, LIVE, TRIGGER_CONNECT, false },
		{ SYSCALL_IO_URING_ENTER, DEAD, TRIGGER_IO_URING_CLOSE, false },
		{ SYSCALL_IO_URING_ENTER, LIVE, TRIGGER_IO_URING_SHUTDOWN, false },
		/* the last reference was dropped when another call on the socket returned */
		{ SYSCALL_OTHER, DEAD, TRIGGER_SYSCALL, true },
		{ SYSCALL_SHUTDOWN, DEAD, TRIGGER_SYSCALL, true },
		{ SYSCALL_CONNECT, DEAD, TRIGGER_SYSCALL, true },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct event e = fin_by(rows[i].call, rows[i].bits);
		struct story s = { 0 };

		e.arg[1] = 1;	/* for io_uring_enter: the number of requests submitted */
		story_calls_add_change(&s, &e, EFFECT_FIN);
		assert_int_equal(only_call(&s)->trigger, rows[i].trigger);
		assert_int_equal(only_call(&s)->deferred, rows[i].deferred);
		free(s.calls);
	}
}

static void test_story_calls__an_exit_has_its_status_and_no_descriptor(void **state)
{
	struct event e = fin_by(SYSCALL_EXIT, DEAD);
	const struct socket_call *a;

	e.task_flags |= TASKF_EXITING;
	e.exit_code = 3 << 8;
	story_calls_add_change(*state, &e, EFFECT_FIN);
	a = only_call(*state);
	assert_int_equal(a->trigger, TRIGGER_EXIT);
	assert_int_equal(a->exit_code, 3);
	assert_int_equal(a->signal, -1);
	assert_int_equal(a->fd, -1);
}

static void test_story_calls__a_killed_task_is_not_blamed_for_its_call(void **state)
{
	struct event e = fin_by(SYSCALL_CLOSE, DEAD);
	const struct socket_call *a;

	e.task_flags |= TASKF_EXITING;
	e.exit_code = 0x80 | 11;	/* with a core dump */
	story_calls_add_change(*state, &e, EFFECT_FIN);
	a = only_call(*state);
	assert_int_equal(a->trigger, TRIGGER_SIGNAL);
	assert_int_equal(a->signal, 11);
	assert_int_equal(a->exit_code, -1);
	assert_int_equal(a->fd, -1);
}

static void test_story_calls__a_kernel_thread_is_in_no_call(void **state)
{
	struct event e = fin_by(SYSCALL_NONE, 0);

	e.task_flags = TASKF_VALID | TASKF_KTHREAD;
	story_calls_add_change(*state, &e, EFFECT_FIN);
	assert_int_equal(only_call(*state)->trigger, TRIGGER_KERNEL);
	assert_int_equal(only_call(*state)->deferred, false);
}

static void test_story_calls__the_stale_call_of_an_io_worker_does_not_count(void **state)
{
	struct event e = fin_by(SYSCALL_OTHER, LIVE);

	e.task_flags |= TASKF_IO_WORKER;
	story_calls_add_change(*state, &e, EFFECT_FIN);
	assert_int_equal(only_call(*state)->trigger, TRIGGER_IO_URING_SHUTDOWN);
}

static void test_story_calls__econnaborted_is_sock_destroy(void **state)
{
	struct event e = a_state_change(T0, STATE_ESTABLISHED, STATE_CLOSE, LIVE);

	e = by_task(e, 9, SYSCALL_OTHER, 3);
	e.sk_err = EVENT_ECONNABORTED;
	story_calls_add_change(*state, &e, EFFECT_RESET);
	assert_int_equal(only_call(*state)->trigger, TRIGGER_SOCK_DESTROY);
	assert_int_equal(only_call(*state)->fd, -1);
}

static void test_story_calls__shutdown_keeps_its_how(void **state)
{
	struct event e = fin_by(SYSCALL_SHUTDOWN, LIVE);

	e.arg[1] = 1;
	story_calls_add_change(*state, &e, EFFECT_FIN);
	assert_int_equal(only_call(*state)->fd, 5);
	assert_int_equal(only_call(*state)->how, 1);
}

static void test_story_calls__dup_ends_the_descriptor_it_is_given_second(void **state)
{
	struct event e = fin_by(SYSCALL_DUP3, DEAD);

	e.arg[1] = 9;
	story_calls_add_change(*state, &e, EFFECT_FIN);
	assert_int_equal(only_call(*state)->fd, 9);
	assert_int_equal(only_call(*state)->how, -1);
}

static void test_story_calls__an_effect_of_a_packet_has_no_task(void **state)
{
	static const uint8_t rows[][2] = {
		{ STATE_ESTABLISHED, STATE_CLOSE_WAIT }, { STATE_FIN_WAIT1, STATE_FIN_WAIT2 },
		{ STATE_FIN_WAIT1, STATE_CLOSING },	 { STATE_FIN_WAIT2, STATE_CLOSE },
		{ STATE_LAST_ACK, STATE_CLOSE },	 { STATE_CLOSING, STATE_CLOSE },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct event e = a_state_change(T0, rows[i][0], rows[i][1], 0);

		e = by_task(e, 7, SYSCALL_CLOSE, 5);
		assert_false(story_calls_is_local(&e));
	}
}

static void test_story_calls__our_fin_is_local_if_a_task_was_seen(void **state)
{
	static const uint8_t rows[][2] = {
		{ STATE_ESTABLISHED, STATE_FIN_WAIT1 }, { STATE_SYN_RECV, STATE_FIN_WAIT1 },
		{ STATE_CLOSE_WAIT, STATE_LAST_ACK },	{ STATE_FIN_WAIT2, STATE_FIN_WAIT2 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct event e = a_state_change(T0, rows[i][0], rows[i][1], 0);

		assert_false(story_calls_is_local(&e));
		e = by_task(e, 7, SYSCALL_CLOSE, 5);
		assert_true(story_calls_is_local(&e));
	}
}

static void test_story_calls__a_call_and_its_effect_are_one_call(void **state)
{
	struct event fin = fin_by(SYSCALL_CLOSE, DEAD);
	struct event call = a_call(T0 - 10, 30, 101, SYSCALL_CLOSE, 5);
	const struct socket_call *a;

	story_calls_add_change(*state, &fin, EFFECT_FIN);
	story_calls_add_call(*state, &call);
	a = only_call(*state);
	assert_int_equal(a->effect, EFFECT_FIN);
	assert_int_equal(a->ts_ns, T0 - 10);
	assert_int_equal(a->effect_ns, T0);
	assert_int_equal(a->call_ns, 30);
	assert_true(a->returned);
}

static void test_story_calls__they_are_one_call_also_if_the_call_returned_first(void **state)
{
	struct event call = a_call(T0 - 10, 5, 101, SYSCALL_CLOSE, 5);
	struct event fin = fin_by(SYSCALL_CLOSE, DEAD);

	story_calls_add_call(*state, &call);
	story_calls_add_change(*state, &fin, EFFECT_FIN);
	assert_int_equal(only_call(*state)->effect, EFFECT_FIN);
	assert_int_equal(only_call(*state)->ts_ns, T0 - 10);
	assert_true(only_call(*state)->returned);
}

static void test_story_calls__two_threads_are_two_calls(void **state)
{
	struct event call = a_call(T0 - 10, 30, 102, SYSCALL_CLOSE, 5);
	struct event fin = fin_by(SYSCALL_CLOSE, DEAD);
	const struct story *s = *state;

	story_calls_add_change(*state, &fin, EFFECT_FIN);
	story_calls_add_call(*state, &call);
	assert_int_equal(s->nr_calls, 2);
	assert_int_equal(s->calls[0].tid, 102);
	assert_int_equal(s->calls[0].effect, EFFECT_NONE);
	assert_int_equal(s->calls[1].effect, EFFECT_FIN);
}

static void test_story_calls__an_effect_outside_the_call_belongs_to_another(void **state)
{
	struct event fin = fin_by(SYSCALL_CLOSE, DEAD);
	struct event call = a_call(T0 + 10, 30, 101, SYSCALL_CLOSE, 5);
	const struct story *s = *state;

	story_calls_add_change(*state, &fin, EFFECT_FIN);
	story_calls_add_call(*state, &call);
	assert_int_equal(s->nr_calls, 2);
	assert_int_equal(s->calls[0].effect, EFFECT_FIN);
	assert_int_equal(s->calls[1].effect, EFFECT_NONE);
}

static void test_story_calls__an_effect_moves_from_an_earlier_call_to_its_own(void **state)
{
	struct event first = a_call(T0 - 100, 5, 101, SYSCALL_CLOSE, 5);
	struct event second = a_call(T0 - 10, 30, 101, SYSCALL_CLOSE, 5);
	struct event fin = fin_by(SYSCALL_CLOSE, DEAD);
	const struct story *s = *state;

	story_calls_add_call(*state, &first);
	story_calls_add_change(*state, &fin, EFFECT_FIN);
	story_calls_add_call(*state, &second);
	assert_int_equal(s->nr_calls, 2);
	assert_int_equal(s->calls[0].effect, EFFECT_NONE);
	assert_int_equal(s->calls[1].effect, EFFECT_FIN);
	assert_int_equal(s->calls[1].ts_ns, T0 - 10);
}

static void test_story_calls__a_failed_call_keeps_its_return_value(void **state)
{
	struct event call = a_call(T0, 5, 101, SYSCALL_SHUTDOWN, 5);

	call.ret = -107;
	story_calls_add_call(*state, &call);
	assert_int_equal(only_call(*state)->ret, -107);
	assert_int_equal(only_call(*state)->effect, EFFECT_NONE);
}

static void test_story_calls__calls_are_in_order_of_time(void **state)
{
	uint64_t seed = 42;
	const struct story *s = *state;

	for (unsigned i = 0; i < STORY_CALLS; i++) {
		struct event e = a_call(T0 + next_random(&seed) % 1000, 1, 200 + i,
					SYSCALL_CLOSE, 5);

		story_calls_add_call(*state, &e);
	}
	assert_int_equal(s->nr_calls, STORY_CALLS);
	for (unsigned i = 1; i < STORY_CALLS; i++)
		assert_true(s->calls[i - 1].ts_ns <= s->calls[i].ts_ns);
}

static void test_story_calls__calls_beyond_the_limit_are_counted(void **state)
{
	const struct story *s = *state;

	for (unsigned i = 0; i < STORY_CALLS + 10; i++) {
		struct event e = a_call(T0 + i, 0, 200 + i, SYSCALL_CLOSE, 5);

		story_calls_add_call(*state, &e);
	}
	assert_int_equal(s->nr_calls, STORY_CALLS);
	assert_int_equal(s->calls_omitted, 10);
	assert_int_equal(s->calls[0].tid, 200);	/* the first and the last ones stay */
	assert_int_equal(s->calls[STORY_CALLS - 1].tid, 200 + STORY_CALLS + 9);
}

static void test_story_calls__a_call_with_an_effect_is_never_omitted(void **state)
{
	struct event fin = fin_by(SYSCALL_CLOSE, DEAD);
	const struct story *s = *state;

	for (unsigned i = 0; i < 2 * STORY_CALLS; i++) {
		struct event e = a_call(T0 - 1000 + i, 0, 200 + i, SYSCALL_CLOSE, 5);

		story_calls_add_call(*state, &e);
	}
	story_calls_add_change(*state, &fin, EFFECT_FIN);
	for (unsigned i = 0; i < 2 * STORY_CALLS; i++) {
		struct event e = a_call(T0 + 1000 + i, 0, 300 + i, SYSCALL_CLOSE, 5);

		story_calls_add_call(*state, &e);
	}
	assert_non_null(story_trigger(s));
	assert_int_equal(story_trigger(s)->tid, 101);
	assert_int_equal(s->nr_calls + s->calls_omitted, 4 * STORY_CALLS + 1);
}

/* The socket is freed at the end of a close() of another file. A fast peer answered during it. */
static void test_story_calls__a_release_in_another_close_is_not_a_second_call(void **state)
{
	struct event fin = fin_by(SYSCALL_CLOSE, DEAD),
		     gone = by_task(an_event(T0 + 10, EVENT_DESTROY), 101, SYSCALL_CLOSE, 5);
	const struct socket_call *a;

	fin.flags = EVENTF_FPUT_DEFERRED;
	story_calls_add_change(*state, &fin, EFFECT_FIN);
	story_calls_add_change(*state, &gone, EFFECT_RELEASED);
	a = only_call(*state);
	assert_true(a->deferred);
	assert_int_equal(a->effect, EFFECT_FIN);
	assert_int_equal(a->fd, -1);
}

static void test_story_calls__a_release_after_the_return_belongs_to_the_same_call(void **state)
{
	struct event call = a_call(T0 - 100, 50, 101, SYSCALL_CLOSE, 5);
	struct event fin = fin_by(SYSCALL_CLOSE, DEAD),
		     gone = by_task(an_event(T0 + 200, EVENT_DESTROY), 101, SYSCALL_CLOSE, 5);
	const struct socket_call *a;

	story_calls_add_call(*state, &call);
	story_calls_add_change(*state, &fin, EFFECT_FIN);
	story_calls_add_change(*state, &gone, EFFECT_RELEASED);
	a = only_call(*state);
	assert_int_equal(a->effect, EFFECT_FIN);
	assert_int_equal(a->call_ns, 300);	/* it lingered */
}

#define ACT_TEST(name) cmocka_unit_test_setup_teardown(test_story_calls__##name, set_up, tear_down)

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
		ACT_TEST(an_effect_of_a_packet_has_no_task),
		ACT_TEST(our_fin_is_local_if_a_task_was_seen),
		ACT_TEST(a_call_and_its_effect_are_one_call),
		ACT_TEST(they_are_one_call_also_if_the_call_returned_first),
		ACT_TEST(two_threads_are_two_calls),
		ACT_TEST(an_effect_outside_the_call_belongs_to_another),
		ACT_TEST(an_effect_moves_from_an_earlier_call_to_its_own),
		ACT_TEST(a_failed_call_keeps_its_return_value),
		ACT_TEST(calls_are_in_order_of_time),
		ACT_TEST(calls_beyond_the_limit_are_counted),
		ACT_TEST(a_call_with_an_effect_is_never_omitted),
		ACT_TEST(a_release_in_another_close_is_not_a_second_call),
		ACT_TEST(a_release_after_the_return_belongs_to_the_same_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
