/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

static void test_buf__additions_follow_each_other(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_str(&b, "a");
	buf_char(&b, 'b');
	buf_add(&b, "cde", 2);
	expect_text(&b, "abcd");
	buf_release(&b);
}

static void test_buf__adding_nothing_is_harmless(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add(&b, NULL, 0);
	buf_str(&b, "");
	buf_pad(&b, 0, 0);
	buf_pad_before(&b, 0, 0);
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

static void test_buf__unsigned_numbers_have_all_their_digits(void **state)
{
	const struct { uint64_t v; const char *text; } rows[] = {
		{ 0, "0" }, { 9, "9" }, { 10, "10" }, { 99, "99" }, { 100, "100" },
		{ 999, "999" }, { 1000, "1000" }, { 9999, "9999" }, { 10000, "10000" },
		{ 1234567, "1234567" }, { 99999999, "99999999" }, { 100000000, "100000000" },
		{ 10203040506, "10203040506" }, { 9999999999999999, "9999999999999999" },
		{ 10000000000000000, "10000000000000000" }, { UINT64_MAX, "18446744073709551615" },
	};
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_u64(&b, rows[i].v);
		expect_text(&b, rows[i].text);
	}
	buf_release(&b);
}

static void test_buf__signed_numbers_reach_both_extremes(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_i64(&b, INT64_MIN);
	expect_text(&b, "-9223372036854775808");
	buf_i64(&b, INT64_MAX);
	expect_text(&b, "9223372036854775807");
	buf_i64(&b, -1);
	expect_text(&b, "-1");
	buf_release(&b);
}

static void test_buf__numbers_have_the_requested_digits(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_digits(&b, 7, 3);
	expect_text(&b, "007");
	buf_digits(&b, 12345, 3);
	expect_text(&b, "345");
	buf_digits(&b, 1, 99);
	expect_text(&b, "00000000000000000001");
	buf_release(&b);
}

static void test_buf__padding_counts_characters_not_bytes(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_str(&b, "|");
	buf_str(&b, "h\xc3\xa9");
	buf_pad(&b, 1, 4);
	buf_char(&b, '|');
	expect_text(&b, "|h\xc3\xa9  |");
	buf_release(&b);
}

static void test_buf__padding_before_moves_the_text(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_str(&b, "x ");
	buf_str(&b, "12.41");
	buf_pad_before(&b, 2, 8);
	expect_text(&b, "x    12.41");
	buf_release(&b);
}

static void test_buf__a_text_that_is_too_wide_is_kept(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_str(&b, "four-way");
	buf_pad(&b, 0, 3);
	buf_pad_before(&b, 0, 3);
	expect_text(&b, "four-way");
	buf_release(&b);
}

static void test_buf__reaching_the_cap_fails_and_keeps_the_content(void **state)
{
	static char block[BUF_MAX / 4];
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		buf_add(&b, block, sizeof(block));
	assert_false(b.failed);
	assert_int_equal(b.len, BUF_MAX);
	buf_char(&b, 'x');
	assert_true(b.failed);
	assert_int_equal(b.len, BUF_MAX);
	buf_release(&b);
}

static void test_buf__a_hostile_length_fails(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_char(&b, 'x');
	assert_null(buf_room(&b, SIZE_MAX));
	assert_true(b.failed);
	buf_pad(&b, 0, SIZE_MAX);
	buf_pad_before(&b, 0, SIZE_MAX);
	assert_int_equal(b.len, 1);
	buf_release(&b);
}

static void test_buf__after_a_failure_nothing_is_added_until_reset(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_null(buf_room(&b, BUF_MAX + 1));
	buf_str(&b, "lost");
	assert_int_equal(b.len, 0);
	buf_reset(&b);
	buf_str(&b, "kept");
	expect_text(&b, "kept");
	buf_release(&b);
}

static void test_buf__a_released_buffer_is_as_new(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_str(&b, "x");
	buf_release(&b);
	assert_null(b.data);
	assert_int_equal(b.cap, 0);
	buf_str(&b, "y");
	expect_text(&b, "y");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf__additions_follow_each_other),
		cmocka_unit_test(test_buf__adding_nothing_is_harmless),
		cmocka_unit_test(test_buf__unsigned_numbers_have_all_their_digits),
		cmocka_unit_test(test_buf__signed_numbers_reach_both_extremes),
		cmocka_unit_test(test_buf__numbers_have_the_requested_digits),
		cmocka_unit_test(test_buf__padding_counts_characters_not_bytes),
		cmocka_unit_test(test_buf__padding_before_moves_the_text),
		cmocka_unit_test(test_buf__a_text_that_is_too_wide_is_kept),
		cmocka_unit_test(test_buf__reaching_the_cap_fails_and_keeps_the_content),
		cmocka_unit_test(test_buf__a_hostile_length_fails),
		cmocka_unit_test(test_buf__after_a_failure_nothing_is_added_until_reset),
		cmocka_unit_test(test_buf__a_released_buffer_is_as_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
