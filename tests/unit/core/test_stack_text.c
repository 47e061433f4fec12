/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "stack_text.h"

static struct stack_frame first_of(const char *text)
{
	struct stack_frame f;

	assert_true(stack_next_frame(&text, &f));
	return f;
}

static void expect_bytes(const char *got, size_t len, const char *want)
{
	if (!want) {
		assert_null(got);
		assert_int_equal(len, 0);
		return;
	}
	assert_non_null(got);
	assert_int_equal(len, strlen(want));
	assert_memory_equal(got, want, len);
}

static void test_stack_text__a_frame_has_its_fields(void **state)
{
	struct stack_frame f = first_of("0x7f10\t0xf8a00\t0x10\tmain.f[go.shape.int]\t/srv/a b\n");

	(void)state;
	assert_int_equal(f.address, 0x7f10);
	assert_int_equal(f.module_offset, 0xf8a00);
	assert_int_equal(f.symbol_offset, 0x10);
	expect_bytes(f.symbol, f.symbol_len, "main.f[go.shape.int]");
	expect_bytes(f.module, f.module_len, "/srv/a b");
	assert_null(f.missing);
}

static void test_stack_text__an_unknown_field_is_null(void **state)
{
	struct stack_frame f = first_of("0x1\t0x2\t-\t-\t/x\n");

	(void)state;
	expect_bytes(f.symbol, f.symbol_len, NULL);
	expect_bytes(f.module, f.module_len, "/x");
	f = first_of("0x1\t-\t-\t-\t-\n");
	expect_bytes(f.module, f.module_len, NULL);
	f = first_of("0x1\t-\t-\tname\t/x\n");	/* an offset without a symbol is ignored */
	expect_bytes(f.symbol, f.symbol_len, NULL);
	expect_bytes(f.module, f.module_len, NULL);
	f = first_of("!stack: why");
	expect_bytes(f.missing, f.missing_len, "stack: why");
}

static void test_stack_text__nonsense_is_skipped(void **state)
{
	const char *text =
		"\nx\n0x\t\n0x12345678123456789\t-\t-\t-\t-\n\t\t\t\t\n-\n!\n0x5\n0x5\t\n0x6\t-\n";
	struct stack_frame f;
	unsigned n = 0;

	(void)state;
	while (stack_next_frame(&text, &f)) {
		assert_true(f.address == 5 || f.address == 6);
		assert_null(f.symbol);
		n++;
	}
	assert_int_equal(n, 2);
	assert_int_equal(*text, '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stack_text__a_frame_has_its_fields),
		cmocka_unit_test(test_stack_text__an_unknown_field_is_null),
		cmocka_unit_test(test_stack_text__nonsense_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
