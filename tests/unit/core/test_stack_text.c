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

static void test_stack_text__a_frame_has_its_name_and_line(void **state)
{
	struct stack_frame f =
		first_of("0x1\t0x2\t0x3\t_Z1fv\t/srv/a\n=f()\n@41\t/srv/a b.cc\n0x9\t-\t-\t-\t-\n");

	(void)state;
	expect_bytes(f.symbol, f.symbol_len, "f()");
	expect_bytes(f.raw, f.raw_len, "_Z1fv");
	expect_bytes(f.file, f.file_len, "/srv/a b.cc");
	assert_int_equal(f.line, 41);
	assert_false(f.inlined);
	f = first_of("0x1\t-\t0x3\tclose\t-\n@x\t/a\n@12/a\n@1234567890\t/a\n");
	expect_bytes(f.symbol, f.symbol_len, "close");
	expect_bytes(f.raw, f.raw_len, "close");
	assert_null(f.file);
	f = first_of("0x1\t0x2\t-\t-\t/x\n=f()\n");
	assert_null(f.symbol);
}

/* An inlined function has the address of its frame, which follows. */
static void test_stack_text__inlined_functions_come_first(void **state)
{
	const char *text = "<_ZN1a1bEv\n=a::b()\n@12\t/a.h\n<c\n"
			   "0x1f\t0x2\t0x3\tmain\t/x\n@7\t/m.c\n";
	struct stack_frame f;

	(void)state;
	assert_true(stack_next_frame(&text, &f));
	assert_true(f.inlined);
	expect_bytes(f.symbol, f.symbol_len, "a::b()");
	expect_bytes(f.raw, f.raw_len, "_ZN1a1bEv");
	expect_bytes(f.file, f.file_len, "/a.h");
	assert_int_equal(f.line, 12);
	assert_int_equal(f.address, 0x1f);
	assert_int_equal(f.module_offset, 2);
	expect_bytes(f.module, f.module_len, "/x");
	assert_true(stack_next_frame(&text, &f));
	assert_true(f.inlined);
	expect_bytes(f.symbol, f.symbol_len, "c");
	assert_null(f.file);
	assert_int_equal(f.address, 0x1f);
	assert_true(stack_next_frame(&text, &f));
	assert_false(f.inlined);
	expect_bytes(f.symbol, f.symbol_len, "main");
	assert_int_equal(f.line, 7);
	assert_false(stack_next_frame(&text, &f));
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
		cmocka_unit_test(test_stack_text__a_frame_has_its_name_and_line),
		cmocka_unit_test(test_stack_text__inlined_functions_come_first),
		cmocka_unit_test(test_stack_text__nonsense_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
