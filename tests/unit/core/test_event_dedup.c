/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "endpoint_table.h"
#include "event_dedup.h"

static unsigned told;

static void count_story(void *arg, const struct story *s, uint64_t now_ns)
{
	(void)arg;
	(void)s;
	(void)now_ns;
	told++;
}

static struct endpoint_table *new_conns(void)
{
	struct endpoint_table_config config = { .max_open = 100, .report = count_story,
						.timewait = true };
	struct endpoint_table *t = endpoint_table_new(&config);

	assert_non_null(t);
	told = 0;
	return t;
}

static void feed(struct endpoint_table *t, struct event e)
{
	endpoint_table_feed(t, &e);
}

/* Each change twice, in a row. */
static void test_event_dedup__a_change_told_twice_is_one(void **state)
{
	struct endpoint_table *t = new_conns();
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
	assert_int_equal(told, 1);
	assert_int_equal(c.seen, 1);
	assert_int_equal(c.end_missed, 0);
	endpoint_table_free(t);
}

static void test_event_dedup__another_socket_is_none(void **state)
{
	struct endpoint_table *t = new_conns();

	(void)state;
	for (unsigned i = 1; i <= 2 * RECENT_CLOSES; i++) {
		feed(t, of_endpoint(i, an_ack(T0)));
		feed(t, of_endpoint(i, a_last_change(T0 + MS, SOCKF_DONE)));
	}
	endpoint_table_end(t, T0 + 1000 * MS);
	assert_int_equal(told, 2 * RECENT_CLOSES);
	endpoint_table_free(t);
}

static void test_event_dedup__a_socket_that_connects_again_is_another_story(void **state)
{
	struct endpoint_table *t = new_conns();

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		feed(t, established(T0 + i * 10 * MS));
		feed(t, a_state_change(T0 + i * 10 * MS + MS, STATE_ESTABLISHED, STATE_CLOSE,
				 SOCKF_HELD));
	}
	endpoint_table_end(t, T0 + 1000 * MS);
	assert_int_equal(told, 3);
	endpoint_table_free(t);
}

static void test_event_dedup__without_a_cookie_a_key_may_come_again(void **state)
{
	struct recent_closes o = { .next = 0 };
	struct event e = a_last_change(T0, SOCKF_DONE);
	struct story s = { .sk_key = e.sk_key, .cookie = e.cookie, .last_old = e.old_state,
			   .last_new = e.new_state };

	(void)state;
	assert_false(event_order_is_recent_close(&o, &e));
	event_order_add_close(&o, &s);
	assert_true(event_order_is_recent_close(&o, &e));
	e.cookie = 0;
	assert_false(event_order_is_recent_close(&o, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_dedup__a_change_told_twice_is_one),
		cmocka_unit_test(test_event_dedup__another_socket_is_none),
		cmocka_unit_test(test_event_dedup__a_socket_that_connects_again_is_another_story),
		cmocka_unit_test(test_event_dedup__without_a_cookie_a_key_may_come_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
