/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "fail_on.h"

static bool matches(const char *word, struct verdict v)
{
	struct fail_on f = { 0 };

	assert_true(fail_on_add(&f, word));
	assert_false(fail_on_is_empty(&f));
	return fail_on_matches(&f, &v);
}

static struct socket_call call_by(enum trigger trigger)
{
	return (struct socket_call){ .trigger = trigger };
}

static void test_fail_on__a_word_is_a_class_an_ending_a_reason_or_a_call(void **state)
{
	const struct socket_call fin = call_by(TRIGGER_SHUTDOWN), rst = call_by(TRIGGER_EXIT);
	const struct verdict v = { .ending = ENDING_RESET_SENT, .reason = REASON_UNREAD_DATA,
				   .trigger = &fin, .reset_by = &rst };

	(void)state;
	assert_true(matches("reset", v));
	assert_true(matches("reset-sent", v));
	assert_true(matches("unread-data", v));
	assert_true(matches("shutdown", v));
	assert_true(matches("exit", v));
	assert_false(matches("clean", v));
	assert_false(matches("reset-received", v));
	assert_false(matches("linger-zero", v));
	assert_false(matches("close", v));
}

static void test_fail_on__an_ambiguous_word_has_all_its_meanings(void **state)
{
	struct fail_on f = { 0 };

	(void)state;
	assert_true(fail_on_add(&f, "aborted"));
	assert_int_equal(f.classes, 1u << CLASS_ABORTED);
	assert_int_equal(f.endings, 1u << ENDING_ABORTED);
	assert_true(matches("keepalive", (struct verdict){ .ending = ENDING_TIMED_OUT,
							   .reason = REASON_KEEPALIVE }));
	assert_true(matches("keepalive", (struct verdict){ .ending = ENDING_RESET_SENT,
							   .reason = REASON_KEEPALIVE }));
}

static void test_fail_on__what_is_open_matches_only_open(void **state)
{
	const struct socket_call close = call_by(TRIGGER_CLOSE);
	const struct verdict v = { .ending = ENDING_OPEN, .trigger = &close };

	(void)state;
	assert_true(matches("open", v));
	assert_false(matches("close", v));
	assert_false(matches("open", (struct verdict){ .ending = ENDING_FOUR_WAY }));
}

static void test_fail_on__without_a_reason_no_reason_matches(void **state)
{
	const struct fail_on all = { .reasons = UINT32_MAX };

	(void)state;
	assert_false(fail_on_matches(&all, &(struct verdict){ .ending = ENDING_FOUR_WAY }));
}

static void test_fail_on__unknown_words(void **state)
{
	static const char *const words[] = { "", "none", "syscall", "Reset", "reset ", "local" };
	struct fail_on f = { 0 };

	(void)state;
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		assert_false(fail_on_add(&f, words[i]));
	assert_true(fail_on_is_empty(&f));
}

static void test_fail_on__each_word_is_listed_once(void **state)
{
	struct fail_on f = { 0 };
	unsigned words = 0;

	(void)state;
	for (; fail_on_word(words); words++) {
		assert_true(fail_on_add(&f, fail_on_word(words)));
		for (unsigned i = 0; i < words; i++)
			assert_string_not_equal(fail_on_word(i), fail_on_word(words));
	}
	assert_int_equal(f.classes, (1u << CLASS_COUNT) - 1);
	assert_int_equal(f.endings, (1u << ENDING_COUNT) - 1);
	assert_int_equal(f.reasons, (uint32_t)((1ull << REASON_COUNT) - 2));
	assert_true(f.calls & 1ull << TRIGGER_CLOSE && f.calls & 1ull << TRIGGER_TIMER);
}

static void test_fail_on__never_open_must_be_traced_if_it_is_listed(void **state)
{
	static const char *const words[] = { "failed", "never-open", "refused", "closed",
					     "timed-out" };
	struct fail_on f = { 0 };

	(void)state;
	fail_on_add(&f, "reset");
	fail_on_add(&f, "other");
	assert_false(fail_on_wants_never_open(&f));
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++) {
		f = (struct fail_on){ 0 };
		fail_on_add(&f, words[i]);
		assert_true(fail_on_wants_never_open(&f));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fail_on__a_word_is_a_class_an_ending_a_reason_or_a_call),
		cmocka_unit_test(test_fail_on__an_ambiguous_word_has_all_its_meanings),
		cmocka_unit_test(test_fail_on__what_is_open_matches_only_open),
		cmocka_unit_test(test_fail_on__without_a_reason_no_reason_matches),
		cmocka_unit_test(test_fail_on__unknown_words),
		cmocka_unit_test(test_fail_on__each_word_is_listed_once),
		cmocka_unit_test(test_fail_on__never_open_must_be_traced_if_it_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
