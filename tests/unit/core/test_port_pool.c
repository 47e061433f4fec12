/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "port_pool.h"

static void test_port_pool__a_range_without_reserved_ports(void **state)
{
	struct port_pool p = { 0 };

	(void)state;
	assert_true(port_pool_set_range(&p, "32768\t60999\n"));
	assert_true(port_pool_set_reserved(&p, "\n"));
	assert_int_equal(port_pool_size(&p), 28232);
	assert_false(port_pool_has(&p, 32767));
	assert_true(port_pool_has(&p, 32768));
	assert_true(port_pool_has(&p, 60999));
	assert_false(port_pool_has(&p, 61000));
}

static void test_port_pool__reserved_ports_do_not_count(void **state)
{
	struct port_pool p = { 0 };

	(void)state;
	assert_true(port_pool_set_range(&p, "1000 1099"));
	assert_true(port_pool_set_reserved(&p, "80,1000-1009,1099,65535\n"));
	assert_int_equal(port_pool_size(&p), 89);
	assert_false(port_pool_has(&p, 1009));
	assert_true(port_pool_has(&p, 1010));
	assert_false(port_pool_has(&p, 1099));
}

static void test_port_pool__the_highest_port(void **state)
{
	struct port_pool p = { 0 };

	(void)state;
	assert_true(port_pool_set_range(&p, "65535 65535"));
	assert_int_equal(port_pool_size(&p), 1);
}

static void test_port_pool__what_is_no_list_is_refused(void **state)
{
	struct port_pool p = { 0 };

	(void)state;
	assert_false(port_pool_set_range(&p, ""));
	assert_false(port_pool_set_range(&p, "1000"));
	assert_false(port_pool_set_range(&p, "1000 999"));
	assert_false(port_pool_set_range(&p, "1 65536"));
	assert_false(port_pool_set_reserved(&p, "80,x"));
	assert_false(port_pool_set_reserved(&p, "80-"));
	assert_false(port_pool_set_reserved(&p, "99999999999999999999"));
}

static void test_port_pool__reuse_takes_timestamps(void **state)
{
	struct port_pool p = { 0 };

	(void)state;
	assert_true(port_pool_set_reuse(&p, "2\n", "1\n"));
	assert_true(p.reuse_loopback && !p.reuse_any);
	assert_true(port_pool_set_reuse(&p, "1\n", "2\n"));
	assert_true(p.reuse_loopback && p.reuse_any);
	assert_true(port_pool_set_reuse(&p, "1\n", "0\n"));
	assert_false(p.reuse_loopback || p.reuse_any);
	assert_true(port_pool_set_reuse(&p, "0\n", "1\n"));
	assert_false(p.reuse_loopback || p.reuse_any);
	assert_false(port_pool_set_reuse(&p, "", "1\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port_pool__a_range_without_reserved_ports),
		cmocka_unit_test(test_port_pool__reserved_ports_do_not_count),
		cmocka_unit_test(test_port_pool__the_highest_port),
		cmocka_unit_test(test_port_pool__what_is_no_list_is_refused),
		cmocka_unit_test(test_port_pool__reuse_takes_timestamps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
