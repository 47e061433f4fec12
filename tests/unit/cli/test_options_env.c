/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Options in TCPCLOSE_OPTS.
 */
#include "options_fixture.h"

#include <stdlib.h>

#include "option_table.h"

#define PARSE_WITH(r, text, ...)                       \
	do {                                           \
		options_release(&(r)->o);              \
		setenv("TCPCLOSE_OPTS", (text), 1);    \
		PARSE(r, __VA_ARGS__);                 \
	} while (0)

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct result));
	return !*state;
}

static int tear_down(void **state)
{
	struct result *r = *state;

	options_release(&r->o);
	free(r);
	unsetenv("TCPCLOSE_OPTS");
	return 0;
}

static void test_options_env__its_options_come_first(void **state)
{
	struct result *r = *state;

	PARSE_WITH(r, "-w -d 5s -P 80", "trace", "-d", "10", "-P", "443");
	expect_fine(r);
	assert_true(r->o.output.wide);
	assert_int_equal(r->o.run.duration_ns, 10000000000);
	assert_int_equal(r->o.filter.either_ports.nr, 2);
	assert_int_equal(r->o.filter.either_ports.range[0].first, 80);
}

/* Filters add up, but a sum has one list of keys. */
static void test_options_env__by_of_the_command_line_replaces_it(void **state)
{
	struct result *r = *state;

	PARSE_WITH(r, "--by comm,pid", "who");
	expect_fine(r);
	assert_int_equal(r->o.view_options.groups.nr, 2);
	PARSE_WITH(r, "--by comm,pid", "who", "--by", "pid", "--by", "port");
	expect_fine(r);
	assert_int_equal(r->o.view_options.groups.nr, 2);
	assert_int_equal(r->o.view_options.groups.by[0], GROUP_BY_PID);
	assert_int_equal(r->o.view_options.groups.by[1], GROUP_BY_PORT);
}

static void test_options_env__an_empty_one_is_none(void **state)
{
	struct result *r = *state;

	PARSE_WITH(r, "", "who");
	expect_fine(r);
	PARSE_WITH(r, " \t ", "who");
	expect_fine(r);
}

static void test_options_env__quotes_keep_blanks(void **state)
{
	struct result *r = *state;

	PARSE_WITH(r, "-c 'my prog' -o \"a file\"", "-q");
	expect_fine(r);
	assert_memory_equal(r->o.story_filter.wanted.comm[0].bytes, "my prog", 7);
	assert_string_equal(r->o.output.path, "a file");
}

static void test_options_env__what_the_view_lacks_is_left_out(void **state)
{
	struct result *r = *state;

	PARSE_WITH(r, "--sort reset --csv --phase total -c x", "trace");
	expect_fine(r);
	assert_int_equal(r->o.view_options.format, FORMAT_TEXT);
	assert_int_equal(r->o.story_filter.wanted.comms, 1);
	PARSE_WITH(r, "--sort reset --csv --phase total -c x", "who");
	expect_fine(r);
	assert_int_equal(r->o.view_options.format, FORMAT_CSV);
	PARSE_WITH(r, "-c x --fail", "events");
	expect_fine(r);
	PARSE_WITH(r, "-c x", "events", "-c", "y");
	assert_int_equal(r->status, EXIT_USAGE);
	PARSE_WITH(r, "--stack", "who", "--record", "x");
	expect_fine(r);
	assert_true(r->o.capture.stack);
	PARSE_WITH(r, "--inlined", "who", "--record", "x");
	expect_fine(r);
	assert_true(r->o.capture.stack && r->o.capture.inlined);
	PARSE_WITH(r, "--btf x", "who", "--replay", "y");
	expect_fine(r);
}

/* No view refuses an option of the variable, whatever else it has. */
static void test_options_env__each_view_with_each_option(void **state)
{
	struct result *r = *state;
	const struct option_row *o;
	const struct view *v;
	char text[80];

	for (unsigned i = 0; (o = option_at(i)); i++) {
		static const char *const values[] = { "1", "/x", "64K", "::1", "abcd",
							      "4026531840", "http://h" };
		unsigned good = 0;

		if (!option_is_shown(o) || o->set == NULL || o->argp.key == 'h' ||
		    o->argp.key == KEY_VERSION || o->argp.key == KEY_REPLAY)
			continue;
		for (unsigned k = 0; (v = view_at(k)); k++)
			for (unsigned n = 0; n < sizeof(values) / sizeof(*values); n++) {
				const char *value = o->word ? o->word(0) : values[n];

				snprintf(text, sizeof(text), o->argp.arg ? "--%s=%s" : "--%s",
					 o->argp.name, value);
				if (v->id == VIEW_STREAM)
					PARSE_WITH(r, text, "stream", "info", "nats://a/");
				else
					PARSE_WITH(r, text, v->name,
						   v->id == VIEW_RECORD || v->id == VIEW_OTLP ?
						   "-oy" : "-q");
				good += r->status == -1;
				if (r->status != -1 && strstr(r->err, "does not apply"))
					fail_msg("%s with %s: %s", v->name, text, r->err);
				if (r->status != -1 && strstr(r->err, "requires"))
					fail_msg("%s with %s: %s", v->name, text, r->err);
			}
		if (!good)
			fail_msg("no value for --%s", o->argp.name);
	}
}

static void test_options_env__json_is_a_format_or_the_default_view(void **state)
{
	struct result *r = *state;

	PARSE_WITH(r, "-j -w", "-q");
	expect_fine(r);
	assert_int_equal(r->o.view->id, VIEW_JSON);
	PARSE_WITH(r, "-j", "trace");
	expect_fine(r);
	assert_int_equal(r->o.view->id, VIEW_TRACE);
	PARSE_WITH(r, "-j", "who");
	expect_fine(r);
	assert_int_equal(r->o.view_options.format, FORMAT_JSON);
	PARSE_WITH(r, "-j", "who", "--csv");
	expect_fine(r);
	assert_int_equal(r->o.view_options.format, FORMAT_CSV);
	PARSE_WITH(r, "--csv", "who", "-j");
	expect_fine(r);
	assert_int_equal(r->o.view_options.format, FORMAT_JSON);
}

static void test_options_env__an_option_without_the_one_it_needs_is_left_out(void **state)
{
	struct result *r = *state;

	PARSE_WITH(r, "-n 3 -d 1m --keep 9 --rotate 1M", "stuck");
	expect_fine(r);
	assert_int_equal(r->o.run.count, 0);
	assert_int_equal(r->o.run.duration_ns, 0);
	PARSE_WITH(r, "-n 3 --keep 9 --rotate 1M", "json");
	expect_fine(r);
	assert_int_equal(r->o.run.count, 3);
	assert_int_equal(r->o.record.rotate_bytes, 0);
	PARSE_WITH(r, "-n 3 --keep 9", "record", "-o", "x");
	expect_fine(r);
	assert_int_equal(r->o.record.keep, 9);
	PARSE_WITH(r, "-q", "stuck", "-n", "1");
	expect_usage(r, "tcpclose: --count requires --watch in stuck\n");
}

static void test_options_env__errors_name_the_variable(void **state)
{
	static const struct { const char *text, *line; } rows[] = {
		{ "-c 'x", "bad quote in TCPCLOSE_OPTS '-c 'x'" },
		{ "-q \\", "bad quote in TCPCLOSE_OPTS '-q \\'" },
		{ "--colour x", "TCPCLOSE_OPTS: unknown option '--colour': did you mean --color? "
		  "see tcpclose --help" },
		{ "-Z", "TCPCLOSE_OPTS: unknown option '-Z': see tcpclose --help" },
		{ "-q -d", "TCPCLOSE_OPTS: option '-d' needs a value: see tcpclose --help" },
		{ "-P x-y", "TCPCLOSE_OPTS: bad port 'x-y': want 1-65535, a range as 8000-8999, "
		  "or a name in /etc/services" },
		{ "who", "TCPCLOSE_OPTS: not an option, 'who': want only options, as -q" },
		{ "-q -- ls", "TCPCLOSE_OPTS: not an option, 'ls': want only options, as -q" },
	};
	struct result *r = *state;
	char line[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		PARSE_WITH(r, rows[i].text, "trace", "-d", "1");
		snprintf(line, sizeof(line), "tcpclose: %s\n", rows[i].line);
		expect_usage(r, line);
	}
	PARSE_WITH(r, "-q", "trace", "--colour", "x");
	expect_usage(r, "tcpclose: unknown option '--colour': did you mean --color? "
		     "see tcpclose --help\n");
}

#define ENV_TEST(name) cmocka_unit_test_setup_teardown(test_options_env__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ENV_TEST(its_options_come_first),
		ENV_TEST(by_of_the_command_line_replaces_it),
		ENV_TEST(an_empty_one_is_none),
		ENV_TEST(quotes_keep_blanks),
		ENV_TEST(what_the_view_lacks_is_left_out),
		ENV_TEST(each_view_with_each_option),
		ENV_TEST(json_is_a_format_or_the_default_view),
		ENV_TEST(an_option_without_the_one_it_needs_is_left_out),
		ENV_TEST(errors_name_the_variable),
	};

	unsetenv("NO_COLOR");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
