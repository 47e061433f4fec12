/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "hash_index.h"

#define MANY 5000
#define CROWD 100000

struct item {
	uint64_t other;
	struct hash_index_link link;
	uint32_t fill;
};

struct table {
	struct pool pool;
	struct hash_index index;
};

static int set_up(void **state)
{
	struct table *t = calloc(1, sizeof(*t));

	if (!t)
		return -1;
	t->pool.size = sizeof(struct item);
	*state = t;
	return hash_index_init(&t->index, &t->pool, offsetof(struct item, link)) ? 0 : -1;
}

static int tear_down(void **state)
{
	struct table *t = *state;

	hash_index_release(&t->index);
	pool_release(&t->pool);
	free(t);
	return 0;
}

static uint32_t add_item(struct table *t, uint32_t hash)
{
	uint32_t item = pool_alloc(&t->pool);

	assert_int_not_equal(item, 0);
	hash_index_add(&t->index, hash, item);
	return item;
}

static unsigned count(const struct table *t, uint32_t hash)
{
	unsigned n = 0;

	for (uint32_t item = hash_index_first(&t->index, hash); item;
	     item = hash_index_next(&t->index, item))
		n++;
	return n;
}

static void test_hash_index__finds_what_was_added_and_nothing_else(void **state)
{
	struct table *t = *state;

	assert_int_equal(count(t, 7), 0);
	for (uint32_t i = 1; i <= MANY; i++)
		assert_int_equal(add_item(t, i * 2654435761u), i);
	assert_int_equal(t->index.len, MANY);
	assert_true(t->index.len <= (t->index.mask + 1) / 2);
	for (uint32_t i = 1; i <= MANY; i++) {
		assert_int_equal(hash_index_first(&t->index, i * 2654435761u), i);
		assert_int_equal(count(t, i * 2654435761u), 1);
		assert_int_equal(count(t, (i + MANY) * 2654435761u), 0);
	}
}

static void test_hash_index__the_last_added_of_a_hash_comes_first_also_after_growth(void **state)
{
	struct table *t = *state;
	uint32_t item[3] = { add_item(t, 5), add_item(t, 5 + 1024), add_item(t, 5) };

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(hash_index_first(&t->index, 5), item[2]);
		assert_int_equal(hash_index_next(&t->index, item[2]), item[0]);
		assert_int_equal(hash_index_next(&t->index, item[0]), 0);
		assert_int_equal(hash_index_first(&t->index, 5 + 1024), item[1]);
		for (uint32_t n = 0; n < MANY; n++)
			add_item(t, 2000 + n);
	}
}

/* Compares the index with an array. Few buckets, so that chains are long. */
static void test_hash_index__a_removal_does_not_hide_other_items(void **state)
{
	struct table *t = *state;
	uint32_t hash_of[401] = { 0 }, n_of[64] = { 0 }, random = 1;

	for (uint32_t i = 1; i <= 400; i++)
		assert_int_equal(pool_alloc(&t->pool), i);
	for (unsigned step = 0; step < 20000; step++) {
		uint32_t item;

		random = random * 1664525 + 1013904223;
		item = (random >> 16) % 400 + 1;
		if (hash_of[item]) {
			hash_index_remove(&t->index, item);
			n_of[hash_of[item] % 64]--;
			hash_of[item] = 0;
		} else {
			hash_of[item] = (random >> 8) % 64 + 64;
			hash_index_add(&t->index, hash_of[item], item);
			n_of[hash_of[item] % 64]++;
		}
		for (uint32_t i = 0; i < 64 && step % 100 == 0; i++)
			assert_int_equal(count(t, i + 64), n_of[i]);
	}
}

/* Removes items in no particular order. If that walked a chain, it would take minutes. */
static void test_hash_index__many_items_may_share_a_hash(void **state)
{
	struct table *t = *state;

	for (uint32_t i = 1; i <= CROWD; i++)
		add_item(t, UINT32_MAX);
	for (uint32_t i = 1; i <= CROWD; i++)
		hash_index_remove(&t->index, (uint32_t)(i * 7919ull % CROWD + 1));
	assert_int_equal(t->index.len, 0);
	for (uint32_t at = 0; at <= t->index.mask; at++)
		assert_int_equal(t->index.first[at], 0);
}

#define INDEX_TEST(name) cmocka_unit_test_setup_teardown(test_hash_index__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		INDEX_TEST(finds_what_was_added_and_nothing_else),
		INDEX_TEST(the_last_added_of_a_hash_comes_first_also_after_growth),
		INDEX_TEST(a_removal_does_not_hide_other_items),
		INDEX_TEST(many_items_may_share_a_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
