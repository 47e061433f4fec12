/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "early_calls.h"
#include "event_fixture.h"

static struct event close_call(uint64_t ts_ns, uint32_t tid)
{
	return a_call(ts_ns, 1000, tid, SYSCALL_CLOSE, 5);
}

static void test_early_calls__gives_the_call_once(void **state)
{
	struct early_calls y = { 0 };
	struct event call = close_call(T0, 100), change = a_fin(T0 + 2000, 100);

	(void)state;
	event_order_keep_call(&y, &call);
	assert_non_null(event_order_take_call(&y, &change));
	assert_null(event_order_take_call(&y, &change));
}

static void test_early_calls__wants_the_same_task_socket_and_moment(void **state)
{
	struct early_calls y = { 0 };
	struct event call = close_call(T0, 100);
	struct event other_task = a_fin(T0 + 2000, 101), other_socket = a_fin(T0 + 2000, 100);
	struct event inside = a_fin(T0 + 500, 100), late = a_fin(T0 + 3000 * MS, 100);
	struct event packet = a_fin(T0 + 2000, 100);

	(void)state;
	other_socket.cookie = 0x22;
	packet.task_flags = 0;
	event_order_keep_call(&y, &call);
	assert_null(event_order_take_call(&y, &other_task));
	assert_null(event_order_take_call(&y, &other_socket));
	/* the call had not returned: it will say so */
	assert_null(event_order_take_call(&y, &inside));
	assert_null(event_order_take_call(&y, &late));
	assert_null(event_order_take_call(&y, &packet));
}

static void test_early_calls__keeps_the_latest(void **state)
{
	struct early_calls y = { 0 };
	struct event change = a_fin(T0 + 2000, 100), last = a_fin(T0 + 2000, 100 + EARLY_CALLS);

	(void)state;
	for (unsigned i = 0; i <= EARLY_CALLS; i++) {
		struct event call = close_call(T0, 100 + i);

		event_order_keep_call(&y, &call);
	}
	assert_null(event_order_take_call(&y, &change));
	assert_non_null(event_order_take_call(&y, &last));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_early_calls__gives_the_call_once),
		cmocka_unit_test(test_early_calls__wants_the_same_task_socket_and_moment),
		cmocka_unit_test(test_early_calls__keeps_the_latest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
