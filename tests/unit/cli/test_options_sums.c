/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --by stack and --folded: what they imply, and what excludes them. */
#include "options_fixture.h"

#include <stdlib.h>

static void expect_groups(const struct result *r, unsigned nr, enum group_by first,
			  enum group_by second)
{
	expect_fine(r);
	assert_int_equal(r->o.view_options.groups.nr, nr);
	assert_int_equal(r->o.view_options.groups.by[0], first);
	assert_int_equal(r->o.view_options.groups.by[1], second);
}

static void test_options_sums__by_stack_traces_stacks(void **state)
{
	static const char *const views[] = { "who", "hist", "top" };
	struct result r;

	(void)state;
	for (unsigned i = 0; i < sizeof(views) / sizeof(*views); i++) {
		PARSE(&r, views[i], "--by", "comm,stack");
		expect_fine(&r);
		assert_true(r.o.capture.stack);
		PARSE(&r, views[i], "--by", "comm");
		expect_fine(&r);
		assert_false(r.o.capture.stack);
		PARSE(&r, views[i], "--by", "stack", "--replay", "x");
		expect_fine(&r);
		assert_false(r.o.capture.stack);
	}
	PARSE(&r, "trace", "--by", "stack");
	assert_int_equal(r.status, EXIT_USAGE);
}

static void test_options_sums__inlined_functions_require_stacks(void **state)
{
	static const char *const views[] = { "who", "hist", "top" };
	struct result r;
	char said[80];

	(void)state;
	for (unsigned i = 0; i < sizeof(views) / sizeof(*views); i++) {
		PARSE(&r, views[i], "--by", "stack", "--inlined");
		expect_fine(&r);
		assert_true(r.o.capture.stack && r.o.capture.inlined);
		PARSE(&r, views[i], "--by", "comm", "--inlined");
		snprintf(said, sizeof(said), "tcpclose: --inlined requires --by stack in %s\n",
			 views[i]);
		expect_usage(&r, said);
	}
	PARSE(&r, "who", "--folded", "--inlined");
	expect_fine(&r);
	assert_true(r.o.capture.inlined);
	PARSE(&r, "who", "--by", "stack", "--inlined", "--replay", "x");
	expect_usage(&r, "tcpclose: --inlined does not apply to who with --replay\n");
}

static void test_options_sums__folded_lines_begin_with_the_process(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "who", "--folded");
	expect_groups(&r, 2, GROUP_BY_COMM, GROUP_BY_STACK);
	assert_int_equal(r.o.view_options.format, FORMAT_FOLDED);
	assert_true(r.o.capture.stack);
	PARSE(&r, "who", "--folded", "--by", "stack");
	expect_groups(&r, 2, GROUP_BY_STACK, GROUP_BY_COMM);
	PARSE(&r, "who", "--folded", "--by", "pid,stack");
	expect_groups(&r, 2, GROUP_BY_PID, GROUP_BY_STACK);
	PARSE(&r, "who", "--folded", "--by", "host,stack");
	expect_groups(&r, 3, GROUP_BY_HOST, GROUP_BY_STACK);
	assert_int_equal(r.o.view_options.groups.by[2], GROUP_BY_COMM);
}

static void test_options_sums__what_excludes_folded(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "who", "--folded", "--by", "comm");
	expect_usage(&r, "tcpclose: --folded requires --by stack, or no --by\n");
	PARSE(&r, "who", "5", "--folded");
	expect_usage(&r, "tcpclose: --folded prints once, when the run ends: it excludes TIME\n");
	PARSE(&r, "who", "--folded", "-j");
	expect_usage(&r, "tcpclose: -j and --folded are mutually exclusive\n");
	PARSE(&r, "who", "--csv", "--folded");
	expect_usage(&r, "tcpclose: --csv and --folded are mutually exclusive\n");
	PARSE(&r, "hist", "--folded");
	expect_usage(&r, "tcpclose: --folded does not apply to hist, only to who\n");
	PARSE(&r, "who", "--folded", "--fields", "closes");
	expect_usage(&r, "tcpclose: --fields requires -j\n");
}

#define PARSE_WITH(r, env, ...)                        \
	do {                                           \
		setenv("TCPCLOSE_OPTS", env, 1);       \
		PARSE(r, __VA_ARGS__);                 \
		unsetenv("TCPCLOSE_OPTS");             \
		options_release(&(r)->o);              \
	} while (0)

static void test_options_sums__the_variable_gives_way(void **state)
{
	struct result r;

	(void)state;
	PARSE_WITH(&r, "--by port", "who", "--folded");
	expect_groups(&r, 2, GROUP_BY_COMM, GROUP_BY_STACK);
	PARSE_WITH(&r, "--folded", "who", "--by", "comm");
	expect_groups(&r, 1, GROUP_BY_COMM, 0);
	assert_int_equal(r.o.view_options.format, FORMAT_TEXT);
	assert_false(r.o.capture.stack);
	PARSE_WITH(&r, "--folded", "who", "5");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.format, FORMAT_TEXT);
	PARSE_WITH(&r, "--folded", "who", "-j");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.format, FORMAT_JSON);
	PARSE_WITH(&r, "--folded", "who");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.format, FORMAT_FOLDED);
	PARSE_WITH(&r, "-j", "who", "--folded");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.format, FORMAT_FOLDED);
	PARSE_WITH(&r, "--csv --folded", "who");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.format, FORMAT_CSV);
	PARSE_WITH(&r, "--inlined", "who");
	expect_fine(&r);
	assert_false(r.o.capture.stack || r.o.capture.inlined);
	PARSE_WITH(&r, "--inlined", "who", "--by", "stack");
	expect_fine(&r);
	assert_true(r.o.capture.stack && r.o.capture.inlined);
	PARSE_WITH(&r, "--folded", "trace");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.format, FORMAT_TEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_sums__by_stack_traces_stacks),
		cmocka_unit_test(test_options_sums__inlined_functions_require_stacks),
		cmocka_unit_test(test_options_sums__folded_lines_begin_with_the_process),
		cmocka_unit_test(test_options_sums__what_excludes_folded),
		cmocka_unit_test(test_options_sums__the_variable_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
