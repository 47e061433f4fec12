/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "otlp_header.h"

static void expect_header(const char **at, const char *line)
{
	char got[OTLP_HEADER_BYTES];

	assert_true(otlp_header_next(at, got));
	assert_string_equal(got, line);
}

static void test_otlp_header__names_and_values(void **state)
{
	const char *at = "api-key=x1, Authorization = Bearer%20a%3D%2c ,empty=,last=1=2";

	(void)state;
	expect_header(&at, "api-key: x1");
	expect_header(&at, "Authorization: Bearer a=,");
	expect_header(&at, "empty: ");
	expect_header(&at, "last: 1=2");
	assert_string_equal(at, "");
}

static void test_otlp_header__others_are_refused(void **state)
{
	static const char *const bad[] = { "", "a", "=b", "a b=c", "a=\r\nHost: x", "a=%0d%0aHost",
					   "a=%", "a=%2", "a=%zz", "a:b=c", "a=%00", "a=\x7f" };
	char line[OTLP_HEADER_BYTES];

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *at = bad[i];

		if (otlp_header_next(&at, line))
			fail_msg("'%s' is accepted", bad[i]);
	}
}

static void test_otlp_header__a_long_value_is_refused(void **state)
{
	char text[OTLP_HEADER_BYTES + 1] = "a=", line[OTLP_HEADER_BYTES];
	const char *at = text;

	(void)state;
	memset(text + 2, 'b', sizeof(text) - 3);
	text[sizeof(text) - 1] = '\0';
	assert_false(otlp_header_next(&at, line));
	text[sizeof(text) - 3] = '\0';
	at = text;
	assert_true(otlp_header_next(&at, line));
	assert_int_equal(strlen(line), OTLP_HEADER_BYTES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_otlp_header__names_and_values),
		cmocka_unit_test(test_otlp_header__others_are_refused),
		cmocka_unit_test(test_otlp_header__a_long_value_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
