/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "time_range.h"
#include "time_units.h"

#define NOW (1000000 * NS_PER_S)
#define AT(s) { TIME_POINT_AT, (s) * NS_PER_S }
#define BEFORE(s) { TIME_POINT_BEFORE, (s) * NS_PER_S }

static void test_time_range__has_both_of_its_ends(void **state)
{
	const struct time_point since = AT(100), until = AT(200);
	struct time_range r = time_range_between(&since, &until, NOW);

	(void)state;
	assert_true(time_range_has(&r, 100 * NS_PER_S));
	assert_true(time_range_has(&r, 200 * NS_PER_S));
	assert_false(time_range_has(&r, 100 * NS_PER_S - 1));
	assert_false(time_range_has(&r, 200 * NS_PER_S + 1));
}

static void test_time_range__is_open_where_no_time_is_given(void **state)
{
	const struct time_point none = { 0 }, at = AT(500);
	struct time_range r = time_range_between(&none, &none, NOW);

	(void)state;
	assert_true(time_range_has(&r, 0) && time_range_has(&r, UINT64_MAX));
	assert_false(time_range_is_early(&r, 0) || time_range_is_over(&r, UINT64_MAX));
	r = time_range_between(&none, &at, NOW);
	assert_true(time_range_has(&r, 0));
	r = time_range_between(&at, &none, NOW);
	assert_true(time_range_has(&r, UINT64_MAX));
}

static void test_time_range__counts_back_from_the_end(void **state)
{
	const struct time_point since = BEFORE(600), until = BEFORE(60), far = BEFORE(2000000);
	struct time_range r = time_range_between(&since, &until, NOW);

	(void)state;
	assert_true(r.since_ns == NOW - 600 * NS_PER_S);
	assert_true(r.until_ns == NOW - 60 * NS_PER_S);
	r = time_range_between(&far, &until, NOW);
	assert_true(r.since_ns == 0);
}

static void test_time_range__reads_two_minutes_more_on_both_sides(void **state)
{
	const struct time_point since = AT(1000), until = AT(2000);
	struct time_range r = time_range_between(&since, &until, NOW);

	(void)state;
	assert_true(time_range_is_early(&r, 880 * NS_PER_S - 1));
	assert_false(time_range_is_early(&r, 880 * NS_PER_S));
	assert_false(time_range_is_over(&r, 2120 * NS_PER_S));
	assert_true(time_range_is_over(&r, 2120 * NS_PER_S + 1));
}

static void test_time_range__points_in_the_wrong_order(void **state)
{
	const struct time_point none = { 0 }, at[] = { AT(1), AT(2) },
		before[] = { BEFORE(2), BEFORE(1) };

	(void)state;
	assert_false(time_points_are_reversed(&at[0], &at[1]));
	assert_false(time_points_are_reversed(&at[0], &at[0]));
	assert_true(time_points_are_reversed(&at[1], &at[0]));
	assert_false(time_points_are_reversed(&before[0], &before[1]));
	assert_true(time_points_are_reversed(&before[1], &before[0]));
	assert_false(time_points_are_reversed(&none, &at[0]));
	assert_false(time_points_are_reversed(&at[1], &before[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_range__has_both_of_its_ends),
		cmocka_unit_test(test_time_range__is_open_where_no_time_is_given),
		cmocka_unit_test(test_time_range__counts_back_from_the_end),
		cmocka_unit_test(test_time_range__reads_two_minutes_more_on_both_sides),
		cmocka_unit_test(test_time_range__points_in_the_wrong_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
