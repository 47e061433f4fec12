/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_fixture.h"

#include <stdlib.h>

static int forget_no_color(void **state)
{
	(void)state;
	unsetenv("NO_COLOR");
	return 0;
}

static void test_options__without_arguments_the_view_is_trace(void **state)
{
	static const char *const words[] = { "tcpclose", NULL };
	struct result r;

	(void)state;
	parse_words(&r, words);
	expect_fine(&r);
	assert_string_equal(r.o.view->name, "trace");
	assert_int_equal(r.o.filter.active, 0);
	assert_int_equal(r.o.filter.never_open, 0);
	assert_int_equal(r.o.capture.buffer_bytes, 8 << 20);
	assert_int_equal(r.o.run.drain_ns, 1000000000);
	assert_int_equal(r.o.run.ready_fd, -1);
	assert_null(r.o.output.path);
	assert_null(r.o.run.command);
}

static void test_options__an_empty_argv_is_accepted(void **state)
{
	static const char *const words[] = { NULL };
	struct result r;

	(void)state;
	parse_words(&r, words);
	expect_fine(&r);
	assert_string_equal(r.o.view->name, "trace");
}

static void test_options__a_view_may_stand_anywhere(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "-q", "events", "-v");
	expect_fine(&r);
	assert_string_equal(r.o.view->name, "events");
	assert_true(r.o.output.quiet);
	assert_int_equal(r.o.output.verbose, 1);
}

static void test_options__j_is_the_view_json(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "-j", "json");
	expect_fine(&r);
	assert_string_equal(r.o.view->name, "json");
}

static void test_options__times_have_decimals(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--slow", "0.5", "-d", "2.25", "--drain", "0");
	expect_fine(&r);
	assert_int_equal(r.o.story_filter.slow_ns, 500000);
	assert_int_equal(r.o.run.duration_ns, 2250000000);
	assert_int_equal(r.o.run.drain_ns, 0);
}

static void test_options__times_have_units(void **state)
{
	static const struct { const char *words[4]; uint64_t ns; } rows[] = {
		{ { "trace", "-d", "1m" }, 60000000000 },
		{ { "events", "-d", "250us" }, 250000 },
		{ { "who", "-d", "1.5h" }, 5400000000000 },
		{ { "record", "-ox", "-d", "1d" }, 86400000000000 },
	};
	struct result r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		parse_words(&r, (const char *[]){ "tcpclose", rows[i].words[0], rows[i].words[1],
						  rows[i].words[2], rows[i].words[3], NULL });
		expect_fine(&r);
		assert_int_equal(r.o.run.duration_ns, rows[i].ns);
	}
	PARSE(&r, "--slow", "1s", "--drain", "500ms");
	expect_fine(&r);
	assert_int_equal(r.o.story_filter.slow_ns, 1000000000);
	assert_int_equal(r.o.run.drain_ns, 500000000);
	PARSE(&r, "stuck", "--watch", "500ms", "--older-than", "30");
	expect_fine(&r);
	assert_int_equal(r.o.stuck.watch_ns, 500000000);
	assert_int_equal(r.o.stuck.older_than_ns, 30000000000);
}

static void test_options__what_makes_a_run_fail(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "-q");
	assert_true(fail_on_is_empty(&r.o.run.fail_on));
	PARSE(&r, "who", "--fail-on", "reset-sent,unread-data", "--fail-on=exit");
	expect_fine(&r);
	assert_int_equal(r.o.run.fail_on.endings, 1u << ENDING_RESET_SENT);
	assert_int_equal(r.o.run.fail_on.reasons, 1u << REASON_UNREAD_DATA);
	assert_int_equal(r.o.run.fail_on.calls, 1u << TRIGGER_EXIT);
	assert_int_equal(r.o.filter.never_open, 0);
	PARSE(&r, "--fail-on", "never-open");
	assert_int_equal(r.o.filter.never_open, 1);
	assert_false(r.o.capture.all);
	PARSE(&r, "--fail-on", "exit,rset-sent");
	assert_int_equal(r.status, EXIT_USAGE);
	assert_non_null(strstr(r.err, "unknown word 'rset-sent': did you mean reset-sent? see "));
}

static void test_options__sizes_and_counts(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--buffer", "1G", "--max-open", "1", "-n", "3", "--ready-fd", "1");
	expect_fine(&r);
	assert_int_equal(r.o.capture.buffer_bytes, 1 << 30);
	assert_int_equal(r.o.capture.max_open, 1);
	assert_int_equal(r.o.run.count, 3);
	assert_int_equal(r.o.run.ready_fd, 1);
}

static void test_options__modes(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--calls", "inline", "--color", "always", "-T", "-w", "--strict", "-o", "x");
	expect_fine(&r);
	assert_int_equal(r.o.capture.calls, CALLS_INLINE);
	assert_int_equal(r.o.output.color, COLOR_ALWAYS);
	assert_true(r.o.output.times && r.o.output.wide && r.o.run.strict);
	assert_false(r.o.output.flush);
	assert_string_equal(r.o.output.path, "x");
}

static void test_options__lines_at_once(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--flush");
	expect_fine(&r);
	assert_true(r.o.output.flush);
}

static void test_options__a_dash_is_standard_output(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "-o", "x", "-o", "-");
	expect_fine(&r);
	assert_null(r.o.output.path);
}

static void test_options__no_color_yields_to_color(void **state)
{
	struct result r;

	(void)state;
	setenv("NO_COLOR", "1", 1);
	PARSE(&r, "-q");
	assert_int_equal(r.o.output.color, COLOR_NEVER);
	PARSE(&r, "--color", "auto");
	assert_int_equal(r.o.output.color, COLOR_AUTO);
	setenv("NO_COLOR", "", 1);
	PARSE(&r, "-q");
	assert_int_equal(r.o.output.color, COLOR_AUTO);
}

static void test_options__a_command_keeps_its_own_options(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "json", "-q", "--", "ls", "-L", "--", "x");
	expect_fine(&r);
	assert_string_equal(r.o.view->name, "json");
	assert_int_equal(r.o.filter.local_ports.nr, 0);
	assert_string_equal(r.o.run.command[0], "ls");
	assert_string_equal(r.o.run.command[1], "-L");
	assert_string_equal(r.o.run.command[2], "--");
	assert_string_equal(r.o.run.command[3], "x");
	assert_null(r.o.run.command[4]);
}

static void test_options__help_succeeds_and_fits_a_terminal(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--help");
	assert_int_equal(r.status, EXIT_FINE);
	assert_string_equal(r.err, "");
	assert_non_null(strstr(r.out, "\nExamples:\n"));
	assert_non_null(strstr(r.out, "\n  events     every "));
	for (char *line = strtok(r.out, "\n"); line; line = strtok(NULL, "\n"))
		assert_in_range(strlen(line), 0, 80);
}

static void test_options__version(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--version");
	assert_int_equal(r.status, EXIT_FINE);
	assert_int_equal(strncmp(r.out, "tcpclose ", 9), 0);
}

static void test_options__one_call_does_not_affect_the_next(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "-qvZ", "-L", "80");
	PARSE(&r, "--help");
	PARSE(&r, "-T");
	expect_fine(&r);
	assert_false(r.o.output.quiet);
	assert_int_equal(r.o.output.verbose, 0);
	assert_true(r.o.output.times);
}

static void test_options__states_of_stuck(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "stuck", "--state", "established,close-wait", "--state", "FIN_WAIT2");
	assert_int_equal(r.status, -1);
	assert_int_equal(r.o.stuck.states,
			 1u << STATE_ESTABLISHED | 1u << STATE_CLOSE_WAIT | 1u << STATE_FIN_WAIT2);
	PARSE(&r, "stuck", "--state", "listen");
	expect_usage(&r, "tcpclose: unknown state 'listen': want fin-wait-1, fin-wait-2, closing, "
			 "close-wait, last-ack, established\n");
	PARSE(&r, "stuck", "--replay", "x", "--state", "established");
	expect_usage(&r, "tcpclose: --state established does not apply to stuck with --replay: "
			 "a recording has no open sockets\n");
}

static void test_options__stuck_and_json_combine_in_either_order(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "stuck", "-j");
	assert_int_equal(r.status, -1);
	assert_int_equal(r.o.view->id, VIEW_STUCK);
	assert_int_equal(r.o.view_options.format, FORMAT_JSON);
	PARSE(&r, "-j", "stuck", "--fail", "--older-than", "2m");
	assert_int_equal(r.status, -1);
	assert_true(r.o.view->id == VIEW_STUCK && r.o.stuck.fail);
	assert_int_equal(r.o.view_options.format, FORMAT_JSON);
	assert_int_equal(r.o.stuck.older_than_ns, 120000000000);
	PARSE(&r, "stuck", "--watch", "2", "-n", "3", "-d", "9");
	assert_int_equal(r.status, -1);
	assert_string_equal(r.o.view->name, "stuck");
	assert_int_equal(r.o.stuck.watch_ns, 2000000000);
}

static void test_options__the_doctor_runs_once(void **state)
{
	static const char *const not_for_it[][2] = { { "-d", "1" }, { "-n", "1" }, { "-p", "1" },
						     { "--class", "reset" }, { "--replay", "x" },
						     { "--record", "x" }, { "--fail", NULL },
						     { "--", "true" } };
	struct result r;

	(void)state;
	PARSE(&r, "doctor", "-j", "--btf", "a file", "--calls", "inline");
	expect_fine(&r);
	assert_int_equal(r.o.view->id, VIEW_DOCTOR);
	assert_int_equal(r.o.view_options.format, FORMAT_JSON);
	assert_string_equal(r.o.capture.btf, "a file");
	PARSE(&r, "-j", "doctor");
	assert_true(r.status == -1 && r.o.view->id == VIEW_DOCTOR);
	assert_int_equal(r.o.view_options.format, FORMAT_JSON);
	PARSE(&r, "doctor", "doctor", "-w");
	assert_true(r.status == -1 && r.o.view->id == VIEW_DOCTOR && r.o.output.wide);
	assert_string_equal(r.o.view->name, "doctor");
	for (unsigned i = 0; i < sizeof(not_for_it) / sizeof(*not_for_it); i++) {
		PARSE(&r, "doctor", not_for_it[i][0], not_for_it[i][1]);
		assert_int_equal(r.status, EXIT_USAGE);
	}
	for (unsigned i = 0; i < 2; i++) {
		PARSE(&r, "-j", i ? "stuck" : "doctor", i ? "doctor" : "stuck");
		assert_int_equal(r.status, EXIT_USAGE);
		assert_non_null(strstr(r.err, "one view too many"));
	}
	PARSE(&r, "json", "--btf", "x", "--replay", "y");
	expect_usage(&r, "tcpclose: --btf does not apply to json with --replay\n");
}

static void test_options__options_without_effect_are_refused(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "stuck", "--slow", "1");
	assert_int_equal(r.status, EXIT_USAGE);
	PARSE(&r, "stuck", "-n", "1");
	assert_int_equal(r.status, EXIT_USAGE);
	PARSE(&r, "trace", "--fail");
	assert_int_equal(r.status, EXIT_USAGE);
	assert_non_null(strstr(r.err, "--fail does not apply to trace"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options__without_arguments_the_view_is_trace),
		cmocka_unit_test(test_options__an_empty_argv_is_accepted),
		cmocka_unit_test(test_options__a_view_may_stand_anywhere),
		cmocka_unit_test(test_options__j_is_the_view_json),
		cmocka_unit_test(test_options__times_have_decimals),
		cmocka_unit_test(test_options__times_have_units),
		cmocka_unit_test(test_options__what_makes_a_run_fail),
		cmocka_unit_test(test_options__sizes_and_counts),
		cmocka_unit_test(test_options__modes),
		cmocka_unit_test(test_options__lines_at_once),
		cmocka_unit_test(test_options__a_dash_is_standard_output),
		cmocka_unit_test_teardown(test_options__no_color_yields_to_color,
					  forget_no_color),
		cmocka_unit_test(test_options__a_command_keeps_its_own_options),
		cmocka_unit_test(test_options__help_succeeds_and_fits_a_terminal),
		cmocka_unit_test(test_options__version),
		cmocka_unit_test(test_options__one_call_does_not_affect_the_next),
		cmocka_unit_test(test_options__states_of_stuck),
		cmocka_unit_test(test_options__stuck_and_json_combine_in_either_order),
		cmocka_unit_test(test_options__the_doctor_runs_once),
		cmocka_unit_test(test_options__options_without_effect_are_refused),
	};

	unsetenv("NO_COLOR");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
