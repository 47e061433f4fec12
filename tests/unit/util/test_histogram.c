/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <stdlib.h>

#include "histogram.h"

#define VALUES 20000
#define ERROR_PERMILLE 20

static uint64_t seed;

static uint64_t next_value(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Nearest rank: the smallest value that at least `permille` per mille do not exceed. */
static uint64_t exact_quantile(const uint64_t *sorted, unsigned n, unsigned permille)
{
	unsigned rank = (n * permille + 999) / 1000;

	return sorted[rank ? rank - 1 : 0];
}

/* Compares every quantile of these values with that of the sorted values. */
static void expect_quantiles(uint64_t *values, unsigned n)
{
	static const unsigned list[] = { 0, 1, 10, 250, 500, 750, 900, 990, 999, 1000 };
	struct histogram h = { 0 };

	for (unsigned i = 0; i < n; i++)
		assert_true(histogram_add(&h, values[i]));
	assert_int_equal(h.n, n);
	qsort(values, n, sizeof(*values), compare);
	assert_true(h.min == values[0] && h.max == values[n - 1]);
	for (unsigned i = 0; i < sizeof(list) / sizeof(*list); i++) {
		uint64_t want = exact_quantile(values, n, list[i]),
			 got = histogram_quantile(&h, list[i]);
		uint64_t off = want > got ? want - got : got - want;

		if (off > want / 1000 * ERROR_PERMILLE + want % 1000 * ERROR_PERMILLE / 1000)
			fail_msg("of %u values %u permille: want %llu, got %llu", n, list[i],
				 (unsigned long long)want, (unsigned long long)got);
	}
	histogram_release(&h);
}

static void test_histogram__quantiles_of_all_magnitudes(void **state)
{
	static uint64_t values[VALUES];

	(void)state;
	seed = 7;
	for (unsigned i = 0; i < VALUES; i++)
		values[i] = next_value() >> (next_value() % 64);
	expect_quantiles(values, VALUES);
}

static void test_histogram__quantiles_within_one_magnitude(void **state)
{
	static uint64_t values[VALUES];
	uint64_t from = 1;

	(void)state;
	seed = 11;
	for (unsigned d = 0; d < 19; d++, from *= 10) {
		for (unsigned i = 0; i < VALUES / 10; i++)
			values[i] = from + next_value() % (9 * from);
		expect_quantiles(values, VALUES / 10);
	}
}

static void test_histogram__quantiles_of_two_humps(void **state)
{
	static uint64_t values[VALUES];

	(void)state;
	seed = 13;
	for (unsigned i = 0; i < VALUES; i++)
		values[i] = i % 100 ? 20000 + next_value() % 9000
				    : 60000000000 + next_value() % 1000000000;
	expect_quantiles(values, VALUES);
}

static void test_histogram__quantiles_of_few(void **state)
{
	(void)state;
	seed = 17;
	for (unsigned n = 1; n < 40; n++) {
		uint64_t values[40];

		for (unsigned i = 0; i < n; i++)
			values[i] = next_value() % 3000000000;
		expect_quantiles(values, n);
	}
}

static void test_histogram__one_value_is_reported_exactly(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	assert_true(histogram_add(&h, 199990000));
	assert_int_equal(histogram_quantile(&h, 500), 199990000);
	assert_int_equal(histogram_quantile(&h, 990), 199990000);
	histogram_release(&h);
}

static void test_histogram__an_empty_histogram_has_no_quantiles(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	assert_int_equal(histogram_quantile(&h, 500), 0);
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		assert_int_equal(histogram_bucket_count(&h, i), 0);
	histogram_release(&h);
}

static void test_histogram__segments_go_by_1_2_5(void **state)
{
	static const uint64_t from[] = { 0, 1, 2, 5, 10, 20, 50, 100 };

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(histogram_bucket_from_ns(i), from[i]);
	assert_int_equal(histogram_bucket_from_ns(1 + 3 * 9), 1000000000);
	assert_true(histogram_bucket_from_ns(HISTOGRAM_BUCKETS - 1) == 10000000000000000000ULL);
	assert_true(histogram_bucket_from_ns(HISTOGRAM_BUCKETS) == UINT64_MAX);
}

/* Each boundary and its neighbours on both sides are in the right segment. */
static void test_histogram__boundaries(void **state)
{
	(void)state;
	for (unsigned i = 1; i < HISTOGRAM_BUCKETS; i++) {
		struct histogram h = { 0 };

		assert_true(histogram_add(&h, histogram_bucket_from_ns(i)));
		assert_true(histogram_add(&h, histogram_bucket_from_ns(i) - 1));
		assert_int_equal(histogram_bucket_count(&h, i), 1);
		assert_int_equal(histogram_bucket_count(&h, i - 1), 1);
		histogram_release(&h);
	}
}

static void test_histogram__the_largest_value_has_a_bucket(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	assert_true(histogram_add(&h, UINT64_MAX));
	assert_int_equal(histogram_bucket_count(&h, HISTOGRAM_BUCKETS - 1), 1);
	assert_true(histogram_quantile(&h, 1000) == UINT64_MAX);
	histogram_release(&h);
}

static void test_histogram__two_merged_are_as_one(void **state)
{
	struct histogram a = { 0 }, b = { 0 }, both = { 0 };

	(void)state;
	seed = 19;
	for (unsigned i = 0; i < VALUES; i++) {
		uint64_t v = next_value() >> (next_value() % 64);

		assert_true(histogram_add(i % 3 ? &a : &b, v));
		assert_true(histogram_add(&both, v));
	}
	assert_true(histogram_merge(&a, &b));
	assert_true(a.n == both.n && a.min == both.min && a.max == both.max);
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		assert_int_equal(histogram_bucket_count(&a, i), histogram_bucket_count(&both, i));
	for (unsigned p = 0; p <= 1000; p++)
		assert_true(histogram_quantile(&a, p) == histogram_quantile(&both, p));
	histogram_release(&a);
	histogram_release(&b);
	histogram_release(&both);
}

static void test_histogram__an_empty_one_changes_nothing(void **state)
{
	struct histogram a = { 0 }, none = { 0 };

	(void)state;
	assert_true(histogram_add(&a, 5000));
	assert_true(histogram_merge(&a, &none));
	assert_true(a.n == 1 && a.min == 5000 && a.max == 5000);
	assert_true(histogram_merge(&none, &a));
	assert_true(none.n == 1 && none.min == 5000 && none.max == 5000);
	histogram_release(&a);
	histogram_release(&none);
}

static void test_histogram__a_quantile_at_or_above_a_cut_value_is_cut(void **state)
{
	struct histogram h = { 0 }, all = { 0 };

	(void)state;
	assert_false(histogram_quantile_is_cut(&h, 1000));
	for (uint64_t ms = 1; ms <= 100; ms++)
		assert_true(ms == 60 || ms == 90 ? histogram_add_cut(&h, ms * 1000000)
						 : histogram_add(&h, ms * 1000000));
	assert_int_equal(h.n, 100);
	assert_int_equal(h.cuts, 2);
	assert_true(histogram_merge(&all, &h));
	for (unsigned i = 0; i < 2; i++) {
		const struct histogram *x = i ? &all : &h;

		assert_int_equal(histogram_quantile(x, 500) / 1000000, 50);
		assert_false(histogram_quantile_is_cut(x, 500));
		assert_false(histogram_quantile_is_cut(x, 590));
		assert_true(histogram_quantile_is_cut(x, 600));
		assert_true(histogram_quantile_is_cut(x, 990));
		assert_true(histogram_quantile_is_cut(x, 1000));
		assert_int_equal(x->cut[1 + 3 * 7 + 2], 2);	/* 50 ms to 100 ms */
	}
	assert_true(histogram_add_cut(&h, 5));
	assert_true(histogram_merge(&all, &h));
	assert_int_equal(all.cuts, 5);
	assert_int_equal(all.min_cut, 5);
	assert_true(histogram_quantile_is_cut(&all, 500));
	histogram_release(&h);
	histogram_release(&all);
	assert_int_equal(h.cuts, 0);
}

static void test_histogram__the_largest_value_can_be_cut(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	assert_true(histogram_add(&h, 1));
	assert_true(histogram_add_cut(&h, UINT64_MAX));
	assert_true(histogram_quantile_is_cut(&h, 1000));
	assert_false(histogram_quantile_is_cut(&h, 500));
	histogram_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_histogram__quantiles_of_all_magnitudes),
		cmocka_unit_test(test_histogram__quantiles_within_one_magnitude),
		cmocka_unit_test(test_histogram__quantiles_of_two_humps),
		cmocka_unit_test(test_histogram__quantiles_of_few),
		cmocka_unit_test(test_histogram__one_value_is_reported_exactly),
		cmocka_unit_test(test_histogram__an_empty_histogram_has_no_quantiles),
		cmocka_unit_test(test_histogram__segments_go_by_1_2_5),
		cmocka_unit_test(test_histogram__boundaries),
		cmocka_unit_test(test_histogram__the_largest_value_has_a_bucket),
		cmocka_unit_test(test_histogram__two_merged_are_as_one),
		cmocka_unit_test(test_histogram__an_empty_one_changes_nothing),
		cmocka_unit_test(test_histogram__a_quantile_at_or_above_a_cut_value_is_cut),
		cmocka_unit_test(test_histogram__the_largest_value_can_be_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
