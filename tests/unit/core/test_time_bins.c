/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "time_bins.h"
#include "time_units.h"

#define START (1763799152ULL * NS_PER_S)

static uint64_t sum(const struct time_bins *t)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < t->nr; i++)
		n += time_bins_count(t, i);
	return n;
}

static void test_time_bins__one_ending_is_one_bin_of_a_millisecond(void **state)
{
	struct time_bins t = { 0 };

	(void)state;
	time_bins_add(&t, START + 1500000, CLASS_RESET);
	assert_int_equal(t.nr, 1);
	assert_int_equal(time_bins_width_ns(&t), NS_PER_MS);
	assert_true(t.first == START / NS_PER_MS + 1);
	assert_int_equal(t.n[0][CLASS_RESET], 1);
}

static void test_time_bins__an_earlier_ending_moves_the_others(void **state)
{
	struct time_bins t = { 0 };

	(void)state;
	time_bins_add(&t, START + 5 * NS_PER_MS, CLASS_CLEAN);
	time_bins_add(&t, START, CLASS_TIMEOUT);
	assert_int_equal(t.nr, 6);
	assert_int_equal(t.n[0][CLASS_TIMEOUT], 1);
	assert_int_equal(t.n[5][CLASS_CLEAN], 1);
	assert_int_equal(sum(&t), 2);
}

static void test_time_bins__bins_grow_with_the_time_that_they_cover(void **state)
{
	struct time_bins t = { 0 };

	(void)state;
	for (unsigned i = 0; i < 600; i++)
		time_bins_add(&t, START + i * NS_PER_S, CLASS_CLEAN);
	assert_int_equal(time_bins_width_ns(&t), 10 * NS_PER_S);
	assert_true(t.nr == 60 || t.nr == 61);
	assert_int_equal(sum(&t), 600);
}

static void test_time_bins__the_order_does_not_matter(void **state)
{
	struct time_bins up = { 0 }, down = { 0 };

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t ns = START + i * i * 77 * NS_PER_MS;

		time_bins_add(&up, ns, (enum class)(i % CLASS_COUNT));
		ns = START + (999 - i) * (999 - i) * 77 * NS_PER_MS;
		time_bins_add(&down, ns, (enum class)((999 - i) % CLASS_COUNT));
	}
	assert_int_equal(up.scale, down.scale);
	assert_int_equal(up.nr, down.nr);
	assert_true(up.first == down.first);
	assert_memory_equal(up.n, down.n, up.nr * sizeof(up.n[0]));
}

static void test_time_bins__all_of_64_bits_fit(void **state)
{
	struct time_bins t = { 0 };

	(void)state;
	time_bins_add(&t, UINT64_MAX, CLASS_CLEAN);
	time_bins_add(&t, 0, CLASS_CLEAN);
	assert_true(t.nr <= TIME_BINS);
	assert_int_equal(sum(&t), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_bins__one_ending_is_one_bin_of_a_millisecond),
		cmocka_unit_test(test_time_bins__an_earlier_ending_moves_the_others),
		cmocka_unit_test(test_time_bins__bins_grow_with_the_time_that_they_cover),
		cmocka_unit_test(test_time_bins__the_order_does_not_matter),
		cmocka_unit_test(test_time_bins__all_of_64_bits_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
