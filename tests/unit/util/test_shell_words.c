/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <wordexp.h>

#include "shell_words.h"

static void test_shell_words__splits_as_a_shell_does(void **state)
{
	static const char *const texts[] = {
		"", "  ", "a", " a  b\tc ", "-c 'my prog' -w", "\"a b\"c'd e'", "''", "a '' b",
		"\\ a", "a\\'b", "\"a\\\"b\"", "\"a\\\\b\"", "'a\\b'", "\"a\\b\"", "a\\\\",
		"--x='1 2'",
		"'\"' \"'\"",
	};
	struct shell_words w;
	wordexp_t shell;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(wordexp(texts[i], &shell, WRDE_NOCMD), 0);
		assert_int_equal(shell_words_split(&w, texts[i]), 0);
		assert_int_equal(w.n, shell.we_wordc);
		for (unsigned k = 0; k < w.n; k++)
			assert_string_equal(w.word[k], shell.we_wordv[k]);
		assert_null(w.word[w.n]);
		shell_words_release(&w);
		wordfree(&shell);
	}
}

static void test_shell_words__nothing_is_expanded(void **state)
{
	struct shell_words w;

	(void)state;
	assert_int_equal(shell_words_split(&w, "$HOME * ~ `id` \"$x\" a;b"), 0);
	assert_int_equal(w.n, 6);
	assert_string_equal(w.word[0], "$HOME");
	assert_string_equal(w.word[1], "*");
	assert_string_equal(w.word[3], "`id`");
	assert_string_equal(w.word[4], "$x");
	shell_words_release(&w);
}

static void test_shell_words__an_open_quote_is_an_error(void **state)
{
	static const char *const texts[] = { "'", "a \"b", "a'b c", "\"\\\"", "a\\", "'a\\'b'" };
	struct shell_words w;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(shell_words_split(&w, texts[i]), -EINVAL);
		shell_words_release(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shell_words__splits_as_a_shell_does),
		cmocka_unit_test(test_shell_words__nothing_is_expanded),
		cmocka_unit_test(test_shell_words__an_open_quote_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
