/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <stdio.h>

#include "keyed_table.h"

#define MANY 1000

static unsigned released;

static void count_released(void *row)
{
	released += *(uint64_t *)row != 0;
}

static struct keyed_table new_table(uint32_t max)
{
	released = 0;
	return (struct keyed_table){ .row_size = sizeof(uint64_t), .max = max, .seed = 42 };
}

static uint64_t *count(struct keyed_table *g, const char *key)
{
	struct keyed_entry *o = keyed_table_get_or_add(g, key, strlen(key), NULL, 0);

	assert_non_null(o);
	return o->row;
}

static void test_keyed_table__a_key_has_one_row(void **state)
{
	struct keyed_table g = new_table(8);

	(void)state;
	(*count(&g, "nginx"))++;
	(*count(&g, "java"))++;
	(*count(&g, "nginx"))++;
	(*count(&g, ""))++;
	assert_int_equal(g.nr, 3);
	assert_ptr_equal(keyed_table_get_or_add(&g, NULL, 0, NULL, 0)->row, count(&g, ""));
	assert_int_equal(*count(&g, "nginx"), 2);
	assert_int_equal(*count(&g, "java"), 1);
	assert_int_equal(*count(&g, ""), 1);
	assert_null(g.other);
	keyed_table_clear(&g, count_released);
	assert_int_equal(released, 3);
}

static void test_keyed_table__keys_that_do_not_fit_share_one_row(void **state)
{
	struct keyed_table g = new_table(10);
	char key[16];

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < MANY; i++) {
			snprintf(key, sizeof(key), "key %u", i);
			(*count(&g, key))++;
		}
	assert_int_equal(g.nr, 10);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(*(uint64_t *)keyed_table_at(&g, i)->row, 2);
	assert_ptr_equal(keyed_table_at(&g, 10), g.other);
	assert_int_equal(*(uint64_t *)g.other->row, 2 * (MANY - 10));
	assert_null(keyed_table_at(&g, 11));
	keyed_table_clear(&g, count_released);
	assert_int_equal(released, 11);
}

static void test_keyed_table__keys_of_every_length_are_distinct(void **state)
{
	static const uint8_t zeros[64], ones[64] = { 1 };
	struct keyed_table g = new_table(200);

	(void)state;
	for (size_t len = 0; len <= sizeof(zeros); len++) {
		assert_non_null(keyed_table_get_or_add(&g, zeros, len, NULL, 0));
		if (len)
			assert_non_null(keyed_table_get_or_add(&g, ones, len, NULL, 0));
	}
	assert_int_equal(g.nr, 2 * sizeof(zeros) + 1);
	keyed_table_clear(&g, count_released);
}

static void test_keyed_table__the_first_label_stays(void **state)
{
	struct keyed_table g = new_table(4);
	const struct keyed_entry *o;

	(void)state;
	keyed_table_get_or_add(&g, "1", 1, "nginx", 5);
	o = keyed_table_get_or_add(&g, "1", 1, "worker", 6);
	assert_int_equal(o->label_len, 5);
	assert_memory_equal(o->bytes + o->key_len, "nginx", 5);
	keyed_table_clear(&g, count_released);
}

static void test_keyed_table__a_cleared_table_is_as_new(void **state)
{
	struct keyed_table g = new_table(4);

	(void)state;
	(*count(&g, "a"))++;
	keyed_table_clear(&g, count_released);
	assert_int_equal(g.nr, 0);
	assert_null(keyed_table_at(&g, 0));
	assert_int_equal(*count(&g, "a"), 0);
	keyed_table_clear(&g, count_released);
	keyed_table_clear(&g, count_released);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keyed_table__a_key_has_one_row),
		cmocka_unit_test(test_keyed_table__keys_that_do_not_fit_share_one_row),
		cmocka_unit_test(test_keyed_table__keys_of_every_length_are_distinct),
		cmocka_unit_test(test_keyed_table__the_first_label_stays),
		cmocka_unit_test(test_keyed_table__a_cleared_table_is_as_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
