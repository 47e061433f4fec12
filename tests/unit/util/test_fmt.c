/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <stdlib.h>
#include <time.h>

#include "fmt.h"

#define US 1000ull
#define MS 1000000ull
#define S 1000000000ull
#define DAY (86400 * S)

static const uint8_t ipv4_low[16];
static const uint8_t ipv4_high[16] = { 255, 255, 255, 255 };
static const uint8_t ipv4_some[16] = { 10, 0, 200, 1 };
static const uint8_t ipv6_low[16];
static const uint8_t ipv6_doc[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
static const uint8_t ipv6_mapped[16] = { [10] = 0xff, 0xff, 10, 0, 0, 1 };
static const uint8_t ipv6_long[16] = { 0x20, 0x01, 0x0d, 0xb8, 0x85, 0xa3, 0x11, 0x11,
				       0x22, 0x22, 0x8a, 0x2e, 0x33, 0x70, 0x73, 0x34 };

struct number_row {
	uint64_t v;
	const char *text;
};

static void expect_rows(void (*shape)(struct buf *b, uint64_t v), const struct number_row *rows,
			size_t n)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		shape(&b, rows[i].v);
		expect_text(&b, rows[i].text);
	}
	buf_release(&b);
}

static void test_fmt__ms_has_two_decimals_below_a_second(void **state)
{
	const struct number_row rows[] = {
		{ 0, "0.00" }, { 4999, "0.00" }, { 5000, "0.01" }, { 380 * US, "0.38" },
		{ 12410 * US, "12.41" }, { 200319 * US, "200.32" }, { 999994999, "999.99" },
	};

	(void)state;
	expect_rows(fmt_ms, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_fmt__ms_keeps_within_its_width_above(void **state)
{
	const struct number_row rows[] = {
		{ 999995000, "1000.0" }, { 1234 * MS + 500 * US, "1234.5" },
		{ 9999949999, "9999.9" }, { 9999950000, "10000" }, { 60012 * MS, "60012" },
		{ 999999 * MS, "999999" }, { 1000000 * MS, "16.7m" }, { 7200000 * MS, "2.0h" },
		{ 99999999 * MS, "1.2d" }, { 3 * DAY, "3.0d" }, { 364 * DAY, "364d" },
		{ 400 * DAY, "1.1y" }, { UINT64_MAX, "585y" },
	};

	(void)state;
	expect_rows(fmt_ms, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_fmt__ms_never_exceeds_its_width(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (unsigned bit = 0; bit < 64; bit++) {
		for (int off = -1; off <= 1; off++) {
			fmt_ms(&b, (1ull << bit) + (uint64_t)off);
			assert_in_range(b.len, 1, FMT_MS_WIDTH);
			buf_reset(&b);
		}
	}
	buf_release(&b);
}

static void test_fmt__durations_use_natural_units(void **state)
{
	const struct number_row rows[] = {
		{ 0, "0 ns" }, { 999, "999 ns" }, { 1000, "1.0 us" }, { 15 * US, "15 us" },
		{ 2552 * US, "2.6 ms" }, { 9960 * US, "10 ms" }, { 197 * MS, "197 ms" },
		{ 999600 * US, "1.0 s" }, { 1200 * MS, "1.2 s" }, { 45 * S, "45 s" },
		{ 59600 * MS, "1 min" }, { 200 * S, "3 min 20 s" }, { 3600 * S, "1 h" },
		{ 7500 * S, "2 h 5 min" }, { DAY - 1, "1 d" },
		{ 12 * DAY + 3 * 3600 * S, "12 d 3 h" },
	};

	(void)state;
	expect_rows(fmt_duration, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_fmt__the_longest_duration_does_not_overflow(void **state)
{
	struct buf b = { 0 };

	(void)state;
	fmt_duration(&b, UINT64_MAX);	/* 213503.98 days */
	expect_text(&b, "213504 d");
	buf_release(&b);
}

static void expect_addr(unsigned family, const uint8_t *addr, const char *text)
{
	struct buf b = { 0 };

	fmt_addr(&b, family, addr);
	expect_text(&b, text);
	buf_release(&b);
}

static void test_fmt__ipv4_addresses(void **state)
{
	(void)state;
	expect_addr(4, ipv4_low, "0.0.0.0");
	expect_addr(4, ipv4_high, "255.255.255.255");
	expect_addr(4, ipv4_some, "10.0.200.1");
}

static void test_fmt__ipv6_addresses_are_shortened(void **state)
{
	(void)state;
	expect_addr(6, ipv6_low, "::");
	expect_addr(6, ipv6_doc, "2001:db8::1");
	expect_addr(6, ipv6_mapped, "::ffff:10.0.0.1");
	expect_addr(6, ipv6_long, "2001:db8:85a3:1111:2222:8a2e:3370:7334");
}

static void test_fmt__an_unknown_family_is_a_question_mark(void **state)
{
	(void)state;
	expect_addr(0, ipv6_doc, "?");
	expect_addr(255, ipv6_doc, "?");
}

static void test_fmt__endpoints(void **state)
{
	struct buf b = { 0 };

	(void)state;
	fmt_endpoint(&b, 4, ipv4_high, 65535);
	expect_text(&b, "255.255.255.255:65535");
	fmt_endpoint(&b, 6, ipv6_doc, 443);
	expect_text(&b, "[2001:db8::1]:443");
	fmt_endpoint(&b, 6, ipv6_low, 0);
	expect_text(&b, "[::]:0");
	buf_release(&b);
}

static void test_fmt__an_endpoint_that_fits_is_not_cut(void **state)
{
	struct buf b = { 0 };

	(void)state;
	fmt_endpoint_cut(&b, 4, ipv4_high, 65535, 21);
	expect_text(&b, "255.255.255.255:65535");
	fmt_endpoint_cut(&b, 6, ipv6_doc, 443, 17);
	expect_text(&b, "[2001:db8::1]:443");
	buf_release(&b);
}

static void test_fmt__a_long_endpoint_keeps_both_ends_and_the_port(void **state)
{
	struct buf b = { 0 };

	(void)state;
	fmt_endpoint_cut(&b, 6, ipv6_long, 51000, 21);
	expect_text(&b, "[2001:d..:7334]:51000");
	fmt_endpoint_cut(&b, 6, ipv6_long, 51000, 9);
	expect_text(&b, "..:51000");
	buf_release(&b);
}

static void test_fmt__a_cut_endpoint_is_never_wider_and_never_loses_part_of_its_port(void **state)
{
	const uint8_t *const addrs[] = { ipv4_high, ipv6_long };
	struct buf b = { 0 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		for (size_t width = 0; width < 60; width++) {
			fmt_endpoint_cut(&b, i ? 6 : 4, addrs[i], 65535, width);
			assert_in_range(b.len, 0, width);
			if (width >= 8)
				assert_memory_equal(b.data + b.len - 6, ":65535", 6);
			buf_reset(&b);
		}
	}
	buf_release(&b);
}

static void test_fmt__utc_at_the_edges_of_the_calendar(void **state)
{
	const struct number_row rows[] = {
		{ 0, "1970-01-01T00:00:00.000000000Z" },
		{ 951782399 * S + 999999999, "2000-02-28T23:59:59.999999999Z" },
		{ 951782400 * S, "2000-02-29T00:00:00.000000000Z" },
		{ 951868800 * S, "2000-03-01T00:00:00.000000000Z" },
		{ 1795335152123456789, "2026-11-22T08:12:32.123456789Z" },
		{ 4107542400 * S, "2100-03-01T00:00:00.000000000Z" },
		{ 4107542399 * S, "2100-02-28T23:59:59.000000000Z" },
	};

	(void)state;
	expect_rows(fmt_time_utc, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_fmt__utc_agrees_with_gmtime_until_2200(void **state)
{
	struct buf b = { 0 };
	char text[64];
	struct tm tm;

	(void)state;
	for (time_t t = 0; t < 7258118400; t += 86400 - 997) {
		gmtime_r(&t, &tm);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.000000000Z", &tm);
		fmt_time_utc(&b, (uint64_t)t * S);
		expect_text(&b, text);
	}
	buf_release(&b);
}

static void test_fmt__the_clock_is_local_and_not_rounded(void **state)
{
	struct buf b = { 0 };

	(void)state;
	setenv("TZ", "XXX-05:30", 1);	/* POSIX: east is negative */
	tzset();
	fmt_clock(&b, 1795335152123999999);
	expect_text(&b, "13:42:32.123");
	buf_release(&b);
}

static void test_fmt__hex(void **state)
{
	const struct number_row rows[] = {
		{ 0, "0x0" }, { 0x1267, "0x1267" }, { UINT64_MAX, "0xffffffffffffffff" },
	};

	(void)state;
	expect_rows(fmt_hex, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_fmt__an_age(void **state)
{
	struct buf b = { 0 };

	(void)state;
	fmt_age(&b, 540999999);
	expect_text(&b, "540ms");
	fmt_age(&b, 59999999999);
	expect_text(&b, "59s");
	fmt_age(&b, 3599999999999);
	expect_text(&b, "59min 59s");
	fmt_age(&b, 7380000000000);
	expect_text(&b, "2h 3min");
	fmt_age(&b, 86400000000000);
	expect_text(&b, "1d");
	buf_release(&b);
}

static void test_fmt__bytes_fit_six_columns(void **state)
{
	struct buf b = { 0 };

	(void)state;
	fmt_bytes(&b, 99999);
	expect_text(&b, "99999");
	fmt_bytes(&b, 100000);
	expect_text(&b, "98K");
	fmt_bytes(&b, UINT32_MAX);
	expect_text(&b, "4096M");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fmt__ms_has_two_decimals_below_a_second),
		cmocka_unit_test(test_fmt__ms_keeps_within_its_width_above),
		cmocka_unit_test(test_fmt__ms_never_exceeds_its_width),
		cmocka_unit_test(test_fmt__durations_use_natural_units),
		cmocka_unit_test(test_fmt__the_longest_duration_does_not_overflow),
		cmocka_unit_test(test_fmt__ipv4_addresses),
		cmocka_unit_test(test_fmt__ipv6_addresses_are_shortened),
		cmocka_unit_test(test_fmt__an_unknown_family_is_a_question_mark),
		cmocka_unit_test(test_fmt__endpoints),
		cmocka_unit_test(test_fmt__an_endpoint_that_fits_is_not_cut),
		cmocka_unit_test(test_fmt__a_long_endpoint_keeps_both_ends_and_the_port),
		cmocka_unit_test(
			test_fmt__a_cut_endpoint_is_never_wider_and_never_loses_part_of_its_port),
		cmocka_unit_test(test_fmt__utc_at_the_edges_of_the_calendar),
		cmocka_unit_test(test_fmt__utc_agrees_with_gmtime_until_2200),
		cmocka_unit_test(test_fmt__the_clock_is_local_and_not_rounded),
		cmocka_unit_test(test_fmt__hex),
		cmocka_unit_test(test_fmt__an_age),
		cmocka_unit_test(test_fmt__bytes_fit_six_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
