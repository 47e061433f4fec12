/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "escape.h"

/* Checks how bytes are escaped, and how many of them fit. */
static void expect_terminal(const char *bytes, size_t len, size_t width, const char *text,
			    size_t taken)
{
	struct buf b = { 0 };

	assert_int_equal(escape_for_terminal(&b, bytes, len, width), taken);
	expect_text(&b, text);
	buf_release(&b);
}

static void expect_whole(const char *bytes, size_t len, const char *text)
{
	expect_terminal(bytes, len, ESCAPE_ANY_WIDTH, text, len);
}

static void test_escape__plain_words_are_kept(void **state)
{
	(void)state;
	expect_whole("nginx: worker \\x1b", 18, "nginx: worker \\x1b");
	expect_whole("", 0, "");
}

static void test_escape__utf8_is_kept(void **state)
{
	static const char word[] = "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d\xf4\x8f\xbf\xbf";

	(void)state;
	expect_whole(word, sizeof(word) - 1, word);
}

static void test_escape__control_characters_are_escaped(void **state)
{
	(void)state;
	expect_whole("\x1b[31m\n{", 7, "\\x1b[31m\\x0a{");
	expect_whole("\0\t\r\x7f", 4, "\\x00\\x09\\x0d\\x7f");
	expect_whole("\xc2\x9b" "31m", 5, "\\xc2\\x9b31m");
}

static void test_escape__characters_that_reorder_or_break_a_line_are_escaped(void **state)
{
	(void)state;
	expect_whole("a\xe2\x80\xae" "b", 5, "a\\xe2\\x80\\xaeb");
	expect_whole("\xe2\x81\xa6", 3, "\\xe2\\x81\\xa6");
	expect_whole("\xe2\x80\xa8", 3, "\\xe2\\x80\\xa8");
}

static void test_escape__invalid_utf8_is_escaped_byte_by_byte(void **state)
{
	static const char bytes[] = "\x80\xbf\xfe\xff\xc0\xc1\xf5\xf8\x80\xbf\xfe\xff\xc0\xc1\xf5";

	(void)state;
	expect_whole(bytes, 15, "\\x80\\xbf\\xfe\\xff\\xc0\\xc1\\xf5\\xf8\\x80\\xbf\\xfe\\xff"
		     "\\xc0\\xc1\\xf5");
}

static void test_escape__overlong_forms_and_surrogates_are_invalid(void **state)
{
	(void)state;
	expect_whole("\xc0\xaf", 2, "\\xc0\\xaf");
	expect_whole("\xe0\x80\xaf", 3, "\\xe0\\x80\\xaf");
	expect_whole("\xf0\x80\x80\xaf", 4, "\\xf0\\x80\\x80\\xaf");
	expect_whole("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");
	expect_whole("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80");
}

static void test_escape__a_character_cut_short_is_invalid(void **state)
{
	(void)state;
	expect_whole("a\xe2\x82", 3, "a\\xe2\\x82");
	expect_whole("\xf0\x9f\x90" "a", 4, "\\xf0\\x9f\\x90" "a");
	expect_whole("\xc3", 1, "\\xc3");
}

static void test_escape__it_stops_at_the_width(void **state)
{
	(void)state;
	expect_terminal("nginx", 5, 3, "ngi", 3);
	expect_terminal("nginx", 5, 5, "nginx", 5);
	expect_terminal("nginx", 5, 0, "", 0);
}

static void test_escape__an_escape_is_not_cut(void **state)
{
	(void)state;
	expect_terminal("ab\x1b" "c", 4, 5, "ab", 2);
	expect_terminal("ab\x1b" "c", 4, 6, "ab\\x1b", 3);
}

static void test_escape__a_character_is_one_column(void **state)
{
	(void)state;
	expect_terminal("\xc3\xa9\xc3\xa9\xc3\xa9", 6, 2, "\xc3\xa9\xc3\xa9", 4);
	expect_terminal("\xc2\x9b", 2, 7, "", 0);
}

static void test_escape__every_scalar_value_is_decoded(void **state)
{
	(void)state;
	for (uint32_t code = 0; code < 0x110000; code += code < 0x800 ? 1 : 257) {
		uint8_t p[4] = { (uint8_t)code };
		unsigned len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
		struct utf8_char c;

		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		for (unsigned i = len; i-- > 1;)
			p[i] = (uint8_t)(0x80 | (code >> 6 * (len - 1 - i) & 0x3f));
		if (len > 1)
			p[0] = (uint8_t)(0xf00 >> len | code >> 6 * (len - 1));
		c = escape_decode_utf8(p, len);
		assert_int_equal(c.len, len);
		assert_int_equal(c.code, code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape__plain_words_are_kept),
		cmocka_unit_test(test_escape__utf8_is_kept),
		cmocka_unit_test(test_escape__control_characters_are_escaped),
		cmocka_unit_test(test_escape__characters_that_reorder_or_break_a_line_are_escaped),
		cmocka_unit_test(test_escape__invalid_utf8_is_escaped_byte_by_byte),
		cmocka_unit_test(test_escape__overlong_forms_and_surrogates_are_invalid),
		cmocka_unit_test(test_escape__a_character_cut_short_is_invalid),
		cmocka_unit_test(test_escape__it_stops_at_the_width),
		cmocka_unit_test(test_escape__an_escape_is_not_cut),
		cmocka_unit_test(test_escape__a_character_is_one_column),
		cmocka_unit_test(test_escape__every_scalar_value_is_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
