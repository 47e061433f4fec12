/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "text_history.h"

static void test_text_history__each_time_has_its_text(void **state)
{
	struct text_history *h = text_history_new(8);

	(void)state;
	assert_non_null(h);
	assert_null(text_history_at(h, 7, 100));
	assert_non_null(text_history_add(h, 7, 100, "/bin/a-and-more", 6));
	assert_non_null(text_history_add(h, 7, 200, NULL, 0));
	assert_non_null(text_history_add(h, 7, 300, "/bin/b", 6));
	assert_null(text_history_at(h, 7, 99));
	assert_string_equal(text_history_at(h, 7, 100), "/bin/a");
	assert_string_equal(text_history_at(h, 7, 199), "/bin/a");
	assert_null(text_history_at(h, 7, 200));
	assert_string_equal(text_history_at(h, 7, 300), "/bin/b");
	assert_null(text_history_at(h, 8, 300));
	text_history_free(h);
}

static void test_text_history__the_oldest_texts_are_forgotten(void **state)
{
	struct text_history *h = text_history_new(8);
	const struct text_versions *v;

	(void)state;
	for (uint64_t ns = 1; ns <= 10; ns++)
		assert_non_null(text_history_add(h, 7, ns, "0123456789", ns));
	v = text_history_find(h, 7);
	assert_int_equal(v->nr, TEXT_HISTORY_VERSIONS);
	assert_int_equal(v->version[0].len, 10);
	assert_null(text_history_at(h, 7, 10 - TEXT_HISTORY_VERSIONS));
	for (uint64_t key = 100; key < 120; key++)
		assert_non_null(text_history_add(h, key, 1, "x", 1));
	assert_null(text_history_find(h, 7));
	assert_null(text_history_find(h, 111));
	assert_non_null(text_history_find(h, 112));
	text_history_free(h);
}

static void test_text_history__what_the_caller_notes_stays_with_the_key(void **state)
{
	struct text_history *h = text_history_new(8);

	(void)state;
	text_history_add(h, 7, 1, "a", 1)->checked_ns = 55;
	assert_int_equal(text_history_add(h, 7, 2, "b", 1)->checked_ns, 55);
	assert_int_equal(text_history_add(h, 8, 2, "b", 1)->checked_ns, 0);
	text_history_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_history__each_time_has_its_text),
		cmocka_unit_test(test_text_history__the_oldest_texts_are_forgotten),
		cmocka_unit_test(test_text_history__what_the_caller_notes_stays_with_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
