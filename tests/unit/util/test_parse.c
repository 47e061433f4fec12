/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <errno.h>

#include "parse.h"
#include "parse_filter.h"

#define UNTOUCHED 77

static void test_parse__numbers_at_their_limits(void **state)
{
	uint64_t v;

	(void)state;
	assert_true(parse_u64("18446744073709551615", 0, UINT64_MAX, &v));
	assert_true(v == UINT64_MAX);
	assert_true(parse_u64("0", 0, 0, &v));
	assert_int_equal(v, 0);
	assert_true(parse_u64("000080", 1, 65535, &v));
	assert_int_equal(v, 80);
}

static void test_parse__a_bad_number_does_not_change_the_result(void **state)
{
	static const char *const texts[] = { "", " 1", "1 ", "+1", "-1", "1.0", "0x1", "1\n",
		"\xff",		"18446744073709551616", "99999999999999999999999999" };
	uint64_t v = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(parse_u64(texts[i], 0, UINT64_MAX, &v));
	assert_false(parse_u64("5", 0, 4, &v));
	assert_false(parse_u64("5", 6, 9, &v));
	assert_int_equal(v, UNTOUCHED);
}

static void test_parse__decimals(void **state)
{
	static const struct { const char *text; uint64_t v; } rows[] = {
		{ "2", 2000000 }, { "0.25", 250000 }, { ".5", 500000 }, { "1.", 1000000 },
		{ "0.0000019", 1 }, { "0", 0 }, { "1000", 1000000000 },
	};
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(parse_decimal(rows[i].text, 1000000, 1000000000, &v));
		assert_int_equal(v, rows[i].v);
	}
}

static void test_parse__bad_decimals(void **state)
{
	static const char *const texts[] = { "", ".", "-1", "1,5", "1e3", "inf", "nan", "1.2.3",
		"0x1", "1000.000001", "1001", "99999999999999999999999" };
	uint64_t v = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(parse_decimal(texts[i], 1000000, 1000000000, &v));
	assert_int_equal(v, UNTOUCHED);
}

static void test_parse__sizes(void **state)
{
	uint64_t v;

	(void)state;
	assert_true(parse_bytes_pow2("65536", 65536, 1 << 30, &v));
	assert_int_equal(v, 65536);
	assert_true(parse_bytes_pow2("64k", 65536, 1 << 30, &v));
	assert_int_equal(v, 65536);
	assert_true(parse_bytes_pow2("8M", 65536, 1 << 30, &v));
	assert_int_equal(v, 8 << 20);
	assert_true(parse_bytes_pow2("1G", 65536, 1 << 30, &v));
	assert_int_equal(v, 1 << 30);
}

static void test_parse__bad_sizes(void **state)
{
	static const char *const texts[] = { "", "K", "3M", "0", "32K", "2G", "8MB", "8 M", "-8M",
		"16777216G", "17179869184G", "8388607K" };
	uint64_t v = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(parse_bytes_pow2(texts[i], 65536, 1 << 30, &v));
	assert_int_equal(v, UNTOUCHED);
}

static void expect_addr(const char *text, __u8 family, const __u8 *addr, unsigned bits)
{
	struct filter_addr a;
	unsigned n = 0;

	assert_true(parse_addr(text, &a));
	assert_int_equal(a.family, family);
	assert_memory_equal(a.addr, addr, sizeof(a.addr));
	for (unsigned i = 0; i < 128; i++)
		n += a.mask[i / 8] >> (7 - i % 8) & 1;
	assert_int_equal(n, bits);
}

static void test_parse__addresses(void **state)
{
	const __u8 zero[16] = { 0 }, high[16] = { 255, 255, 255, 255 }, ten[16] = { 10 };
	const __u8 doc[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	const __u8 one[16] = { [15] = 1 };

	(void)state;
	expect_addr("0.0.0.0/0", 4, zero, 0);
	expect_addr("255.255.255.255", 4, high, 32);
	expect_addr("10.255.255.255/8", 4, ten, 8);
	expect_addr("::/0", 6, zero, 0);
	expect_addr("::1", 6, one, 128);
	expect_addr("2001:db8::ffff/32", 6, doc, 32);
}

static void test_parse__a_mapped_address_is_parsed_as_ipv4(void **state)
{
	const __u8 some[16] = { 10, 0, 0, 1 }, net[16] = { 10 };
	const __u8 all[16] = { 0 };

	(void)state;
	expect_addr("::ffff:10.0.0.1", 4, some, 32);
	expect_addr("::ffff:10.0.0.1/104", 4, net, 8);
	expect_addr("::ffff:0:0/96", 4, all, 0);
	expect_addr("::ffff:0:0/64", 6, all, 64);
}

static void test_parse__bad_addresses(void **state)
{
	static const char *const texts[] = { "", "/", "/8", "1.2.3", "1.2.3.4.5", "256.0.0.1",
		"1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/8/8", "::1/129", "[::1]",
		"fe80::1%eth0", "localhost", " 1.2.3.4", "1.2.3.4:80", "\xff",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc" };
	struct filter_addr a = { .family = UNTOUCHED };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(parse_addr(texts[i], &a));
	assert_int_equal(a.family, UNTOUCHED);
}

static void test_parse__users(void **state)
{
	uint32_t uid = UNTOUCHED;

	(void)state;
	assert_false(parse_user("", &uid));
	assert_false(parse_user("-1", &uid));
	assert_false(parse_user("4294967295", &uid));	/* (uid_t)-1 is not a user */
	assert_false(parse_user("1x", &uid));
	assert_int_equal(uid, UNTOUCHED);
	assert_true(parse_user("root", &uid));
	assert_int_equal(uid, 0);
	assert_true(parse_user("1000", &uid));
	assert_int_equal(uid, 1000);
}

static void test_parse__bad_namespace_names(void **state)
{
	static const char *const texts[] = { "", ".", "..", "/", "../net", "a/b", "0", "-1",
		"4026531823", "4294967296", "no such namespace", "\xff\n" };
	char endless[5000];
	uint32_t inum = UNTOUCHED;

	(void)state;
	memset(endless, 'a', sizeof(endless));
	endless[sizeof(endless) - 1] = '\0';
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(parse_netns(texts[i], &inum), -ENOENT);
	assert_int_equal(parse_netns(endless, &inum), -ENOENT);
	assert_int_equal(inum, UNTOUCHED);
}

static void test_parse__a_duration(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = { { "30", 30000000000 }, { "30s", 30000000000 }, { "5m", 300000000000 },
		     { "1.5h", 5400000000000 }, { "1d", 86400000000000 }, { ".5", 500000000 },
		     { "5ms", 5000000 }, { "0.25us", 250 }, { "1.0000001us", 1000 } };
	static const char *const bad[] = { "", "s", "5w", "5M", "5 m", "5msx", "-5", "1.2.3h",
					   "99999999d", "0x5", "5mm" };
	uint64_t ns = 7;

	(void)state;
	for (unsigned i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(parse_duration(good[i].text, "s", 1000000000000000000u, &ns));
		assert_int_equal(ns, good[i].ns);
	}
	ns = 7;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(parse_duration(bad[i], "s", 1000000000000000000u, &ns));
	assert_int_equal(ns, 7);
	assert_true(parse_duration("200", "ms", 1000000000, &ns));
	assert_int_equal(ns, 200000000);
	assert_false(parse_duration("1.1", "s", 1000000000, &ns));
	assert_false(parse_duration("5", "fortnights", UINT64_MAX, &ns));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse__numbers_at_their_limits),
		cmocka_unit_test(test_parse__a_bad_number_does_not_change_the_result),
		cmocka_unit_test(test_parse__decimals),
		cmocka_unit_test(test_parse__bad_decimals),
		cmocka_unit_test(test_parse__sizes),
		cmocka_unit_test(test_parse__bad_sizes),
		cmocka_unit_test(test_parse__addresses),
		cmocka_unit_test(test_parse__a_mapped_address_is_parsed_as_ipv4),
		cmocka_unit_test(test_parse__bad_addresses),
		cmocka_unit_test(test_parse__users),
		cmocka_unit_test(test_parse__bad_namespace_names),
		cmocka_unit_test(test_parse__a_duration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
