/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_unit.h"

#include "endpoint_table.h"
#include "event_dedup.h"

static unsigned told;

static void tell(void *arg, const struct story *s, uint64_t now_ns)
{
	(void)arg;
	(void)s;
	(void)now_ns;
	told++;
}

static struct conns *new_conns(void)
{
	struct conns_config config = { .max_open = 100, .tell = tell, .late = true };
	struct conns *t = conns_new(&config);

	assert_non_null(t);
	told = 0;
	return t;
}

static void feed(struct conns *t, struct event e)
{
	conns_feed(t, &e);
}

/* Each change twice, in a row. */
static void test_echo__a_change_told_twice_is_one(void **state)
{
	struct conns *t = new_conns();
	struct event life[] = { born(T0), a_fin(T0 + MS, 7), an_ack(T0 + 2 * MS),
				a_last(T0 + 3 * MS, EVENT_SOCK_DONE) };
	struct conns_counts c;

	(void)state;
	for (unsigned i = 0; i < sizeof(life) / sizeof(*life); i++) {
		feed(t, life[i]);
		feed(t, life[i]);
	}
	conns_end(t, T0 + 1000 * MS);
	c = conns_counts(t);
	assert_int_equal(told, 1);
	assert_int_equal(c.seen, 1);
	assert_int_equal(c.end_missed, 0);
	conns_free(t);
}

static void test_echo__another_socket_is_none(void **state)
{
	struct conns *t = new_conns();

	(void)state;
	for (unsigned i = 1; i <= 2 * ECHO_SOCKETS; i++) {
		feed(t, of(i, an_ack(T0)));
		feed(t, of(i, a_last(T0 + MS, EVENT_SOCK_DONE)));
	}
	conns_end(t, T0 + 1000 * MS);
	assert_int_equal(told, 2 * ECHO_SOCKETS);
	conns_free(t);
}

static void test_echo__a_socket_that_connects_again_is_another_story(void **state)
{
	struct conns *t = new_conns();

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		feed(t, born(T0 + i * 10 * MS));
		feed(t, a_change(T0 + i * 10 * MS + MS, STATE_ESTABLISHED, STATE_CLOSE,
				 EVENT_SOCK_FILE_LIVE));
	}
	conns_end(t, T0 + 1000 * MS);
	assert_int_equal(told, 3);
	conns_free(t);
}

static void test_echo__without_a_cookie_a_key_may_come_again(void **state)
{
	struct echo o = { .at = 0 };
	struct event e = a_last(T0, EVENT_SOCK_DONE);
	struct story s = { .sk = e.sk, .cookie = e.cookie, .last_old = e.old_state,
			   .last_new = e.new_state };

	(void)state;
	assert_false(echo_is_known(&o, &e));
	echo_note(&o, &s);
	assert_true(echo_is_known(&o, &e));
	e.cookie = 0;
	assert_false(echo_is_known(&o, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo__a_change_told_twice_is_one),
		cmocka_unit_test(test_echo__another_socket_is_none),
		cmocka_unit_test(test_echo__a_socket_that_connects_again_is_another_story),
		cmocka_unit_test(test_echo__without_a_cookie_a_key_may_come_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
