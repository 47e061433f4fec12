/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The slowest closes of the last minutes. */
#include <stdlib.h>

#include "event_fixture.h"
#include "slowest.h"

static struct close_row a_close(uint64_t settled_s, uint64_t time_ns)
{
	return (struct close_row){ .settled_ns = settled_s * NS_PER_S, .time_ns = time_ns,
				   .time_known = true };
}

static int set_up_list(void **state)
{
	*state = slowest_new();
	return *state ? 0 : -1;
}

static int tear_down_list(void **state)
{
	slowest_free(*state);
	return 0;
}

static void test_slowest__lists_the_slowest_first(void **state)
{
	struct close_list list = { .max = SLOWEST_MAX };
	struct close_row row;

	for (uint64_t i = 0; i < 1000; i++) {
		row = a_close(i % 200, i * 7919 % 1000);
		slowest_add(*state, &row);
	}
	assert_true(slowest_list(*state, 200 * NS_PER_S, &list));
	assert_int_equal(list.nr, SLOWEST_MAX);
	for (unsigned i = 0; i < SLOWEST_MAX; i++)
		assert_int_equal(list.rows[i].time_ns, 999 - i);
	close_list_release(&list);
}

static void test_slowest__forgets_what_is_older_than_the_span(void **state)
{
	struct close_list list = { .max = SLOWEST_MAX };
	struct close_row old = a_close(5, 900), new = a_close(15, 3);

	slowest_add(*state, &old);
	slowest_add(*state, &new);
	assert_true(slowest_list(*state, SLOWEST_SPAN_NS - 1, &list));
	assert_int_equal(list.nr, 2);
	assert_true(slowest_list(*state, SLOWEST_SPAN_NS, &list));
	assert_int_equal(list.nr, 1);
	assert_int_equal(list.rows[0].time_ns, 3);
	new = a_close(SLOWEST_SPAN_NS / NS_PER_S + 5, 4);	/* in place of the old step */
	slowest_add(*state, &new);
	slowest_add(*state, &old);
	assert_true(slowest_list(*state, SLOWEST_SPAN_NS, &list));
	assert_int_equal(list.nr, 2);
	assert_int_equal(list.rows[0].time_ns, 4);
	close_list_release(&list);
}

static void test_slowest__leaves_out_unknown_times(void **state)
{
	struct close_list list = { .max = SLOWEST_MAX };
	struct close_row row = a_close(5, 0);

	row.time_known = false;
	slowest_add(*state, &row);
	assert_true(slowest_list(*state, 6 * NS_PER_S, &list));
	assert_int_equal(list.nr, 0);
	row.time_known = true;
	slowest_add(*state, &row);
	assert_true(slowest_list(*state, 6 * NS_PER_S, &list));
	assert_int_equal(list.nr, 1);
	slowest_reset(*state);
	assert_true(slowest_list(*state, 6 * NS_PER_S, &list));
	assert_int_equal(list.nr, 0);
	close_list_release(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_slowest__lists_the_slowest_first, set_up_list,
						tear_down_list),
		cmocka_unit_test_setup_teardown(
			test_slowest__forgets_what_is_older_than_the_span, set_up_list,
			tear_down_list),
		cmocka_unit_test_setup_teardown(test_slowest__leaves_out_unknown_times,
						set_up_list, tear_down_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
