/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "html.h"

static void expect_html(const void *bytes, size_t len, const char *want)
{
	struct buf b = { 0 };

	html_text(&b, bytes, len);
	buf_char(&b, '\0');
	assert_false(b.failed);
	assert_string_equal(b.data, want);
	buf_release(&b);
}

#define EXPECT(text, want) expect_html(text, sizeof(text) - 1, want)

static void test_html__markup_becomes_text(void **state)
{
	(void)state;
	EXPECT("</script><img onerror=x>", "&lt;/script&gt;&lt;img onerror=x&gt;");
	EXPECT("\" ' & &amp;", "&quot; &#39; &amp; &amp;amp;");
}

static void test_html__bytes_that_are_no_text_are_shown(void **state)
{
	(void)state;
	EXPECT("a\x1b[31m\n", "a\\x1b[31m\\x0a");
	EXPECT("\xff\xc3\xa9", "\\xff\xc3\xa9");
	EXPECT("\xe2\x80\xae", "\\xe2\\x80\\xae");	/* reorders what follows */
	EXPECT("a\0b", "a\\x00b");
}

static void test_html__every_byte_is_harmless(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		uint8_t byte = (uint8_t)c;
		struct buf b = { 0 };

		html_text(&b, &byte, 1);
		assert_true(b.len > 0);
		assert_null(memchr(b.data, '<', b.len));
		assert_null(memchr(b.data, '>', b.len));
		assert_null(memchr(b.data, '"', b.len));
		assert_null(memchr(b.data, '\'', b.len));
		for (size_t i = 0; i < b.len; i++)
			assert_true((uint8_t)b.data[i] >= ' ' && (uint8_t)b.data[i] < 127);
		buf_release(&b);
	}
}

static void test_html__text_is_taken_from_its_buffer(void **state)
{
	struct buf text = { 0 }, b = { 0 };

	(void)state;
	buf_str(&text, "a<b");
	html_take(&b, &text);
	assert_int_equal(text.len, 0);
	assert_int_equal(b.len, strlen("a&lt;b"));
	buf_release(&text);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html__markup_becomes_text),
		cmocka_unit_test(test_html__bytes_that_are_no_text_are_shown),
		cmocka_unit_test(test_html__every_byte_is_harmless),
		cmocka_unit_test(test_html__text_is_taken_from_its_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
