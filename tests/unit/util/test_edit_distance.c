/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "edit_distance.h"

static void test_edit_distance__counts_edits(void **state)
{
	static const struct { const char *a, *b; unsigned edits; } rows[] = {
		{ "", "", 0 }, { "", "abc", 3 }, { "reset", "reset", 0 }, { "reset", "rest", 1 },
		{ "fourway", "four-way", 1 }, { "lcose", "close", 1 }, { "kitten", "sitting", 3 },
		{ "abcd", "dcba", 3 }, { "ca", "abc", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(edit_distance(rows[i].a, rows[i].b), rows[i].edits);
		assert_int_equal(edit_distance(rows[i].b, rows[i].a), rows[i].edits);
	}
}

static void test_edit_distance__a_word_at_the_limit(void **state)
{
	char longest[EDIT_WORD_MAX + 2];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[EDIT_WORD_MAX] = '\0';
	assert_int_equal(edit_distance(longest, ""), EDIT_WORD_MAX);
	assert_int_equal(edit_distance(longest, longest), 0);
	longest[EDIT_WORD_MAX] = 'a';
	longest[EDIT_WORD_MAX + 1] = '\0';
	assert_int_equal(edit_distance(longest, longest), EDIT_WORD_MAX);
	assert_false(edit_is_near(longest, "reset"));
}

static void test_edit_distance__near_means_mistyped(void **state)
{
	(void)state;
	assert_true(edit_is_near("timeout", "timed-out"));
	assert_true(edit_is_near("tarce", "trace"));
	assert_false(edit_is_near("trace", "trace"));
	assert_false(edit_is_near("", "a"));
	assert_false(edit_is_near("foo", "who"));
	assert_false(edit_is_near("user", "peer"));
	assert_false(edit_is_near("\xff\xfe", "top"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edit_distance__counts_edits),
		cmocka_unit_test(test_edit_distance__a_word_at_the_limit),
		cmocka_unit_test(test_edit_distance__near_means_mistyped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
