/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "decode.h"

static struct event valid_event(void)
{
	return a_state_change(T0, STATE_ESTABLISHED, STATE_FIN_WAIT1, 0);
}

static void test_decode__an_event_is_its_own_bytes(void **state)
{
	struct event e = valid_event();

	(void)state;
	assert_ptr_equal(decode_event(&e, sizeof(e)), &e);
}

static void test_decode__another_size_is_rejected(void **state)
{
	union {
		struct event event;
		uint8_t bytes[2 * sizeof(struct event)];
	} u = { .event = valid_event() };

	(void)state;
	for (size_t len = 0; len <= sizeof(u); len++)
		if (len != sizeof(u.event))
			assert_null(decode_event(&u, len));
}

static void test_decode__a_misaligned_event_is_rejected(void **state)
{
	union {
		struct event event;
		uint8_t bytes[sizeof(struct event) + 8];
	} u;
	struct event e = valid_event();

	(void)state;
	for (size_t i = 1; i < 8; i++) {
		memcpy(u.bytes + i, &e, sizeof(e));
		assert_null(decode_event(u.bytes + i, sizeof(e)));
	}
}

static void test_decode__a_kind_must_be_known(void **state)
{
	struct event e = valid_event();

	(void)state;
	for (unsigned kind = 0; kind < 256; kind++) {
		bool known = kind >= EVENT_STATE && kind <= EVENT_HOLDER;

		e.kind = (__u8)kind;
		assert_int_equal(!!decode_event(&e, sizeof(e)), known);
	}
}

static void test_decode__a_call_must_be_known(void **state)
{
	struct event e = valid_event();

	(void)state;
	for (unsigned call = 0; call < 256; call++) {
		e.syscall = (__u8)call;
		assert_int_equal(!!decode_event(&e, sizeof(e)), call < SYSCALL_COUNT);
	}
}

static void test_decode__a_family_is_4_or_6(void **state)
{
	struct event e = valid_event();

	(void)state;
	for (unsigned family = 0; family < 256; family++) {
		e.family = (__u8)family;
		assert_int_equal(!!decode_event(&e, sizeof(e)), family == 4 || family == 6);
	}
}

static void test_decode__states_are_the_kernels(void **state)
{
	struct event e = valid_event();

	(void)state;
	for (unsigned v = 0; v < 256; v++) {
		bool known = v >= STATE_ESTABLISHED && v <= STATE_CLOSING;

		e.old_state = (__u8)v;
		e.new_state = STATE_CLOSE;
		assert_int_equal(!!decode_event(&e, sizeof(e)), known);
		e.old_state = STATE_CLOSE;
		e.new_state = (__u8)v;
		assert_int_equal(!!decode_event(&e, sizeof(e)), known);
	}
}

static void test_decode__a_field_that_is_not_an_index_may_have_any_value(void **state)
{
	struct event e;

	(void)state;
	memset(&e, 0xff, sizeof(e));
	e.kind = EVENT_STATE;
	e.syscall = SYSCALL_OTHER;
	e.family = 6;
	e.pid = e.tid = 4194304;
	e.old_state = e.new_state = STATE_CLOSE;
	assert_non_null(decode_event(&e, sizeof(e)));
}

static void test_decode__a_pid_is_in_the_range_of_the_kernel(void **state)
{
	struct event e = valid_event();

	(void)state;
	e.pid = e.tid = 4194304;
	assert_non_null(decode_event(&e, sizeof(e)));
	e.pid++;
	assert_null(decode_event(&e, sizeof(e)));
	e.pid = 0;
	e.tid = 1u << 31;
	assert_null(decode_event(&e, sizeof(e)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode__an_event_is_its_own_bytes),
		cmocka_unit_test(test_decode__another_size_is_rejected),
		cmocka_unit_test(test_decode__a_misaligned_event_is_rejected),
		cmocka_unit_test(test_decode__a_kind_must_be_known),
		cmocka_unit_test(test_decode__a_call_must_be_known),
		cmocka_unit_test(test_decode__a_family_is_4_or_6),
		cmocka_unit_test(test_decode__states_are_the_kernels),
		cmocka_unit_test(test_decode__a_pid_is_in_the_range_of_the_kernel),
		cmocka_unit_test(test_decode__a_field_that_is_not_an_index_may_have_any_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
