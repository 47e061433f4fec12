/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <stdio.h>

#include "json_writer.h"

/* Write an object with the keys of the paths, and compare it. */
static void expect_selected(const struct json_select *s, const char *text)
{
	struct buf b = { 0 };
	struct json j;

	json_init(&j, &b);
	json_begin_object(&j);
	json_kv_str(&j, "kind", "close");
	json_select_keys(&j, s);
	json_kv_u64(&j, "time", 1);
	if (json_kv_object(&j, "trigger")) {
		json_kv_u64(&j, "pid", 2);
		json_kv_null(&j, "comm");
		if (json_kv_array(&j, "stack")) {
			for (unsigned i = 0; i < 2; i++) {
				json_begin_object(&j);
				json_kv_u64(&j, "offset", i);
				json_kv_bool(&j, "known", true);
				json_end_object(&j);
			}
			json_end_array(&j);
		}
		json_end_object(&j);
	}
	if (json_kv_array(&j, "states")) {
		json_u64(&j, 3);
		json_u64(&j, 4);
		json_end_array(&j);
	}
	json_kv_u64(&j, "pid", 5);
	json_end_object(&j);
	expect_text(&b, text);
	buf_release(&b);
}

static void test_json_select__without_it_everything_is_written(void **state)
{
	(void)state;
	expect_selected(NULL, "{\"kind\":\"close\",\"time\":1,\"trigger\":{\"pid\":2,\"comm\":null,"
			"\"stack\":[{\"offset\":0,\"known\":true},{\"offset\":1,\"known\":true}]},"
			"\"states\":[3,4],\"pid\":5}");
}

static void test_json_select__the_order_is_that_of_the_object(void **state)
{
	struct json_select s = { .nr = 0 };

	(void)state;
	assert_true(json_select_add(&s, "pid"));
	assert_true(json_select_add(&s, "states"));
	assert_true(json_select_add(&s, "time"));
	expect_selected(&s, "{\"kind\":\"close\",\"time\":1,\"states\":[3,4],\"pid\":5}");
}

static void test_json_select__a_nested_key_is_not_that_of_the_object(void **state)
{
	struct json_select s = { .nr = 0 };

	(void)state;
	assert_true(json_select_add(&s, "trigger.pid"));
	expect_selected(&s, "{\"kind\":\"close\",\"trigger\":{\"pid\":2}}");
}

static void test_json_select__a_key_in_the_items_of_an_array(void **state)
{
	struct json_select s = { .nr = 0 };

	(void)state;
	assert_true(json_select_add(&s, "trigger.stack.offset"));
	expect_selected(&s, "{\"kind\":\"close\","
			"\"trigger\":{\"stack\":[{\"offset\":0},{\"offset\":1}]}}");
}

static void test_json_select__an_object_is_whole_whatever_is_named_in_it(void **state)
{
	static const char *const orders[][2] = { { "trigger", "trigger.pid" },
						 { "trigger.pid", "trigger" } };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct json_select s = { .nr = 0 };

		assert_true(json_select_add(&s, orders[i][0]));
		assert_true(json_select_add(&s, orders[i][1]));
		expect_selected(&s, "{\"kind\":\"close\",\"trigger\":{\"pid\":2,\"comm\":null,"
				"\"stack\":[{\"offset\":0,\"known\":true},"
				"{\"offset\":1,\"known\":true}]}}");
	}
}

static void test_json_select__a_key_that_no_object_has_selects_nothing(void **state)
{
	struct json_select s = { .nr = 0 };

	(void)state;
	assert_true(json_select_add(&s, "kind"));
	expect_selected(&s, "{\"kind\":\"close\"}");
}

static void test_json_select__its_room_is_limited(void **state)
{
	struct json_select s = { .nr = 0 };
	char words[JSON_SELECT_MAX + 1][8];

	(void)state;
	for (unsigned i = 0; i <= JSON_SELECT_MAX; i++) {
		snprintf(words[i], sizeof(words[i]), "k%u", i);
		assert_int_equal(json_select_add(&s, words[i]), i < JSON_SELECT_MAX);
	}
	for (unsigned i = 0; i < JSON_SELECT_MAX; i++)
		assert_int_equal(json_select_find(&s, 0, words[i], strlen(words[i])),
				 JSON_SELECT_ALL);
	assert_int_equal(json_select_find(&s, 0, "k", 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_select__without_it_everything_is_written),
		cmocka_unit_test(test_json_select__the_order_is_that_of_the_object),
		cmocka_unit_test(test_json_select__a_nested_key_is_not_that_of_the_object),
		cmocka_unit_test(test_json_select__a_key_in_the_items_of_an_array),
		cmocka_unit_test(test_json_select__an_object_is_whole_whatever_is_named_in_it),
		cmocka_unit_test(test_json_select__a_key_that_no_object_has_selects_nothing),
		cmocka_unit_test(test_json_select__its_room_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
