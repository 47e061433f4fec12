/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "names.h"

#define FAR 100000u

static void test_names__every_ending_is_found_by_its_word(void **state)
{
	(void)state;
	for (unsigned v = 0; v < ENDING_COUNT; v++)
		assert_int_equal(ending_of(ending_name(v)), v);
}

static void test_names__every_class_is_found_by_its_word(void **state)
{
	(void)state;
	for (unsigned v = 0; v < CLASS_COUNT; v++)
		assert_int_equal(class_of(class_name(v)), v);
}

static void test_names__every_initiator_is_found_by_its_word(void **state)
{
	(void)state;
	for (unsigned v = 0; v < INITIATOR_COUNT; v++)
		assert_int_equal(initiator_of(initiator_name(v)), v);
}

static void test_names__internal_triggers_are_not_found(void **state)
{
	(void)state;
	assert_int_equal(trigger_of("none"), -1);
	assert_int_equal(trigger_of("syscall"), -1);
	for (unsigned v = TRIGGER_CLOSE; v < TRIGGER_SYSCALL; v++)
		assert_int_equal(trigger_of(trigger_name(v)), v);
}

static void test_names__a_value_out_of_range_is_a_question_mark(void **state)
{
	const char *(*const name[])(unsigned) = { initiator_name, class_name, ending_name,
		reason_name, trigger_name, blame_name, effect_name, phase_name, state_name,
		event_kind_name };
	const unsigned count[] = { INITIATOR_COUNT, CLASS_COUNT, ENDING_COUNT, REASON_COUNT,
		TRIGGER_COUNT, BLAME_COUNT, EFFECT_COUNT, PHASE_COUNT, STATE_CLOSING + 1,
		EVENT_KIND_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		assert_string_equal(name[i](count[i]), "?");
		assert_string_equal(name[i](FAR), "?");
		assert_string_equal(name[i](UINT32_MAX), "?");
	}
}

static void test_names__holes_of_a_table_are_question_marks(void **state)
{
	(void)state;
	assert_string_equal(state_name(0), "?");
	assert_string_equal(event_kind_name(0), "?");
}

static void test_names__states_are_the_kernels(void **state)
{
	(void)state;
	assert_string_equal(state_name(1), "ESTABLISHED");
	assert_string_equal(state_name(4), "FIN_WAIT1");
	assert_string_equal(state_name(11), "CLOSING");
}

static void test_names__how_is_one_of_three(void **state)
{
	(void)state;
	assert_string_equal(shut_how_name(0), "SHUT_RD");
	assert_string_equal(shut_how_name(1), "SHUT_WR");
	assert_string_equal(shut_how_name(2), "SHUT_RDWR");
	assert_string_equal(shut_how_name(3), "?");
	assert_string_equal(shut_how_name(-1), "?");
	assert_string_equal(shut_how_name(INT32_MIN), "?");
}

static void test_names__no_reason_has_no_name(void **state)
{
	(void)state;
	assert_string_equal(reason_name(REASON_NONE), "");
	assert_string_equal(reason_name(REASON_DATA_AFTER_CLOSE), "data-after-close");
}

static void test_names__each_ending_has_its_class(void **state)
{
	(void)state;
	assert_int_equal(ending_class(ENDING_SIMULTANEOUS), CLASS_CLEAN);
	assert_int_equal(ending_class(ENDING_RESET_RECEIVED), CLASS_RESET);
	assert_int_equal(ending_class(ENDING_TIMED_OUT), CLASS_TIMEOUT);
	assert_int_equal(ending_class(ENDING_ABORTED), CLASS_ABORTED);
	assert_int_equal(ending_class(ENDING_NEVER_OPEN), CLASS_FAILED);
	assert_int_equal(ending_class(ENDING_OPEN), CLASS_OPEN);
}

static void test_names__words_are_compared_whole(void **state)
{
	(void)state;
	assert_int_equal(ending_of(""), -1);
	assert_int_equal(ending_of("four"), -1);
	assert_int_equal(ending_of("four-way "), -1);
	assert_int_equal(ending_of("Four-Way"), -1);
	assert_int_equal(trigger_of("?"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names__every_ending_is_found_by_its_word),
		cmocka_unit_test(test_names__every_class_is_found_by_its_word),
		cmocka_unit_test(test_names__every_initiator_is_found_by_its_word),
		cmocka_unit_test(
			test_names__internal_triggers_are_not_found),
		cmocka_unit_test(test_names__a_value_out_of_range_is_a_question_mark),
		cmocka_unit_test(test_names__holes_of_a_table_are_question_marks),
		cmocka_unit_test(test_names__states_are_the_kernels),
		cmocka_unit_test(test_names__how_is_one_of_three),
		cmocka_unit_test(test_names__no_reason_has_no_name),
		cmocka_unit_test(test_names__each_ending_has_its_class),
		cmocka_unit_test(test_names__words_are_compared_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
