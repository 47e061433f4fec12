/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_path.h"
#include "proc_cgroup.h"
#include "unit.h"

static void expect_path(const char *text, const char *want)
{
	char *copy = strdup(text), *found = proc_cgroup_find(copy);

	assert_non_null(copy);
	if (want) {
		assert_non_null(found);
		assert_string_equal(found, want);
	} else {
		assert_null(found);
	}
	free(copy);
}

static void test_proc_cgroup__v2_counts_where_it_says_something(void **state)
{
	(void)state;
	expect_path("0::/system.slice/web.service\n", "/system.slice/web.service");
	expect_path("4:memory:/a\n1:name=systemd:/b\n0::/c\n", "/c");
	expect_path("0::/\n", "/");
	expect_path("0::/", "/");
}

/* cgroups(7): hosts with v1 alone, and those with both whose engine uses v1. */
static void test_proc_cgroup__else_the_hierarchy_of_systemd(void **state)
{
	(void)state;
	expect_path("11:memory:/docker/m\n1:name=systemd:/docker/s\n", "/docker/s");
	expect_path("11:memory:/docker/m\n1:name=systemd:/docker/s\n0::/\n", "/docker/s");
	expect_path("1:name=systemd:/a:b\n", "/a:b");
	expect_path("11:memory:/docker/m\n2:name=elogind:/e\n", NULL);
	expect_path("", NULL);
	expect_path("garbage\n:\n::\n", NULL);
}

/* Without v1 an id stays as it is; with it, tasks without a path in v2 have ids by path. */
static void test_proc_cgroup__an_id_for_a_path(void **state)
{
	struct cgroup_paths *c = calloc(1, sizeof(*c));
	char *path = proc_cgroup_read((uint32_t)getpid()), *found;
	uint64_t id;

	(void)state;
	assert_non_null(c);
	c->mount = -1;
	assert_true(cgroup_paths_task_id(c, 1, (uint32_t)getpid(), 1) == 1);
	c->has_v1 = true;
	assert_true(cgroup_paths_task_id(c, 1, 0, 1) == 1);
	id = cgroup_paths_task_id(c, 1, (uint32_t)getpid(), 1);
	if (path && strcmp(path, "/") != 0) {
		assert_true(id != 1);
		found = cgroup_path_by_id(c, id);
		assert_string_equal(found, path);
		free(found);
	} else {
		assert_true(id == 1);
	}
	assert_true(cgroup_paths_task_id(c, 1, (uint32_t)getpid(), 2) == id);
	free(path);
	cgroup_paths_release(c);
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proc_cgroup__v2_counts_where_it_says_something),
		cmocka_unit_test(test_proc_cgroup__else_the_hierarchy_of_systemd),
		cmocka_unit_test(test_proc_cgroup__an_id_for_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
