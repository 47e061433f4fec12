/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "host_table.h"

static int add(struct host_table *t, const char *name, const char *boot_id)
{
	struct run_info run = { .boot_to_wall_ns = 1000 };

	snprintf(run.host, sizeof(run.host), "%s", name);
	snprintf(run.boot_id, sizeof(run.boot_id), "%s", boot_id);
	return host_table_add(t, &run, 900);
}

static void test_host_table__a_host_is_a_name_and_a_boot(void **state)
{
	struct host_table t = { .nr = 0 };

	(void)state;
	assert_int_equal(host_table_find(&t, "web", "1"), -1);
	assert_int_equal(add(&t, "web", "1"), 0);
	assert_int_equal(add(&t, "web", "2"), 1);
	assert_int_equal(add(&t, "db", "1"), 2);
	assert_int_equal(host_table_find(&t, "web", "2"), 1);
	assert_int_equal(host_table_find(&t, "db", "2"), -1);
	assert_int_equal(t.host[0]->boot_to_wall_ns, 100);
	assert_true(host_has_clock_of(&t, 0, 2));
	assert_false(host_has_clock_of(&t, 0, 1));
	assert_true(host_table_has_other_clock(&t, 0));
	assert_true(host_compare(t.host[2], t.host[0]) < 0);
	assert_true(host_compare(t.host[0], t.host[1]) < 0);
	host_table_release(&t);
	assert_int_equal(add(&t, "web", "1"), 0);
	assert_false(host_table_has_other_clock(&t, 0));
	host_table_release(&t);
}

static void test_host_table__no_boot_id_shows_no_common_clock(void **state)
{
	struct host_table t = { .nr = 0 };

	(void)state;
	assert_int_equal(add(&t, "web", ""), 0);
	assert_int_equal(add(&t, "db", ""), 1);
	assert_true(host_has_clock_of(&t, 0, 0));
	assert_false(host_has_clock_of(&t, 0, 1));
	assert_true(host_table_has_other_clock(&t, 1));
	host_table_release(&t);
}

static void test_host_table__without_a_name_it_is_the_host_name(void **state)
{
	struct run_info run = { .hostname = "vm", .boot_id = "1" };
	struct host_table t = { .nr = 0 };

	(void)state;
	assert_int_equal(host_table_add(&t, &run, 0), 0);
	assert_string_equal(t.host[0]->name, "vm");
	host_table_release(&t);
}

static void test_host_table__has_a_limit(void **state)
{
	struct host_table t = { .nr = 0 };
	char name[16];

	(void)state;
	for (int i = 0; i < HOSTS_MAX; i++) {
		snprintf(name, sizeof(name), "h%d", i);
		assert_int_equal(add(&t, name, "1"), i);
	}
	assert_int_equal(add(&t, "one-too-many", "1"), -1);
	assert_int_equal(host_table_find(&t, "h4095", "1"), 4095);
	host_table_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host_table__a_host_is_a_name_and_a_boot),
		cmocka_unit_test(test_host_table__no_boot_id_shows_no_common_clock),
		cmocka_unit_test(test_host_table__without_a_name_it_is_the_host_name),
		cmocka_unit_test(test_host_table__has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
