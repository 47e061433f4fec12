/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "process_tree.h"

static void test_process_tree__members_join_and_leave(void **state)
{
	struct process_tree *t = process_tree_new();

	(void)state;
	assert_false(process_tree_has(t, 7));
	process_tree_set(t, 7, true);
	process_tree_set(t, 7, true);
	assert_true(process_tree_has(t, 7));
	assert_false(process_tree_has(t, 6));
	assert_false(process_tree_has(t, 8));
	process_tree_set(t, 7, false);
	process_tree_set(t, 9, false);
	assert_false(process_tree_has(t, 7));
	process_tree_free(t);
}

static void test_process_tree__ids_that_no_process_has(void **state)
{
	const uint32_t bad[] = { 0, 4194304, UINT32_MAX };
	struct process_tree *t = process_tree_new();

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		process_tree_set(t, bad[i], true);
		assert_false(process_tree_has(t, bad[i]));
	}
	assert_int_equal(process_tree_next(t, 0), 0);
	assert_int_equal(process_tree_next(t, UINT32_MAX - 1), 0);
	process_tree_free(t);
}

static void test_process_tree__lists_the_members_in_order(void **state)
{
	const uint32_t member[] = { 1, 63, 64, 65, 128, 4194303 };
	struct process_tree *t = process_tree_new();
	uint32_t pid = 0;

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		process_tree_set(t, member[i], true);
	for (unsigned i = 0; i < 6; i++) {
		pid = process_tree_next(t, pid);
		assert_int_equal(pid, member[i]);
	}
	assert_int_equal(process_tree_next(t, pid), 0);
	process_tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_process_tree__members_join_and_leave),
		cmocka_unit_test(test_process_tree__ids_that_no_process_has),
		cmocka_unit_test(test_process_tree__lists_the_members_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
