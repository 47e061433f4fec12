/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "array.h"

static void test_array__it_grows_and_keeps_what_it_holds(void **state)
{
	uint32_t *numbers = NULL;
	size_t cap = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		assert_true(ARRAY_GROW(numbers, i, cap, SIZE_MAX));
		assert_true(i < cap);
		numbers[i] = i;
	}
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);
}

static void test_array__it_does_not_grow_past_its_maximum(void **state)
{
	uint32_t *numbers = NULL;
	size_t cap = 0;

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		assert_true(ARRAY_GROW(numbers, i, cap, 100));
	assert_int_equal(cap, 100);
	assert_false(ARRAY_GROW(numbers, 100, cap, 100));
	assert_non_null(numbers);
	assert_int_equal(cap, 100);
	free(numbers);
}

static void test_array__a_size_that_overflows_is_out_of_memory(void **state)
{
	struct { char bytes[64]; } *blocks = NULL;
	size_t cap = SIZE_MAX / 64;

	(void)state;
	assert_false(ARRAY_GROW(blocks, cap, cap, SIZE_MAX));
	assert_null(blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_array__it_grows_and_keeps_what_it_holds),
		cmocka_unit_test(test_array__it_does_not_grow_past_its_maximum),
		cmocka_unit_test(test_array__a_size_that_overflows_is_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
