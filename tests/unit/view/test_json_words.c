/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "json_words.h"

/* Expect the words of names.h, one number past the last included. */
static void expect_names(const struct json_word *words, size_t n, const char *(*name)(unsigned v))
{
	for (unsigned v = 0; v <= n; v++) {
		struct buf got = { 0 }, want = { 0 };
		struct json j;

		json_init(&j, &got);
		json_begin_array(&j);
		json_add_word(&j, words, n, v);
		json_end_array(&j);
		buf_str(&want, "[\"");
		buf_str(&want, name(v));
		buf_str(&want, "\"]");
		buf_char(&want, '\0');
		expect_text(&got, want.data);
		buf_release(&got);
		buf_release(&want);
	}
}

static void test_json_words__are_those_of_the_text(void **state)
{
	(void)state;
	expect_names(json_initiators, COUNT(json_initiators), initiator_name);
	expect_names(json_endings, COUNT(json_endings), ending_name);
	expect_names(json_classes, COUNT(json_classes), class_name);
	expect_names(json_triggers, COUNT(json_triggers), trigger_name);
	expect_names(json_blames, COUNT(json_blames), blame_name);
	expect_names(json_effects, COUNT(json_effects), effect_name);
	expect_names(json_states, COUNT(json_states), state_name);
}

static void test_json_words__a_key_that_is_not_selected_has_no_word(void **state)
{
	struct json_select select = { .nr = 0 };
	struct buf b = { 0 };
	struct json j;

	(void)state;
	assert_true(json_select_add(&select, "class"));
	json_init(&j, &b);
	json_begin_object(&j);
	json_select_keys(&j, &select);
	json_kv_word(&j, "ending", json_endings, ENDING_FOUR_WAY);
	json_kv_word(&j, "class", json_classes, CLASS_CLEAN);
	json_end_object(&j);
	expect_text(&b, "{\"class\":\"clean\"}");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_words__are_those_of_the_text),
		cmocka_unit_test(test_json_words__a_key_that_is_not_selected_has_no_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
