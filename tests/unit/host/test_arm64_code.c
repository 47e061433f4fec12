/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "arm64_code.h"
#include "array.h"
#include "unit.h"

#define SVC 0xd4000001
#define CMN 0xb13ffc1f			/* cmn x0, #0xfff */
#define B_HI_8 0x54000048		/* b.hi .+8 */
#define RET 0xd65f03c0
#define RETAA 0xd65f0bff
#define RETAB 0xd65f0fff
#define BL 0x94000001
#define BLR_X2 0xd63f0040
#define BLRAA_X2 0xd73f085f		/* blraa x2, sp */
#define BR_X17 0xd61f0220
#define NOP 0xd503201f
#define PACIASP 0xd503233f
#define AUTIASP 0xd50323bf
#define BTI_C 0xd503245f
#define MRS_X2 0xd53bd042		/* mrs x2, tpidr_el0 */
#define MOV_X19 0x2a0003f3		/* mov w19, w0 */
#define MOV_X30 0xaa0903fe		/* mov x30, x9 */
#define STORE_RECORD 0xa9be7bfd		/* stp x29, x30, [sp, #-32]! */
#define LOAD_RECORD 0xa8c27bfd		/* ldp x29, x30, [sp], #32 */
#define LOAD_X19 0xf9400bf3		/* ldr x19, [sp, #16] */
#define LOAD_LINK 0xf84107fe		/* ldr x30, [sp], #16 */
#define LOAD_LINK_X19 0xa8c17bf3	/* ldp x19, x30, [sp], #16 */
#define LOAD_X29 0xf84107fd		/* ldr x29, [sp], #16 */
#define LOAD_BY_X29 0xf9400ba0		/* ldr x0, [x29, #16] */
#define STORE_X1 0xf9000be1		/* str x1, [sp, #16] */
#define UDF 0x00000000

static void put_code(uint8_t *bytes, const uint32_t *code, size_t n)
{
	for (size_t i = 0; i < 4 * n; i++)
		bytes[i] = (uint8_t)(code[i / 4] >> 8 * (i % 4));
}

static enum arm64_return find_return(const uint32_t *code, size_t n, size_t at)
{
	uint8_t bytes[4 * 16];

	assert_true(n <= 16);
	put_code(bytes, code, n);
	return arm64_find_return(bytes, 4 * n, at);
}

#define EXPECT(want, ...) \
	assert_int_equal(find_return((const uint32_t[]){ __VA_ARGS__ }, \
				     sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4, 0), want)

static void test_arm64_code__returns_through_the_link(void **state)
{
	(void)state;
	EXPECT(ARM64_RETURN_IN_LINK, CMN, B_HI_8, RET);			/* glibc's shutdown() */
	EXPECT(ARM64_RETURN_IN_LINK, AUTIASP, RET);
	EXPECT(ARM64_RETURN_IN_LINK, MRS_X2, STORE_X1, LOAD_X19, NOP, SVC, RET);
	EXPECT(ARM64_RETURN_IN_LINK, RETAA);
	EXPECT(ARM64_RETURN_IN_LINK, RETAB);
	EXPECT(ARM64_RETURN_IN_LINK, 0x14000002, UDF, RET);		/* b .+8 */
}

static void test_arm64_code__loads_what_it_stored(void **state)
{
	(void)state;
	EXPECT(ARM64_RETURN_IN_RECORD, CMN, B_HI_8, MOV_X19, LOAD_X19, LOAD_RECORD, RET);
	EXPECT(ARM64_RETURN_IN_RECORD, BL, LOAD_RECORD, AUTIASP, RET);	/* a call between */
	EXPECT(ARM64_RETURN_ON_STACK, CMN, LOAD_LINK, RET);
	EXPECT(ARM64_RETURN_ON_STACK, LOAD_LINK_X19, RET);
}

/* A register used in another way, or another function that begins, is no answer. */
static void test_arm64_code__does_not_guess(void **state)
{
	(void)state;
	EXPECT(ARM64_RETURN_UNKNOWN, BL, RET);
	EXPECT(ARM64_RETURN_UNKNOWN, BLR_X2, RET);
	EXPECT(ARM64_RETURN_UNKNOWN, MOV_X30, RET);
	EXPECT(ARM64_RETURN_UNKNOWN, LOAD_X29, RET);
	EXPECT(ARM64_RETURN_UNKNOWN, LOAD_BY_X29, RET);
	EXPECT(ARM64_RETURN_UNKNOWN, STORE_RECORD, RET);
	EXPECT(ARM64_RETURN_UNKNOWN, PACIASP, RET);
	EXPECT(ARM64_RETURN_UNKNOWN, BTI_C, RET);
	EXPECT(ARM64_RETURN_UNKNOWN, UDF, RET);
	EXPECT(ARM64_RETURN_UNKNOWN, BR_X17, RET);
	EXPECT(ARM64_RETURN_UNKNOWN, 0xd65f0120);			/* ret x9 */
	EXPECT(ARM64_RETURN_UNKNOWN, 0xd4200000, RET);			/* brk #0 */
	EXPECT(ARM64_RETURN_UNKNOWN, 0x08fe7c41, RET);			/* casab w30, w1, [x2] */
}

static void test_arm64_code__the_path_ends(void **state)
{
	(void)state;
	EXPECT(ARM64_RETURN_UNKNOWN, 0x14000000, RET);			/* b . */
	EXPECT(ARM64_RETURN_UNKNOWN, 0x17ffffff, RET);			/* b .-4: before the code */
	EXPECT(ARM64_RETURN_UNKNOWN, NOP, NOP);
	assert_int_equal(find_return((const uint32_t[]){ RET, RET }, 2, 2), ARM64_RETURN_UNKNOWN);
	assert_int_equal(find_return((const uint32_t[]){ RET, RET }, 2, 8), ARM64_RETURN_UNKNOWN);
	assert_int_equal(arm64_find_return(NULL, 0, 0), ARM64_RETURN_UNKNOWN);
}

static void test_arm64_code__calls(void **state)
{
	static const uint32_t code[] = { BL, BLR_X2, BLRAA_X2, NOP, RET, BR_X17 };
	static const bool follows[] = { false, true, true, true, false, false, false };
	uint8_t bytes[sizeof(code)];

	(void)state;
	put_code(bytes, code, COUNT(code));
	for (size_t i = 0; i < COUNT(follows); i++)
		assert_int_equal(arm64_follows_call(bytes, sizeof(bytes), 4 * i), follows[i]);
	assert_false(arm64_follows_call(bytes, sizeof(bytes), sizeof(bytes) + 4));
	assert_false(arm64_follows_call(bytes, sizeof(bytes), 3));
}

static void test_arm64_code__address_bits(void **state)
{
	(void)state;
	assert_int_equal(arm64_address_mask(0xfffff7ffffff), 0xffffffffffff);
	assert_int_equal(arm64_address_mask(0x7ffc000000), 0x7fffffffff);	/* 39 bits */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arm64_code__returns_through_the_link),
		cmocka_unit_test(test_arm64_code__loads_what_it_stored),
		cmocka_unit_test(test_arm64_code__does_not_guess),
		cmocka_unit_test(test_arm64_code__the_path_ends),
		cmocka_unit_test(test_arm64_code__calls),
		cmocka_unit_test(test_arm64_code__address_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
