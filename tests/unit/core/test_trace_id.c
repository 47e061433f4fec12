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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trace_id__both_ends_have_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
