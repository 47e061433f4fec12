/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_fixture.h"

#define WANT_PORT ": want 1-65535, a range as 8000-8999, or a name in /etc/services"

static void test_usage_error__an_unknown_view(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "foo");
	expect_usage(&r, "tcpclose: unknown view 'foo': want trace, json, events, "
		     "timeline, connections, who, hist, top, report, otlp, serve, record, "
		     "stuck, doctor, stream\n");
}

static void test_usage_error__two_views(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "trace", "json");
	expect_usage(&r, "tcpclose: one view too many, 'json': want trace, json, events, "
		     "timeline, connections, who, hist, top, report, otlp, serve, record, "
		     "stuck, doctor, stream\n");
}

static void test_usage_error__too_many_ports(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "-L", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16");
	expect_fine(&r);
	PARSE(&r, "-L", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", "-L", "17");
	expect_usage(&r, "tcpclose: one port too many, '17': want at most 16 ports or ranges\n");
}

static void test_usage_error__a_number_that_is_not_a_netns(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--netns", "4026531823");
	expect_usage(&r, "tcpclose: bad netns '4026531823': want the pid of a process, a name in "
		     "/run/netns or an inode number as ls -L -i shows it\n");
}

static void test_usage_error__an_unknown_word_lists_the_known_words(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--ending", "fourway");
	expect_usage(&r, "tcpclose: unknown ending 'fourway': did you mean four-way? want "
		     "four-way, three-way, simultaneous, two-way, reset-sent, reset-received, "
		     "timed-out, aborted, never-open, open\n");
	PARSE(&r, "--call", "syscall");
	assert_non_null(strstr(r.err, "unknown call 'syscall': want close, shutdown, "));
}

static void test_usage_error__the_nearest_word_is_suggested(void **state)
{
	static const struct { const char *words[3], *start; } rows[] = {
		{ { "tarce" }, "unknown view 'tarce': did you mean trace? want trace, json, " },
		{ { "--class", "clean,rset" }, "unknown class 'rset': did you mean reset? want " },
		{ { "--call", "close_rang" }, "unknown call 'close_rang': did you mean "
		  "close_range? want " },
		{ { "--call", "clsoe" }, "unknown call 'clsoe': did you mean close? want " },
		{ { "--initiator", "pear" }, "unknown initiator 'pear': did you mean peer? " },
		{ { "who", "--by", "comn" }, "unknown group 'comn': did you mean comm? want " },
		{ { "hist", "--phase", "apphold" }, "unknown phase 'apphold': did you mean "
		  "app_hold? want " },
		{ { "--color", "alway" }, "bad color 'alway': did you mean always? want " },
		{ { "--calls", "kprobes" }, "bad calls mode 'kprobes': did you mean kprobe? " },
		{ { "--colour" }, "unknown option '--colour': did you mean --color? see " },
		{ { "--reply=x" }, "unknown option '--reply': did you mean --replay? see " },
		{ { "--docment" }, "unknown option '--docment': see tcpclose --help" },
	};
	struct result r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const *w = rows[i].words;

		PARSE(&r, w[0], w[1], w[2]);
		assert_int_equal(r.status, EXIT_USAGE);
		if (strncmp(r.err + strlen("tcpclose: "), rows[i].start, strlen(rows[i].start)))
			fail_msg("%s", r.err);
	}
}

static void test_usage_error__bad_values_are_quoted_in_one_line(void **state)
{
	static const struct { const char *option, *value, *line; } rows[] = {
		{ "-L", "0", "bad port '0'" WANT_PORT },
		{ "-L", "65536", "bad port '65536'" WANT_PORT },
		{ "-D", "", "bad port ''" WANT_PORT },
		{ "-P", "80,", "bad port '80,'" WANT_PORT },
		{ "-P", ",80", "bad port ',80'" WANT_PORT },
		{ "-P", "80,x", "bad port 'x'" WANT_PORT },
		{ "-L", "-1", "bad port '-1'" WANT_PORT },
		{ "-L", "+1", "bad port '+1'" WANT_PORT },
		{ "-L", " 80", "bad port ' 80'" WANT_PORT },
		{ "-L", "0x50", "bad port '0x50'" WANT_PORT },
		{ "-L", "18446744073709551696", "bad port '18446744073709551696'" WANT_PORT },
		{ "-L", "\x1b[31m\n", "bad port '\\x1b[31m\\x0a'" WANT_PORT },
		{ "-L", "\xc0\xaf", "bad port '\\xc0\\xaf'" WANT_PORT },
		{ "-P", "80-", "bad port '80-'" WANT_PORT },
		{ "-P", "-80", "bad port '-80'" WANT_PORT },
		{ "-P", "1-2-3", "bad port '1-2-3'" WANT_PORT },
		{ "-P", "1-65536", "bad port '1-65536'" WANT_PORT },
		{ "-P", "no-such-service", "bad port 'no-such-service'" WANT_PORT },
		{ "-L", "80,9-8", "bad port '9-8': the range is empty" },
		{ "-P", "!80,!x", "bad port 'x'" WANT_PORT },
		{ "-P", "!", "bad port '!'" WANT_PORT },
		{ "-P", "!!80", "bad port '!80'" WANT_PORT },
		{ "-c", "!", "bad comm '!': want the name of a process" },
		{ "-p", "0", "bad pid '0': want 1-4194304" },
		{ "-u", "no:one", "bad user 'no:one': want a uid or a name in /etc/passwd" },
		{ "-u", "4294967295", "bad user '4294967295': want a uid or a name in "
		  "/etc/passwd" },
		{ "-c", "", "bad comm '': want the name of a process" },
		{ "-a", "1.2.3", "bad address '1.2.3': want ADDR or ADDR/PREFIX, as 10.0.0.0/8 or "
		  "2001:db8::1" },
		{ "--slow", "-5", "bad time '-5': want milliseconds above 0, or a unit: "
		  "200, 0.5, 50us, 1s, 5m" },
		{ "--slow", "nan", "bad time 'nan': want milliseconds above 0, or a unit: "
		  "200, 0.5, 50us, 1s, 5m" },
		{ "-d", "0", "bad time '0': want seconds above 0, or a unit: "
		  "10, 0.5, 500ms, 5m, 2h" },
		{ "-d", "1e9", "bad time '1e9': want seconds above 0, or a unit: "
		  "10, 0.5, 500ms, 5m, 2h" },
		{ "--drain", "", "bad time '': want seconds, or a unit: 10, 0.5, "
		  "500ms, 5m, 2h" },
		{ "-n", "0", "bad count '0': want a number from 1 on" },
		{ "--top", "0", "bad number of rows '0': want 1-1000000" },
		{ "--top", "all", "bad number of rows 'all': want 1-1000000" },
		{ "-o", "", "bad file '': want a path, or - for standard output" },
		{ "--color", "yes", "bad color 'yes': want auto, always, never" },
		{ "--calls", "magic",
		  "bad calls mode 'magic': want auto, fentry, kprobe, tracepoint, inline" },
		{ "--buffer", "3M", "bad buffer size '3M': want a power of two from 64K to 1G" },
		{ "--buffer", "2G", "bad buffer size '2G': want a power of two from 64K to 1G" },
		{ "--max-open", "0", "bad number of endpoints '0': want 1-16777216" },
		{ "--ready-fd", "x", "bad descriptor 'x': want the number of an open one" },
		{ "--netns", "../x", "bad netns '../x': want the pid of a process, a name in "
		  "/run/netns or an inode number as ls -L -i shows it" },
	};
	char line[256];
	struct result r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		PARSE(&r, rows[i].option, rows[i].value);
		snprintf(line, sizeof(line), "tcpclose: %s\n", rows[i].line);
		expect_usage(&r, line);
	}
}

static void test_usage_error__a_long_bad_value_is_cut(void **state)
{
	char value[5000];
	struct result r;

	(void)state;
	memset(value, '1', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	PARSE(&r, "-L", value);
	assert_int_equal(r.status, EXIT_USAGE);
	assert_non_null(strstr(r.err, "1..': want 1-65535, a range"));
	assert_in_range(strlen(r.err), 80, 200);
}

static void test_usage_error__faults_of_the_options_themselves(void **state)
{
	static const struct { const char *words[4]; const char *line; } rows[] = {
		{ { "--foo" }, "unknown option '--foo': see tcpclose --help" },
		{ { "--foo=\n" }, "unknown option '--foo': see tcpclose --help" },
		{ { "-Z" }, "unknown option '-Z': see tcpclose --help" },
		{ { "-qZv" }, "unknown option '-Z': see tcpclose --help" },
		{ { "-o", "-Y", "-qZ" }, "unknown option '-Z': see tcpclose --help" },
		{ { "-\x1b" }, "unknown option '-\\x1b': see tcpclose --help" },
		{ { "--co" }, "ambiguous option '--co': see tcpclose --help" },
		{ { "-q", "--buffer" }, "option '--buffer' needs a value: see tcpclose --help" },
		{ { "json", "-qo" }, "option '-o' needs a value: see tcpclose --help" },
		{ { "--strict=1" }, "option '--strict' takes no value: see tcpclose --help" },
		{ { "-q", "--" }, "no command after '--': want -- COMMAND [ARG...]" },
	};
	char line[128];
	struct result r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const *w = rows[i].words;

		PARSE(&r, w[0], w[1], w[2]);
		snprintf(line, sizeof(line), "tcpclose: %s\n", rows[i].line);
		expect_usage(&r, line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usage_error__an_unknown_view),
		cmocka_unit_test(test_usage_error__two_views),
		cmocka_unit_test(test_usage_error__too_many_ports),
		cmocka_unit_test(test_usage_error__a_number_that_is_not_a_netns),
		cmocka_unit_test(test_usage_error__an_unknown_word_lists_the_known_words),
		cmocka_unit_test(test_usage_error__the_nearest_word_is_suggested),
		cmocka_unit_test(test_usage_error__bad_values_are_quoted_in_one_line),
		cmocka_unit_test(test_usage_error__a_long_bad_value_is_cut),
		cmocka_unit_test(test_usage_error__faults_of_the_options_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
