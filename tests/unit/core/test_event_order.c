/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "endpoint_table.h"
#include "event_order.h"

static unsigned reported;

static void count_story(void *arg, const struct story *s, uint64_t now_ns)
{
	(void)arg;
	(void)s;
	(void)now_ns;
	reported++;
}

static struct endpoint_table *new_table(void)
{
	struct endpoint_table_config config = { .max_open = 100, .report = count_story,
						.timewait = true };
	struct endpoint_table *t = endpoint_table_new(&config);

	assert_non_null(t);
	reported = 0;
	return t;
}

static void feed(struct endpoint_table *t, struct event e)
{
	endpoint_table_feed(t, &e);
}

/* Each change twice, in a row. */
static void test_event_order__a_change_that_arrives_twice_is_one(void **state)
{
	struct endpoint_table *t = new_table();
	struct event life[] = { established(T0), a_fin(T0 + MS, 7), an_ack(T0 + 2 * MS),
				a_last_change(T0 + 3 * MS, SOCKF_DONE) };
	struct endpoint_table_counts c;

	(void)state;
	for (unsigned i = 0; i < sizeof(life) / sizeof(*life); i++) {
		feed(t, life[i]);
		feed(t, life[i]);
	}
	endpoint_table_end(t, T0 + 1000 * MS);
	c = endpoint_table_counts(t);
	assert_int_equal(reported, 1);
	assert_int_equal(c.seen, 1);
	assert_int_equal(c.end_missed, 0);
	endpoint_table_free(t);
}

static void test_event_order__the_same_change_of_another_socket_is_another(void **state)
{
	struct endpoint_table *t = new_table();

	(void)state;
	for (unsigned i = 1; i <= 2 * RECENT_CLOSES; i++) {
		feed(t, of_endpoint(i, an_ack(T0)));
		feed(t, of_endpoint(i, a_last_change(T0 + MS, SOCKF_DONE)));
	}
	endpoint_table_end(t, T0 + 1000 * MS);
	assert_int_equal(reported, 2 * RECENT_CLOSES);
	endpoint_table_free(t);
}

static void test_event_order__a_socket_that_connects_again_is_another_story(void **state)
{
	struct endpoint_table *t = new_table();

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		feed(t, established(T0 + i * 10 * MS));
		feed(t, a_state_change(T0 + i * 10 * MS + MS, STATE_ESTABLISHED, STATE_CLOSE,
				 SOCKF_HELD));
	}
	endpoint_table_end(t, T0 + 1000 * MS);
	assert_int_equal(reported, 3);
	endpoint_table_free(t);
}

static unsigned order(struct event_order *o, struct event e, const struct story *known)
{
	static const struct event *out[EVENT_ORDER_OUT];

	return event_order_feed(o, &e, known, out);
}

static void test_event_order__without_a_cookie_a_key_may_come_again(void **state)
{
	struct event_order o = { .next_close = 0 };
	struct event e = a_last_change(T0, SOCKF_DONE);
	struct story s = { .sk_key = e.sk_key, .cookie = e.cookie, .last_old = e.old_state,
			   .last_new = e.new_state };

	(void)state;
	assert_int_equal(order(&o, e, NULL), 1);
	event_order_add_close(&o, &s);
	assert_int_equal(order(&o, e, NULL), 0);
	e.cookie = 0;
	assert_int_equal(order(&o, e, NULL), 1);
}

/* However much happened on other sockets in between. */
static void test_event_order__a_story_knows_the_last_change_of_its_socket(void **state)
{
	struct event_order o = { .next_close = 0 };
	struct event e = a_fin(T0, 100);
	struct story s = { .cookie = e.cookie, .last_old = e.old_state, .last_new = e.new_state };

	(void)state;
	for (unsigned i = 2; i < 2000; i++)
		order(&o, of_endpoint(i, a_fin(T0, 100)), NULL);
	assert_int_equal(order(&o, e, &s), 0);
	assert_int_equal(order(&o, an_ack(T0 + MS), &s), 1);
}

static void test_event_order__a_change_to_the_same_state_may_be_made_twice(void **state)
{
	struct event_order o = { .next_close = 0 };
	struct event e = a_state_change(T0, STATE_FIN_WAIT2, STATE_FIN_WAIT2, 0);
	struct story s = { .cookie = e.cookie, .last_old = e.old_state, .last_new = e.new_state };

	(void)state;
	assert_int_equal(order(&o, e, &s), 1);
}

static struct event closed(uint64_t ts_ns, uint32_t tid)
{
	return a_call(ts_ns, 1000, tid, SYSCALL_CLOSE, 5);
}

static void test_event_order__an_early_call_comes_before_its_change_once(void **state)
{
	const struct event *out[EVENT_ORDER_OUT];
	struct event_order o = { .next_call = 0 };
	struct event call = closed(T0, 100), change = a_fin(T0 + 2000, 100);

	(void)state;
	assert_int_equal(event_order_feed(&o, &call, NULL, out), 0);
	assert_int_equal(event_order_feed(&o, &change, NULL, out), 2);
	assert_memory_equal(out[0], &call, sizeof(call));
	assert_ptr_equal(out[1], &change);
	assert_int_equal(event_order_feed(&o, &change, NULL, out), 1);
	assert_ptr_equal(out[0], &change);
}

static void test_event_order__an_early_call_is_of_the_same_task_socket_and_moment(void **state)
{
	struct event_order o = { .next_call = 0 };
	struct event other_task = a_fin(T0 + 2000, 101), other_socket = a_fin(T0 + 2000, 100);
	struct event inside = a_fin(T0 + 500, 100), late = a_fin(T0 + 3000 * MS, 100);
	struct event packet = a_fin(T0 + 2000, 100);

	(void)state;
	other_socket.cookie = 0x22;
	packet.task_flags = 0;
	order(&o, closed(T0, 100), NULL);
	assert_int_equal(order(&o, other_task, NULL), 1);
	assert_int_equal(order(&o, other_socket, NULL), 1);
	assert_int_equal(order(&o, inside, NULL), 1);	/* its call has not returned yet */
	assert_int_equal(order(&o, late, NULL), 1);
	assert_int_equal(order(&o, packet, NULL), 1);
}

static void test_event_order__a_call_on_a_known_socket_is_not_early(void **state)
{
	struct event_order o = { .next_call = 0 };
	struct story s = { .nr_states = 1 };

	(void)state;
	assert_int_equal(order(&o, closed(T0, 100), &s), 1);
	assert_int_equal(order(&o, a_fin(T0 + 2000, 100), NULL), 1);
}

static void test_event_order__the_latest_early_calls_are_kept(void **state)
{
	struct event_order o = { .next_call = 0 };

	(void)state;
	for (unsigned i = 0; i <= EARLY_CALLS; i++)
		order(&o, closed(T0, 100 + i), NULL);
	assert_int_equal(order(&o, a_fin(T0 + 2000, 100), NULL), 1);
	assert_int_equal(order(&o, a_fin(T0 + 2000, 100 + EARLY_CALLS), NULL), 2);
}

static void test_event_order__a_shutdown_may_be_the_first_sign_of_a_connection(void **state)
{
	struct event_order o = { .next_call = 0 };
	struct event e = a_call(T0, 1000, 100, SYSCALL_SHUTDOWN, 5);

	(void)state;
	assert_int_equal(order(&o, e, NULL), 1);
	e.old_state = STATE_FIN_WAIT2;
	assert_int_equal(order(&o, e, NULL), 0);
}

/* The end of a connection that was never accepted, in the context of this task. */
static struct event unaccepted(uint32_t tid)
{
	struct event e = by_task(a_state_change(T0 + MS, STATE_ESTABLISHED, STATE_CLOSE, 0), tid,
				 SYSCALL_CLOSE, 3);

	e.sock_flags = SOCKF_NO_SOCKET;
	return e;
}

static void test_event_order__a_bystander_is_not_the_task_that_did_it(void **state)
{
	const struct event *out[EVENT_ORDER_OUT];
	struct event_order o = { .next_call = 0 };
	struct event e = unaccepted(100);

	(void)state;
	assert_int_equal(event_order_feed(&o, &e, NULL, out), 1);
	assert_false(out[0]->task_flags & TASKF_VALID);
	assert_true(e.task_flags & TASKF_VALID);
}

static void test_event_order__who_closed_the_listener_is_no_bystander(void **state)
{
	const struct event *out[EVENT_ORDER_OUT];
	struct event_order o = { .next_call = 0 };
	struct event e = unaccepted(100), other = unaccepted(101);
	struct event listener = by_task(a_state_change(T0, STATE_LISTEN, STATE_CLOSE, 0), 100,
					SYSCALL_CLOSE, 3);

	(void)state;
	assert_int_equal(order(&o, listener, NULL), 0);
	assert_int_equal(event_order_feed(&o, &e, NULL, out), 1);
	assert_ptr_equal(out[0], &e);
	assert_int_equal(event_order_feed(&o, &other, NULL, out), 1);
	assert_ptr_not_equal(out[0], &other);
}

#define ORDER_TEST(name) cmocka_unit_test(test_event_order__##name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ORDER_TEST(a_change_that_arrives_twice_is_one),
		ORDER_TEST(the_same_change_of_another_socket_is_another),
		ORDER_TEST(a_socket_that_connects_again_is_another_story),
		ORDER_TEST(without_a_cookie_a_key_may_come_again),
		ORDER_TEST(a_story_knows_the_last_change_of_its_socket),
		ORDER_TEST(a_change_to_the_same_state_may_be_made_twice),
		ORDER_TEST(an_early_call_comes_before_its_change_once),
		ORDER_TEST(an_early_call_is_of_the_same_task_socket_and_moment),
		ORDER_TEST(a_call_on_a_known_socket_is_not_early),
		ORDER_TEST(the_latest_early_calls_are_kept),
		ORDER_TEST(a_shutdown_may_be_the_first_sign_of_a_connection),
		ORDER_TEST(a_bystander_is_not_the_task_that_did_it),
		ORDER_TEST(who_closed_the_listener_is_no_bystander),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
