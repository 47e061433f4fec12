/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <fnmatch.h>

#include "pattern.h"

static bool matches(const char *pattern, const char *text)
{
	return pattern_matches(pattern, strlen(pattern), text, strlen(text));
}

static void test_pattern__matches_as_a_shell_does(void **state)
{
	static const char *const patterns[] = {
		"", "nginx", "nginx*", "*", "**", "*x", "n*x", "n?inx", "?", "[a-n]*", "[!a-n]*",
		"ng[i]nx", "[]]*", "[!]]*", "a*a*a*b", "*[0-9]", "\\*", "\\?x", "*\\*",
		"kworker/[0-9]*", "[a", "x[", "a-b", "[a-]", "[-a]", "\\[a]", "*.*",
	};
	static const char *const texts[] = {
		"", "nginx", "nginx-1", "n", "x", "]", "]x", "a", "aaaaaaaaaaaaaaa", "aaaaaaaab",
		"*", "?x", "a*", "kworker/0:1", "kworker/x", "[a", "x[", "a-b", "-", "z9", "[a]",
		"a.b",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		for (size_t k = 0; k < sizeof(texts) / sizeof(*texts); k++)
			if (matches(patterns[i], texts[k]) != !fnmatch(patterns[i], texts[k], 0))
				fail_msg("'%s' with '%s': %d", patterns[i], texts[k],
					 matches(patterns[i], texts[k]));
}

static void test_pattern__bytes_are_no_characters(void **state)
{
	(void)state;
	assert_true(matches("a?b", "a\xff" "b"));
	assert_true(matches("[\x80-\xff]", "\xc3"));
	assert_false(matches("[!\x80-\xff]", "\xc3"));
	assert_true(pattern_matches("a*b", 3, "a\0b", 3));
	assert_true(pattern_matches("abc", 2, "ab", 2));
}

static void test_pattern__its_end_may_be_a_backslash(void **state)
{
	(void)state;
	assert_true(matches("a\\", "a\\"));
	assert_false(matches("a\\", "a"));
}

static void test_pattern__the_shortest_text(void **state)
{
	static const struct { const char *pattern; size_t min, first_two; bool wild; } rows[] = {
		{ "", 0, 0, false }, { "abc", 3, 2, false }, { "a*", 1, 2, true },
		{ "*?*[a-z]", 2, 2, true }, { "\\*\\?x", 3, 4, false }, { "[ab]c", 2, 5, true },
		{ "[ab", 3, 2, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *p = rows[i].pattern;

		assert_int_equal(pattern_min_len(p, strlen(p)), rows[i].min);
		assert_int_equal(pattern_prefix_len(p, strlen(p), 2), rows[i].first_two);
		assert_int_equal(pattern_has_wildcard(p, strlen(p)), rows[i].wild);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pattern__matches_as_a_shell_does),
		cmocka_unit_test(test_pattern__bytes_are_no_characters),
		cmocka_unit_test(test_pattern__its_end_may_be_a_backslash),
		cmocka_unit_test(test_pattern__the_shortest_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
