/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "twin.h"

#define MILLION 1000000

static void test_twin__the_key_is_the_same_at_both_ends(void **state)
{
	const struct twin_key a = { 5, 0xfffffff0u }, b = { 0xfffffff0u, 5 };

	(void)state;
	assert_int_equal(twin_key_unordered(&a), 0x5fffffff0ULL);
	assert_int_equal(twin_key_unordered(&b), twin_key_unordered(&a));
	assert_true(twin_match(&a, &b));
	assert_false(twin_match(&a, &a));
}

/* A sum or a XOR of the two is the same for many pairs. */
static void test_twin__the_key_holds_both_numbers(void **state)
{
	const struct twin_key a = { 1, 6 }, b = { 2, 5 }, c = { 3, 4 };

	(void)state;
	assert_int_not_equal(twin_key_unordered(&a), twin_key_unordered(&b));
	assert_int_not_equal(twin_key_unordered(&b), twin_key_unordered(&c));
}

static int compare_keys(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void test_twin__a_million_connections_have_a_million_keys(void **state)
{
	uint64_t *keys = malloc(MILLION * sizeof(*keys)), seed = 99;

	(void)state;
	assert_non_null(keys);
	for (unsigned i = 0; i < MILLION; i++) {
		uint64_t random = next_random(&seed);
		struct twin_key k = { (uint32_t)(random >> 32), (uint32_t)random };

		keys[i] = twin_key_unordered(&k);
	}
	qsort(keys, MILLION, sizeof(*keys), compare_keys);
	for (unsigned i = 1; i < MILLION; i++)
		assert_true(keys[i] != keys[i - 1]);
	free(keys);
}

/* The clocks of two hosts may differ by hours: that the twin ended later proves nothing. */
static void test_twin__a_time_of_another_clock_is_not_compared(void **state)
{
	struct twin_view view = { .resets = true };
	struct event e = established(T0);
	struct story s, twin;

	(void)state;
	story_init(&s, &e);
	story_init(&twin, &e);
	s.progress = twin.progress = CLOSE_DONE;
	s.end_ns = T0;
	twin.end_ns = T0 + 1;
	assert_int_equal(twin_find_reset(&s, &twin, &view), TWIN_RESET_NOT_SENT);
	view.other_clock = true;
	assert_int_equal(twin_find_reset(&s, &twin, &view), TWIN_RESET_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twin__the_key_is_the_same_at_both_ends),
		cmocka_unit_test(test_twin__the_key_holds_both_numbers),
		cmocka_unit_test(test_twin__a_million_connections_have_a_million_keys),
		cmocka_unit_test(test_twin__a_time_of_another_clock_is_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
