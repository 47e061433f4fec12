/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <stdio.h>

#include "cgroup_cache.h"

static void test_cgroup_cache__a_path_by_its_id(void **state)
{
	struct cgroup_cache *p = cgroup_cache_new();

	(void)state;
	assert_non_null(p);
	assert_null(cgroup_cache_find(p, 7));
	assert_non_null(cgroup_cache_add(p, 7, "/a/b", 2));
	assert_string_equal(cgroup_cache_path(p, 7), "/a");
	assert_null(cgroup_cache_path(p, 8));
	cgroup_cache_free(p);
}

static void test_cgroup_cache__an_unknown_path_is_cached_as_unknown(void **state)
{
	struct cgroup_cache *p = cgroup_cache_new();

	(void)state;
	assert_non_null(cgroup_cache_add(p, 7, NULL, 0));
	assert_non_null(cgroup_cache_find(p, 7));
	assert_null(cgroup_cache_path(p, 7));
	cgroup_cache_free(p);
}

static void test_cgroup_cache__the_oldest_entry_is_evicted(void **state)
{
	struct cgroup_cache *p = cgroup_cache_new();
	char path[16];

	(void)state;
	for (uint64_t id = 1; id <= 3 * CGROUP_CACHE_MAX; id++) {
		int n = snprintf(path, sizeof(path), "/%u", (unsigned)id);

		assert_non_null(cgroup_cache_add(p, id << 32, path, (unsigned long)n));
	}
	for (uint64_t id = 1; id <= 3 * CGROUP_CACHE_MAX; id++) {
		snprintf(path, sizeof(path), "/%u", (unsigned)id);
		if (id <= 2 * CGROUP_CACHE_MAX)
			assert_null(cgroup_cache_find(p, id << 32));
		else
			assert_string_equal(cgroup_cache_path(p, id << 32), path);
	}
	cgroup_cache_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cgroup_cache__a_path_by_its_id),
		cmocka_unit_test(test_cgroup_cache__an_unknown_path_is_cached_as_unknown),
		cmocka_unit_test(test_cgroup_cache__the_oldest_entry_is_evicted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
