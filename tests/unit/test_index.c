/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* links: src/index.o */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../src/index.h"

#define MANY 5000

static bool has(const struct index *x, uint32_t hash, uint32_t item)
{
	size_t at = hash;
	uint32_t got;

	while ((got = index_next(x, hash, &at)))
		if (got == item)
			return true;
	return false;
}

static unsigned count(const struct index *x, uint32_t hash)
{
	size_t at = hash;
	unsigned n = 0;

	while (index_next(x, hash, &at))
		n++;
	return n;
}

static void test_index__finds_what_was_added_and_nothing_else(void **state)
{
	struct index x;

	(void)state;
	assert_true(index_init(&x));
	assert_int_equal(count(&x, 7), 0);
	for (uint32_t i = 1; i <= MANY; i++)
		assert_true(index_add(&x, i * 2654435761u, i));
	assert_int_equal(x.len, MANY);
	assert_true(x.len <= (x.mask + 1) / 2 + 1);
	for (uint32_t i = 1; i <= MANY; i++) {
		assert_true(has(&x, i * 2654435761u, i));
		assert_int_equal(count(&x, i * 2654435761u), 1);
		assert_int_equal(count(&x, (i + MANY) * 2654435761u), 0);
	}
	index_release(&x);
}

static void test_index__items_may_share_a_hash(void **state)
{
	struct index x;

	(void)state;
	assert_true(index_init(&x));
	for (uint32_t i = 1; i <= 100; i++)
		assert_true(index_add(&x, UINT32_MAX, i));	/* round the end of the slots */
	assert_int_equal(count(&x, UINT32_MAX), 100);
	assert_int_equal(count(&x, 0), 0);
	index_remove(&x, UINT32_MAX, 50);
	assert_int_equal(count(&x, UINT32_MAX), 99);
	assert_false(has(&x, UINT32_MAX, 50));
	index_release(&x);
}

/* Against an array that says what must be there: few places, so that much has to move. */
static void test_index__what_is_removed_hides_nothing(void **state)
{
	static uint32_t hash_of[400];
	uint32_t random = 1;
	struct index x;

	(void)state;
	assert_true(index_init(&x));
	for (unsigned step = 0; step < 20000; step++) {
		uint32_t item;

		random = random * 1664525 + 1013904223;
		item = (random >> 16) % 400;
		if (hash_of[item]) {
			index_remove(&x, hash_of[item], item + 1);
			hash_of[item] = 0;
		} else {
			hash_of[item] = (random >> 8) % 64 + 1000;	/* the last slots, and the first */
			assert_true(index_add(&x, hash_of[item], item + 1));
		}
		if (step % 100)
			continue;
		for (uint32_t i = 0; i < 400; i++)
			assert_true(!hash_of[i] || has(&x, hash_of[i], i + 1));
	}
	for (uint32_t i = 0; i < 400; i++)
		if (hash_of[i])
			index_remove(&x, hash_of[i], i + 1);
	assert_int_equal(x.len, 0);
	for (uint32_t at = 0; at <= x.mask; at++)
		assert_int_equal(x.slots[at].item, 0);
	index_release(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index__finds_what_was_added_and_nothing_else),
		cmocka_unit_test(test_index__items_may_share_a_hash),
		cmocka_unit_test(test_index__what_is_removed_hides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
