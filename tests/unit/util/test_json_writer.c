/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "json_writer.h"

static void expect_bytes(const char *bytes, size_t len, const char *text)
{
	struct buf b = { 0 };
	struct json j;

	json_init(&j, &b);
	json_begin_array(&j);
	json_bytes(&j, bytes, len);
	json_end_array(&j);
	expect_text(&b, text);
	buf_release(&b);
}

static void test_json_writer__an_object_of_all_kinds(void **state)
{
	struct buf b = { 0 };
	struct json j;

	(void)state;
	json_init(&j, &b);
	json_begin_object(&j);
	json_kv_str(&j, "kind", "close");
	json_kv_u64(&j, "pid", 25063);
	json_kv_i64(&j, "ret", -9);
	json_kv_bool(&j, "exact", true);
	json_kv_bool(&j, "partial", false);
	json_kv_null(&j, "reason");
	json_kv_bytes(&j, "comm", "a\"b", 3);
	json_end_object(&j);
	expect_text(&b, "{\"kind\":\"close\",\"pid\":25063,\"ret\":-9,\"exact\":true,"
		    "\"partial\":false,\"reason\":null,\"comm\":\"a\\\"b\"}");
	buf_release(&b);
}

static void test_json_writer__commas_in_nested_arrays_and_objects(void **state)
{
	struct buf b = { 0 };
	struct json j;

	(void)state;
	json_init(&j, &b);
	json_begin_object(&j);
	assert_true(json_kv_array(&j, "a"));
	json_begin_object(&j);
	json_end_object(&j);
	json_begin_array(&j);
	json_u64(&j, 1);
	json_u64(&j, 2);
	json_end_array(&j);
	json_str(&j, "x");
	json_end_array(&j);
	assert_true(json_kv_object(&j, "o"));
	json_end_object(&j);
	assert_true(json_key(&j, "n"));
	json_null(&j);
	json_end_object(&j);
	expect_text(&b, "{\"a\":[{},[1,2],\"x\"],\"o\":{},\"n\":null}");
	buf_release(&b);
}

static void test_json_writer__a_comma_that_ends_a_text_is_kept(void **state)
{
	struct buf b = { 0 };
	struct json j;

	(void)state;
	json_init(&j, &b);
	json_begin_array(&j);
	json_begin_array(&j);
	json_bytes(&j, ",", 1);
	json_end_array(&j);
	json_str(&j, "a,");
	json_end_array(&j);
	expect_text(&b, "[[\",\"],\"a,\"]");
	buf_release(&b);
}

static void test_json_writer__a_null_string_is_null(void **state)
{
	struct buf b = { 0 };
	struct json j;

	(void)state;
	json_init(&j, &b);
	json_begin_array(&j);
	json_str(&j, NULL);
	json_end_array(&j);
	expect_text(&b, "[null]");
	buf_release(&b);
}

static void test_json_writer__a_string_can_be_written_piece_by_piece(void **state)
{
	struct buf b = { 0 };
	struct json j;

	(void)state;
	json_init(&j, &b);
	json_begin_array(&j);
	json_begin_str(&j);
	buf_str(&b, "10.0.0.1");
	json_end_str(&j);
	json_begin_str(&j);
	json_end_str(&j);
	json_end_array(&j);
	expect_text(&b, "[\"10.0.0.1\",\"\"]");
	buf_release(&b);
}

static void test_json_writer__the_previous_content_of_the_buffer_is_kept(void **state)
{
	struct buf b = { 0 };
	struct json j;

	(void)state;
	buf_str(&b, "{}\n");
	json_init(&j, &b);
	json_begin_object(&j);
	json_end_object(&j);
	expect_text(&b, "{}\n{}");
	buf_release(&b);
}

static void test_json_writer__the_largest_integer_of_the_contract(void **state)
{
	struct buf b = { 0 };
	struct json j;

	(void)state;
	json_init(&j, &b);
	json_begin_array(&j);
	json_u64(&j, (1ull << 53) - 1);
	json_i64(&j, -((1ll << 53) - 1));
	json_end_array(&j);
	expect_text(&b, "[9007199254740991,-9007199254740991]");
	buf_release(&b);
}

static void test_json_writer__control_characters_are_escaped(void **state)
{
	(void)state;
	expect_bytes("\x1b[31m\n{", 7, "[\"\\u001b[31m\\u000a{\"]");
	expect_bytes("\0\x1f\x7f", 3, "[\"\\u0000\\u001f\\u007f\"]");
	expect_bytes("\xc2\x80\xc2\x9f", 4, "[\"\\u0080\\u009f\"]");
}

static void test_json_writer__quotes_and_backslashes_are_escaped(void **state)
{
	(void)state;
	expect_bytes("\"\\\"", 3, "[\"\\\"\\\\\\\"\"]");
	expect_bytes("a/b", 3, "[\"a/b\"]");
}

static void test_json_writer__utf8_is_kept(void **state)
{
	static const char word[] = "h\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d!";

	(void)state;
	expect_bytes(word, sizeof(word) - 1, "[\"h\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d!\"]");
}

static void test_json_writer__invalid_bytes_become_text(void **state)
{
	static const char bytes[] = "\x80\xbf\xfe\xff\xc0\xc1\xf5\xf8\x80\xbf\xfe\xff\xc0\xc1\xf5";

	(void)state;
	expect_bytes(bytes, 15, "[\"\\\\x80\\\\xbf\\\\xfe\\\\xff\\\\xc0\\\\xc1\\\\xf5\\\\xf8"
		     "\\\\x80\\\\xbf\\\\xfe\\\\xff\\\\xc0\\\\xc1\\\\xf5\"]");
	expect_bytes("a\xc0\xaf" "b", 4, "[\"a\\\\xc0\\\\xafb\"]");
	expect_bytes("ab\xe2\x82", 4, "[\"ab\\\\xe2\\\\x82\"]");
}

static void test_json_writer__every_byte_alone_gives_printable_output(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (unsigned v = 0; v < 256; v++) {
		const uint8_t byte = (uint8_t)v;
		struct json j;

		json_init(&j, &b);
		json_begin_array(&j);
		json_bytes(&j, &byte, 1);
		for (size_t i = 0; i < b.len; i++)
			assert_in_range(b.data[i], 0x20, 0x7e);
		buf_reset(&b);
	}
	buf_release(&b);
}

/* Append the inner text of the JSON string of some bytes. */
static void add_inner(struct buf *b, const char *bytes, size_t len)
{
	struct buf one = { 0 };
	struct json j;

	json_init(&j, &one);
	json_begin_array(&j);
	json_bytes(&j, bytes, len);
	json_end_array(&j);
	buf_add(b, one.data + 2, one.len - 4);
	buf_release(&one);
}

/* Eight bytes at a time are looked at: an odd one is found wherever it is. */
static void test_json_writer__a_byte_is_escaped_at_every_place(void **state)
{
	static const char plain[] = "a ~[]!#aaaaaaaaaa";
	const size_t len = sizeof(plain) - 1;

	(void)state;
	for (unsigned v = 0; v < 256; v++) {
		for (size_t at = 0; at < len; at++) {
			struct buf got = { 0 }, want = { 0 };
			char bytes[sizeof(plain)];

			memcpy(bytes, plain, sizeof(plain));
			bytes[at] = (char)v;
			add_inner(&got, bytes, len);
			buf_add(&want, plain, at);
			add_inner(&want, bytes + at, 1);
			buf_add(&want, plain + at + 1, len - at - 1);
			assert_int_equal(got.len, want.len);
			assert_memory_equal(got.data, want.data, want.len);
			buf_release(&got);
			buf_release(&want);
		}
	}
}

static void test_json_writer__no_bytes_are_an_empty_string(void **state)
{
	(void)state;
	expect_bytes(NULL, 0, "[\"\"]");
}

static void test_json_writer__sixteen_levels_fit_and_no_more(void **state)
{
	struct buf b = { 0 };
	struct json j;

	(void)state;
	json_init(&j, &b);
	for (int i = 0; i < JSON_DEPTH; i++)
		json_begin_array(&j);
	json_u64(&j, 1);
	for (int i = 0; i < JSON_DEPTH; i++)
		json_end_array(&j);
	expect_text(&b, "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]");

	json_init(&j, &b);
	for (int i = 0; i <= JSON_DEPTH; i++)
		json_begin_array(&j);
	assert_true(b.failed);
	buf_release(&b);
}

static void test_json_writer__an_end_too_many_fails(void **state)
{
	struct buf b = { 0 };
	struct json j;

	(void)state;
	json_init(&j, &b);
	json_end_object(&j);
	assert_true(b.failed);
	buf_release(&b);
}

static void test_json_writer__seconds_are_exact(void **state)
{
	struct buf b = { 0 };
	struct json j;

	(void)state;
	json_init(&j, &b);
	json_begin_array(&j);
	json_seconds(&j, 0);
	json_seconds(&j, 1);
	json_seconds(&j, 2552000);
	json_seconds(&j, 60000000000ULL);
	json_seconds(&j, 1100000000);
	json_seconds(&j, UINT64_MAX);
	json_end_array(&j);
	expect_text(&b, "[0,0.000000001,0.002552,60,1.1,18446744073.709551615]");
	buf_release(&b);
}

static void test_json_writer__raw_values_are_separated_as_others(void **state)
{
	struct buf b = { 0 }, list = { 0 };
	struct json j;

	(void)state;
	buf_str(&list, "[1,2]");
	json_init(&j, &b);
	json_begin_object(&j);
	if (json_key(&j, "a"))
		json_raw(&j, &list);
	json_kv_u64(&j, "b", 3);
	json_end_object(&j);
	expect_text(&b, "{\"a\":[1,2],\"b\":3}");
	list.failed = true;
	json_raw(&j, &list);
	assert_true(b.failed);
	buf_release(&b);
	buf_release(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_writer__an_object_of_all_kinds),
		cmocka_unit_test(test_json_writer__seconds_are_exact),
		cmocka_unit_test(test_json_writer__raw_values_are_separated_as_others),
		cmocka_unit_test(test_json_writer__commas_in_nested_arrays_and_objects),
		cmocka_unit_test(test_json_writer__a_comma_that_ends_a_text_is_kept),
		cmocka_unit_test(test_json_writer__a_null_string_is_null),
		cmocka_unit_test(test_json_writer__a_string_can_be_written_piece_by_piece),
		cmocka_unit_test(test_json_writer__the_previous_content_of_the_buffer_is_kept),
		cmocka_unit_test(test_json_writer__the_largest_integer_of_the_contract),
		cmocka_unit_test(test_json_writer__control_characters_are_escaped),
		cmocka_unit_test(test_json_writer__quotes_and_backslashes_are_escaped),
		cmocka_unit_test(test_json_writer__utf8_is_kept),
		cmocka_unit_test(test_json_writer__invalid_bytes_become_text),
		cmocka_unit_test(test_json_writer__every_byte_alone_gives_printable_output),
		cmocka_unit_test(test_json_writer__a_byte_is_escaped_at_every_place),
		cmocka_unit_test(test_json_writer__no_bytes_are_an_empty_string),
		cmocka_unit_test(test_json_writer__sixteen_levels_fit_and_no_more),
		cmocka_unit_test(test_json_writer__an_end_too_many_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
