/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "trace_id.h"

static void test_trace_id__both_ends_have_the_same(void **state)
{
	const struct siphash_key key = { 1, 2 }, other = { 1, 3 };
	const struct twin_key client = { 1000, 5000 }, server = { 5000, 1000 };
	char a[TRACE_ID_DIGITS + 1] = "", b[TRACE_ID_DIGITS + 1] = "";

	(void)state;
	trace_id_print(a, &key, &client);
	trace_id_print(b, &key, &server);
	assert_string_equal(a, b);
	assert_int_equal(strspn(a, "0123456789abcdef"), TRACE_ID_DIGITS);
	trace_id_print(b, &other, &client);
	assert_string_not_equal(a, b);
}

static void test_trace_id__an_end_computes_the_span_of_the_other(void **state)
{
	const struct siphash_key key = { 1, 2 }, other = { 1, 3 };
	const struct twin_key client = { 1000, 5000 }, server = { 5000, 1000 };
	char trace[TRACE_ID_DIGITS], a[SPAN_ID_DIGITS + 1] = "", b[SPAN_ID_DIGITS + 1] = "";

	(void)state;
	trace_id_print(trace, &key, &client);
	span_id_print(a, &key, trace, &client, 0);
	span_id_print(b, &key, trace, &server, 0);
	assert_string_not_equal(a, b);
	assert_int_equal(strspn(a, "0123456789abcdef"), SPAN_ID_DIGITS);
	span_id_print(b, &key, trace, &client, 0);
	assert_string_equal(a, b);
	span_id_print(b, &key, trace, &client, 1);
	assert_string_not_equal(a, b);
	span_id_print(b, &other, trace, &client, 0);
	assert_string_not_equal(a, b);
}

static void test_trace_id__one_that_is_alone_depends_on_its_bytes(void **state)
{
	const struct siphash_key key = { 1, 2 };
	char a[TRACE_ID_DIGITS + 1] = "", b[TRACE_ID_DIGITS + 1] = "";

	(void)state;
	trace_id_print_alone(a, &key, "host/boot 1", 11);
	trace_id_print_alone(b, &key, "host/boot 1", 11);
	assert_string_equal(a, b);
	trace_id_print_alone(b, &key, "host/boot 2", 11);
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trace_id__both_ends_have_the_same),
		cmocka_unit_test(test_trace_id__an_end_computes_the_span_of_the_other),
		cmocka_unit_test(test_trace_id__one_that_is_alone_depends_on_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
