/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The expected numbers were computed by date(1). */
#include "unit.h"

#include <stdlib.h>

#include "parse_time.h"
#include "time_units.h"

#define NOON 1795348800	/* date -d 2026-11-22T12:00:00Z +%s */

static void expect_at(const char *text, uint64_t ns)
{
	struct time_point p = { 0 };

	if (!parse_time(text, NOON, &p))
		fail_msg("'%s' is refused", text);
	assert_int_equal(p.kind, TIME_POINT_AT);
	if (p.ns != ns)
		fail_msg("'%s': got %llu, want %llu", text, (unsigned long long)p.ns,
			 (unsigned long long)ns);
}

static void expect_refused(const char *text)
{
	struct time_point p = { 0 };

	if (parse_time(text, NOON, &p))
		fail_msg("'%s' is accepted", text);
	assert_int_equal(p.kind, TIME_POINT_NONE);
}

static void test_parse_time__rfc_3339(void **state)
{
	(void)state;
	expect_at("2026-11-22T12:00:00Z", NOON * NS_PER_S);
	expect_at("2026-11-22t12:00:00.5z", NOON * NS_PER_S + 500000000);
	expect_at("2026-11-22 12:00:00.123456789123Z", NOON * NS_PER_S + 123456789);
	expect_at("2026-11-22T13:00:00+01:00", NOON * NS_PER_S);
	expect_at("2026-11-22T06:30:00-05:30", NOON * NS_PER_S);
	expect_at("2026-11-22T11:59:60Z", NOON * NS_PER_S);
	expect_at("2024-02-29T00:00:00Z", 1709164800 * NS_PER_S);
	expect_at("1970-01-01T00:00:00Z", 0);
}

static void test_parse_time__what_rfc_3339_refuses(void **state)
{
	static const char *const bad[] = {
		"2026-11-22T12:00:00", "2026-11-22", "2026-11-22T12:00Z", "2026-11-22T12:00:00ZZ",
		"2026-13-22T12:00:00Z", "2026-02-29T12:00:00Z", "2026-11-31T12:00:00Z",
		"2026-11-22T24:00:00Z", "2026-11-22T12:60:00Z", "2026-11-22T12:00:61Z",
		"2026-11-22T12:00:00.Z", "2026-11-22T12:00:00+1:00", "2026-11-22T12:00:00+0100",
		"2026-11-22T12:00:00+24:00", "26-11-22T12:00:00Z", "1969-12-31T23:59:59Z",
		"9999-01-01T00:00:00Z", "1970-01-01T00:00:00+01:00", "2026-1-22T12:00:00Z",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		expect_refused(bad[i]);
}

static void test_parse_time__times_of_today(void **state)
{
	(void)state;
	setenv("TZ", "XXX-3", 1);	/* 3 hours ahead of UTC: it is 15:00 */
	tzset();
	expect_at("15:00", NOON * NS_PER_S);
	expect_at("15:00:07", (NOON + 7) * NS_PER_S);
	expect_at("15:00:07.25", (NOON + 7) * NS_PER_S + 250000000);
	expect_at("00:00", (NOON - 15 * 3600) * NS_PER_S);
	expect_at("23:59:59", (NOON + 9 * 3600 - 1) * NS_PER_S);
	setenv("TZ", "XXX+13", 1);	/* 13 hours behind: it is 23:00 of the day before */
	tzset();
	expect_at("23:00", NOON * NS_PER_S);
	setenv("TZ", "", 1);
	tzset();
	expect_refused("8:12");
	expect_refused("24:00");
	expect_refused("08:60");
	expect_refused("08");
	expect_refused("08:12:");
	expect_refused("08:12x");
	expect_refused("");
}

static void test_parse_time__durations_before_the_end(void **state)
{
	struct time_point p = { 0 };

	(void)state;
	assert_true(parse_time("-10m", NOON, &p));
	assert_int_equal(p.kind, TIME_POINT_BEFORE);
	assert_int_equal(p.ns, 600 * NS_PER_S);
	assert_true(parse_time("-1.5h", NOON, &p));
	assert_int_equal(p.ns, 5400 * NS_PER_S);
	p.kind = TIME_POINT_NONE;
	expect_refused("10m");
	expect_refused("-");
	expect_refused("-10");
	expect_refused("--10m");
	expect_refused("-10x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_time__rfc_3339),
		cmocka_unit_test(test_parse_time__what_rfc_3339_refuses),
		cmocka_unit_test(test_parse_time__times_of_today),
		cmocka_unit_test(test_parse_time__durations_before_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
