/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "perf_map.h"
#include "unit.h"

static struct perf_map make_map(const char *text)
{
	struct perf_map m = { 0 };

	perf_map_add(&m, text, strlen(text));
	assert_false(m.failed);
	return m;
}

/* Checks which name an address has, and its offset; NULL: none. */
static void expect_name(struct perf_map *m, uint64_t address, const char *name, uint64_t offset)
{
	uint64_t got = 0;
	const char *found = perf_map_find(m, address, &got);

	if (!name) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_string_equal(found, name);
	assert_int_equal(got, offset);
}

static void expect_only_name(const char *text, uint64_t address, const char *name)
{
	struct perf_map m = make_map(text);
	uint64_t offset;
	const char *found = perf_map_find(&m, address, &offset);

	if (name) {
		assert_int_equal(m.nr, 1);
		assert_non_null(found);
		assert_string_equal(found, name);
	} else {
		assert_int_equal(m.nr, 0);
		assert_null(found);
	}
	perf_map_release(&m);
}

static void test_perf_map__an_address_is_within_the_size(void **state)
{
	struct perf_map m = make_map("7f0100 20 f\n7f0140 10 g\n");

	(void)state;
	expect_name(&m, 0x7f00ff, NULL, 0);
	expect_name(&m, 0x7f0100, "f", 0);
	expect_name(&m, 0x7f011f, "f", 0x1f);
	expect_name(&m, 0x7f0120, NULL, 0);
	expect_name(&m, 0x7f0145, "g", 5);
	expect_name(&m, 0x7f0150, NULL, 0);
	expect_name(&m, UINT64_MAX, NULL, 0);
	perf_map_release(&m);
	expect_name(&m, 0x7f0100, NULL, 0);
}

static void test_perf_map__the_forms_of_node_java_and_others(void **state)
{
	(void)state;
	expect_only_name("7f06f8062000 378 JS:~onIdleTimer /srv/app.js:4:90\n", 0x7f06f8062000,
			 "JS:~onIdleTimer /srv/app.js:4:90");
	expect_only_name("0x00007f6adcec7180 0x0000000000000038 void T.main(java.lang.String[])\n",
			 0x7f6adcec7180, "void T.main(java.lang.String[])");
	expect_only_name("0X7F6A 0XfF A\n", 0x7f6a, "A");
	expect_only_name(" \t7f6a\t10  two  blanks \n", 0x7f6a, "two  blanks ");
	expect_only_name("7f6a 10 f\r\n", 0x7f6a, "f");
	expect_only_name("ffffffffffffffff 0 f\n7f6a 10 \xe2\x82\xac\n", 0x7f6a, "\xe2\x82\xac");
	expect_only_name("0 1 first\n", 0, "first");
}

static void test_perf_map__what_is_malformed_is_skipped(void **state)
{
	static const char *const lines[] = {
		"", "7f6a", "7f6a ", "7f6a 10", "7f6a 10 ", "7f6a 10 \r", "7f6a  f", "7f6a 10f\n",
		"0x 10 f", "x7f6a 10 f", "-7f6a 10 f", "7f6a -10 f", "7f6a 0 f", "7f6a 0x f",
		"7f6a 100000000 f", "ffffffffffffffff 1 f", "00000000000007f6a 10 f", "7f6a,10,f",
		"\r", "# 7f6a 10 f", "\x1b[31m 10 f", "0x0x7f6a 10 f",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s\n", lines[i]);
		expect_only_name(text, 0x7f6a, NULL);
	}
}

static void test_perf_map__a_line_counts_when_its_newline_has_come(void **state)
{
	struct perf_map m = make_map("100 10 releaseConn");

	(void)state;
	expect_name(&m, 0x100, NULL, 0);
	perf_map_add(&m, "ection", 6);
	expect_name(&m, 0x100, NULL, 0);
	perf_map_add(&m, "\n200 10 g\n3", 11);
	expect_name(&m, 0x100, "releaseConnection", 0);
	expect_name(&m, 0x200, "g", 0);
	perf_map_add(&m, "00 10 h\n", 8);
	expect_name(&m, 0x300, "h", 0);
	perf_map_release(&m);
}

static void test_perf_map__the_last_line_that_covers_an_address_names_it(void **state)
{
	struct perf_map m = make_map("200 100 old\n280 100 new\n2c0 10 inner\n100 50 before\n"
				     "200 10 again\n");

	(void)state;
	expect_name(&m, 0x120, "before", 0x20);
	expect_name(&m, 0x20f, "again", 0xf);
	expect_name(&m, 0x210, "old", 0x10);
	expect_name(&m, 0x27f, "old", 0x7f);
	expect_name(&m, 0x280, "new", 0);
	expect_name(&m, 0x2c8, "inner", 8);
	expect_name(&m, 0x2d0, "new", 0x50);
	expect_name(&m, 0x380, NULL, 0);
	perf_map_release(&m);
}

/* As many lines as have an index; each function is compiled again at an overlapping place. */
static void test_perf_map__the_index_gives_the_same_names(void **state)
{
	struct perf_map m = { 0 };
	char line[64], name[32];

	(void)state;
	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 4000; i--;) {
			snprintf(line, sizeof(line), "%x 18 f%u-%u\n", 0x1000 + 0x10 * i + 4 * pass,
				 i, pass);
			perf_map_add(&m, line, strlen(line));
		}
		expect_name(&m, 0x1000, "f0-0", 0);
		assert_int_equal(m.indexed, m.nr);
	}
	for (unsigned i = 0; i < 3999; i++) {
		snprintf(name, sizeof(name), "f%u-1", i);
		expect_name(&m, 0x100c + 0x10 * i, name, 8);
		expect_name(&m, 0x101b + 0x10 * i, name, 0x17);
	}
	perf_map_add(&m, "2000 4 late\n", 12);
	expect_name(&m, 0x2003, "late", 3);
	expect_name(&m, 0x2004, "f255-1", 0x10);
	perf_map_release(&m);
}

static void test_perf_map__names_are_text_of_a_bounded_length(void **state)
{
	char text[1200], want[PERF_MAP_NAME_MAX + 1];
	struct perf_map m = { 0 };

	(void)state;
	perf_map_add(&m, "100 10 a\0b\n", 11);
	expect_name(&m, 0x100, "a?b", 0);
	snprintf(text, sizeof(text), "200 10 %0*d\n", PERF_MAP_NAME_MAX, 7);
	perf_map_add(&m, text, strlen(text));
	snprintf(want, sizeof(want), "%0*d", PERF_MAP_NAME_MAX, 7);
	expect_name(&m, 0x200, want, 0);
	snprintf(text, sizeof(text), "300 10 %01000d\n400 10 next\n", 7);
	perf_map_add(&m, text, strlen(text));
	snprintf(want, sizeof(want), "%0*d...", PERF_MAP_NAME_MAX - 3, 0);
	expect_name(&m, 0x300, want, 0);
	expect_name(&m, 0x400, "next", 0);
	/* 250 bytes, then characters of three bytes: the 253rd byte is within one */
	snprintf(text, sizeof(text), "500 10 %0250d%s%s%s%s\n", 0, "\xe2\x82\xac", "\xe2\x82\xac",
		 "\xe2\x82\xac", "\xe2\x82\xac");
	perf_map_add(&m, text, strlen(text));
	snprintf(want, sizeof(want), "%0250d\xe2\x82\xac...", 0);
	expect_name(&m, 0x500, want, 0);
	/* so many blanks that the end of the name is not kept */
	snprintf(text, sizeof(text), "600 10 %300sname-that-is-cut-off-somewhere\n", "");
	perf_map_add(&m, text, strlen(text));
	expect_name(&m, 0x600, NULL, 0);
	perf_map_release(&m);
}

static void test_perf_map__too_many_lines_are_a_failure(void **state)
{
	static const char line[] = "7f0000000000 10 f\n";
	struct perf_map m = { 0 };

	(void)state;
	for (unsigned i = 0; i < PERF_MAP_LINES_MAX; i++)
		perf_map_add(&m, line, strlen(line));
	assert_false(m.failed);
	assert_int_equal(m.nr, PERF_MAP_LINES_MAX);
	perf_map_add(&m, line, strlen(line));
	assert_true(m.failed);
	assert_true(perf_map_bytes(&m) < 64u << 20);
	perf_map_release(&m);
	assert_int_equal(perf_map_bytes(&m), 0);
}

static void test_perf_map__too_much_text_is_a_failure(void **state)
{
	char line[PERF_MAP_NAME_MAX + 32];
	struct perf_map m = { 0 };

	(void)state;
	snprintf(line, sizeof(line), "7f0000000000 10 %0*d\n", PERF_MAP_NAME_MAX, 7);
	for (unsigned i = 0; i < PERF_MAP_NAMES_MAX / PERF_MAP_NAME_MAX; i++)
		perf_map_add(&m, line, strlen(line));
	assert_true(m.failed);
	assert_true(perf_map_bytes(&m) <= PERF_MAP_NAMES_MAX + (8u << 20));
	perf_map_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_perf_map__an_address_is_within_the_size),
		cmocka_unit_test(test_perf_map__the_forms_of_node_java_and_others),
		cmocka_unit_test(test_perf_map__what_is_malformed_is_skipped),
		cmocka_unit_test(test_perf_map__a_line_counts_when_its_newline_has_come),
		cmocka_unit_test(test_perf_map__the_last_line_that_covers_an_address_names_it),
		cmocka_unit_test(test_perf_map__the_index_gives_the_same_names),
		cmocka_unit_test(test_perf_map__names_are_text_of_a_bounded_length),
		cmocka_unit_test(test_perf_map__too_many_lines_are_a_failure),
		cmocka_unit_test(test_perf_map__too_much_text_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
