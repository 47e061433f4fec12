/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <stdio.h>

#include "text_cache.h"

static void test_text_cache__a_path_by_its_id(void **state)
{
	struct text_cache *p = text_cache_new(CGROUPS_MAX);

	(void)state;
	assert_non_null(p);
	assert_null(text_cache_find(p, 7, 0));
	assert_non_null(text_cache_add(p, 7, 0, "/a/b", 2));
	assert_string_equal(text_cache_text(p, 7, 0), "/a");
	assert_null(text_cache_text(p, 8, 0));
	text_cache_free(p);
}

static void test_text_cache__an_unknown_path_is_cached_as_unknown(void **state)
{
	struct text_cache *p = text_cache_new(CGROUPS_MAX);

	(void)state;
	assert_non_null(text_cache_add(p, 7, 0, NULL, 0));
	assert_non_null(text_cache_find(p, 7, 0));
	assert_null(text_cache_text(p, 7, 0));
	text_cache_free(p);
}

static void test_text_cache__the_oldest_path_is_evicted(void **state)
{
	struct text_cache *p = text_cache_new(CGROUPS_MAX);
	char path[16];

	(void)state;
	for (uint64_t id = 1; id <= 3 * CGROUPS_MAX; id++) {
		int n = snprintf(path, sizeof(path), "/%u", (unsigned)id);

		assert_non_null(text_cache_add(p, id << 32, 0, path, (size_t)n));
	}
	for (uint64_t id = 1; id <= 3 * CGROUPS_MAX; id++) {
		snprintf(path, sizeof(path), "/%u", (unsigned)id);
		if (id <= 2 * CGROUPS_MAX)
			assert_null(text_cache_find(p, id << 32, 0));
		else
			assert_string_equal(text_cache_text(p, id << 32, 0), path);
	}
	text_cache_free(p);
}

static void test_text_cache__a_stack_is_found_by_thread_and_time(void **state)
{
	struct text_cache *s = text_cache_new(STACKS_MAX);

	(void)state;
	assert_non_null(s);
	text_cache_add(s, 7, 100, "ab", 1);
	text_cache_add(s, 8, 100, "c", 1);
	text_cache_add(s, 7, 101, "d", 1);
	assert_string_equal(text_cache_text(s, 7, 100), "a");
	assert_string_equal(text_cache_text(s, 8, 100), "c");
	assert_string_equal(text_cache_text(s, 7, 101), "d");
	assert_null(text_cache_text(s, 8, 101));
	text_cache_free(s);
}

static void test_text_cache__the_oldest_stack_is_evicted(void **state)
{
	struct text_cache *s = text_cache_new(STACKS_MAX);

	(void)state;
	for (uint64_t i = 0; i < 3 * STACKS_MAX; i++)
		text_cache_add(s, (uint32_t)i % 5, i / 2, i & 1 ? "odd" : "even", 4);
	for (uint64_t i = 0; i < 3 * STACKS_MAX; i++) {
		const char *found = text_cache_text(s, (uint32_t)i % 5, i / 2);

		if (i < 2 * STACKS_MAX)
			assert_null(found);
		else
			assert_string_equal(found, i & 1 ? "odd" : "even");
	}
	text_cache_free(s);
}

static void test_text_cache__an_equal_key_is_replaced(void **state)
{
	struct text_cache *c = text_cache_new(2);

	(void)state;
	text_cache_add(c, 1, 0, "a", 1);
	text_cache_add(c, 2, 0, "b", 1);
	text_cache_add(c, 1, 0, "c", 1);
	assert_string_equal(text_cache_text(c, 1, 0), "c");
	assert_string_equal(text_cache_text(c, 2, 0), "b");
	text_cache_add(c, 3, 0, "d", 1);	/* evicts 2: 1 was added again after it */
	assert_null(text_cache_find(c, 2, 0));
	assert_string_equal(text_cache_text(c, 1, 0), "c");
	text_cache_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_cache__a_path_by_its_id),
		cmocka_unit_test(test_text_cache__an_unknown_path_is_cached_as_unknown),
		cmocka_unit_test(test_text_cache__the_oldest_path_is_evicted),
		cmocka_unit_test(test_text_cache__a_stack_is_found_by_thread_and_time),
		cmocka_unit_test(test_text_cache__the_oldest_stack_is_evicted),
		cmocka_unit_test(test_text_cache__an_equal_key_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
