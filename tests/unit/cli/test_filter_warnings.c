/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_fixture.h"

static void test_filter_warnings__filters_that_can_match_nothing(void **state)
{
	static const struct { const char *words[4]; const char *line; } rows[] = {
		{ { "-c", "NetworkManager-dispatcher" }, "-c 'NetworkManager-dispatcher': only its "
		  "first 15 bytes are compared, the kernel keeps no more" },
		{ { "-c", "NetworkManager-*dispatcher" }, "-c 'NetworkManager-*dispatcher' matches "
		  "no process: the kernel keeps 15 bytes of a name" },
		{ { "-c", "x,!?a?a?a?a?a?a?a?a" }, "-c '?a?a?a?a?a?a?a?a' matches no process: the "
		  "kernel keeps 15 bytes of a name" },
		{ { "--class", "clean", "--ending", "reset-sent" }, "no ending passes --ending and "
		  "--class" },
		{ { "--ending", "open,!open" }, "no ending passes --ending and --class" },
		{ { "--ending", "reset-sent", "--class", "!reset" }, "no ending passes --ending "
		  "and --class" },
		{ { "--fail-on", "reset", "--class", "clean" }, "no ending of --fail-on passes "
		  "--ending and --class" },
		{ { "--call", "close,!close" }, "--call excludes every call that it wants" },
		{ { "--initiator", "peer,!peer" }, "--initiator excludes every side that it "
		  "wants" },
		{ { "-4", "-a", "::1,2001:db8::/32" }, "-4 excludes every address of -a" },
		{ { "-6", "-a", "10.0.0.0/8" }, "-6 excludes every address of -a" },
		{ { "-L", "80,443,!1-1023" }, "-L excludes every port that it wants" },
		{ { "-D", "22", "-D", "!22" }, "-D excludes every port that it wants" },
		{ { "-P", "8000-8010,!8000-9000" }, "-P excludes every port that it wants" },
	};
	char line[256];
	struct result r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *const *w = rows[i].words;

		PARSE(&r, w[0], w[1], w[2] ?: "-v", w[3] ?: "-v");
		snprintf(line, sizeof(line), "tcpclose: %s\n", rows[i].line);
		assert_string_equal(r.err, line);
		assert_int_equal(r.status, -1);
		PARSE(&r, "-q", w[0], w[1], w[2] ?: "-v", w[3] ?: "-v");
		expect_fine(&r);
	}
}

static void test_filter_warnings__what_may_match_is_not_warned_of(void **state)
{
	static const char *const rows[][4] = {
		{ "-c", "NetworkManager*" }, { "-c", "123456789012345" }, { "-c", "*" },
		{ "-p", "4194304" }, { "-L", "80,!22" }, { "-P", "1-100,!80" },
		{ "-4", "-6", "-a", "::1" }, { "-4", "-a", "::1,10.0.0.1" }, { "-6", "-a", "!::1" },
		{ "--ending", "!four-way", "--class", "clean" }, { "--call", "close,!exit" },
		{ "--fail-on", "reset", "--ending", "!reset-sent" },
		{ "--fail-on", "reset,exit", "--class", "clean" },
	};
	struct result r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		PARSE(&r, rows[i][0], rows[i][1], rows[i][2] ?: "-v", rows[i][3] ?: "-v");
		expect_fine(&r);
	}
}

static void test_filter_warnings__names_are_escaped(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "-c", "\x1b[31m0123456789abc");
	assert_null(strchr(r.err, '\x1b'));
	assert_non_null(strstr(r.err, "-c '\\x1b[31m0123456789abc': only"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_warnings__filters_that_can_match_nothing),
		cmocka_unit_test(test_filter_warnings__what_may_match_is_not_warned_of),
		cmocka_unit_test(test_filter_warnings__names_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
