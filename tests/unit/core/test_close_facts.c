/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "close_facts.h"

static void test_close_facts__the_silence_is_the_smaller_known_time(void **state)
{
	struct story s = { 0 };
	uint64_t ns = 7;

	(void)state;
	assert_false(close_silence(&s, &ns));
	s.idle = (struct idle){ .sent_ns = 5, .received_ns = 3 };
	assert_false(close_silence(&s, &ns));
	s.idle.sent_known = true;
	assert_true(close_silence(&s, &ns));
	assert_int_equal(ns, 5);
	s.idle.received_known = true;
	assert_true(close_silence(&s, &ns));
	assert_int_equal(ns, 3);
	s.idle.sent_ns = 2;
	assert_true(close_silence(&s, &ns));
	assert_int_equal(ns, 2);
	s.idle.sent_known = false;
	assert_true(close_silence(&s, &ns));
	assert_int_equal(ns, 3);
}

static void test_close_facts__the_age_needs_both_times(void **state)
{
	struct story s = { 0 };
	struct verdict v = { .settled_ns = 50 };
	uint64_t ns;

	(void)state;
	assert_false(close_age(&s, &v, &ns));
	s.established_ns = 51;
	assert_false(close_age(&s, &v, &ns));
	s.established_ns = 20;
	assert_true(close_age(&s, &v, &ns));
	assert_int_equal(ns, 30);
}

static void test_close_facts__time_wait_is_left_if_the_kernel_had_room(void **state)
{
	struct story s = { .states = { STATE_FIN_WAIT2, STATE_TIME_WAIT }, .nr_states = 2 };

	(void)state;
	assert_true(close_left_time_wait(&s));
	s.at_close.tw_full = true;
	assert_false(close_left_time_wait(&s));
	s.at_close.tw_full = false;
	s.nr_states = 1;
	assert_false(close_left_time_wait(&s));
	s.nr_states = 0;
	assert_false(close_left_time_wait(&s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_close_facts__the_silence_is_the_smaller_known_time),
		cmocka_unit_test(test_close_facts__the_age_needs_both_times),
		cmocka_unit_test(test_close_facts__time_wait_is_left_if_the_kernel_had_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
