/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pool.h"

#define SIZE 72
#define MANY (POOL_CHUNK * 20 + 1)

static void test_pool__items_stay_where_they_are(void **state)
{
	struct pool p = { .size = SIZE };
	char *at[MANY + 1];

	(void)state;
	for (uint32_t i = 1; i <= MANY; i++) {
		assert_int_equal(pool_alloc(&p), i);
		at[i] = pool_at(&p, i);
		memset(at[i], (int)i, SIZE);
	}
	for (uint32_t i = 1; i <= MANY; i++) {
		assert_ptr_equal(pool_at(&p, i), at[i]);
		for (unsigned byte = 0; byte < SIZE; byte++)
			assert_int_equal((unsigned char)at[i][byte], i & 255);
	}
	pool_release(&p);
	assert_int_equal(p.made, 0);
}

static void test_pool__a_released_item_is_reused_and_zeroed(void **state)
{
	static const char zero[SIZE];
	struct pool p = { .size = SIZE };

	(void)state;
	for (uint32_t i = 1; i <= 3; i++)
		memset(pool_at(&p, pool_alloc(&p)), 255, SIZE);
	pool_free(&p, 2);
	pool_free(&p, 1);
	assert_int_equal(pool_alloc(&p), 1);
	assert_int_equal(pool_alloc(&p), 2);
	assert_memory_equal(pool_at(&p, 1), zero, SIZE);
	assert_memory_equal(pool_at(&p, 2), zero, SIZE);
	assert_int_equal(pool_alloc(&p), 4);
	pool_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool__items_stay_where_they_are),
		cmocka_unit_test(test_pool__a_released_item_is_reused_and_zeroed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
