/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "arm64_code.h"

#include <endian.h>
#include <string.h>

#define STEPS_MAX 256		/* instructions; longer ways to the return are unknown */

/* What an instruction does to the frame, as in "Arm A-profile A64 Instruction Set Architecture". */
enum effect {
	EFFECT_NONE,
	EFFECT_CALL,
	EFFECT_JUMP,		/* B: to branch_target() */
	EFFECT_RETURN,		/* RET of x30, also authenticated */
	EFFECT_LOAD_RECORD,	/* LDP x29, x30 */
	EFFECT_LOAD_LINK,	/* LDR x30, or LDP of x30 and a register other than x29 */
	EFFECT_OTHER,		/* may use x29 or x30 otherwise, or ends the path */
};

static uint32_t read_instruction(const uint8_t *code, size_t at)
{
	uint32_t insn;

	memcpy(&insn, code + at, sizeof(insn));
	return le32toh(insn);
}

static bool is_call(uint32_t insn)
{
	return (insn & 0xfc000000) == 0x94000000 || (insn & 0xfefff000) == 0xd63f0000;
}

bool arm64_follows_call(const uint8_t *code, size_t size, size_t at)
{
	return at >= 4 && at <= size && is_call(read_instruction(code, at - 4));
}

/* Test whether the register number at a bit position is that of x29 or x30. */
static bool has_frame_register(uint32_t insn, unsigned shift)
{
	unsigned number = insn >> shift & 31;

	return number == 29 || number == 30;
}

/* RET, RETAA, RETAB; BRK, UDF and BR are not among them. */
static bool is_return(uint32_t insn)
{
	return insn == 0xd65f03c0 || (insn & 0xfffffbff) == 0xd65f0bff;
}

/* LDP of 64-bit registers: signed offset, before or after the access. */
static bool is_load_pair(uint32_t insn)
{
	return (insn & 0xfe400000) == 0xa8400000;
}

/* LDR of a 64-bit register: unsigned offset, or a signed one before or after the access. */
static bool is_load(uint32_t insn)
{
	return (insn & 0xffc00000) == 0xf9400000 || ((insn & 0xffe00400) == 0xf8400400);
}

static enum effect load_pair_effect(uint32_t insn)
{
	unsigned first = insn & 31, second = insn >> 10 & 31;

	if (first == 29 && second == 30)
		return EFFECT_LOAD_RECORD;
	if (first == 29 || second == 29)
		return EFFECT_OTHER;
	return first == 30 || second == 30 ? EFFECT_LOAD_LINK : EFFECT_NONE;
}

/* Test for a load or store that may write x29 or x30, or is relative to one of them. */
static bool accesses_frame(uint32_t insn)
{
	bool pair = (insn & 0x3a000000) == 0x28000000;
	bool exclusive = (insn & 0x3f000000) == 0x08000000;	/* also CAS and CASP */

	if (has_frame_register(insn, 0) || has_frame_register(insn, 5))
		return true;
	return ((pair || exclusive) && has_frame_register(insn, 10)) ||
	       (exclusive && has_frame_register(insn, 16));
}

/* Test for a branch that may not be taken: B.cond, CBZ, CBNZ, TBZ, TBNZ. */
static bool is_conditional(uint32_t insn)
{
	return (insn & 0xff000000) == 0x54000000 || (insn & 0x7c000000) == 0x34000000;
}

/*
 * The hints NOP to PSB CSYNC, but not those at the start of a function (PACIASP, PACIBSP, BTI):
 * before them another function ended, perhaps in a call that does not return.
 */
static bool is_start(uint32_t insn)
{
	return (insn & 0xffffffbf) == 0xd503233f || (insn & 0xffffff3f) == 0xd503241f;
}

static enum effect effect_of(uint32_t insn)
{
	if (is_return(insn))
		return EFFECT_RETURN;
	if (is_call(insn))
		return EFFECT_CALL;
	if ((insn & 0xfc000000) == 0x14000000)
		return EFFECT_JUMP;
	if (is_conditional(insn) || (insn & 0xffe0001f) == 0xd4000001)	/* or SVC */
		return EFFECT_NONE;
	if (is_load_pair(insn) && !has_frame_register(insn, 5))
		return load_pair_effect(insn);
	if (is_load(insn) && (insn & 31) == 30 && !has_frame_register(insn, 5))
		return EFFECT_LOAD_LINK;
	if ((insn & 0x0a000000) == 0x08000000)		/* loads and stores */
		return accesses_frame(insn) ? EFFECT_OTHER : EFFECT_NONE;
	if ((insn & 0xfffff01f) == 0xd503201f)		/* hints */
		return is_start(insn) ? EFFECT_OTHER : EFFECT_NONE;
	if ((insn & 0x1c000000) == 0x14000000)		/* other branches, exceptions, system */
		return (insn & 0xffc00000) == 0xd5000000 && !has_frame_register(insn, 0) ?
			EFFECT_NONE : EFFECT_OTHER;
	if (!(insn & 0x18000000))			/* reserved, such as UDF; SVE */
		return EFFECT_OTHER;
	return has_frame_register(insn, 0) ? EFFECT_OTHER : EFFECT_NONE;
}

static size_t branch_target(uint32_t insn, size_t at)
{
	int64_t words = (int32_t)(insn << 6) >> 6;

	return at + (size_t)(words * 4);	/* wraps if it is before the code */
}

enum arm64_return arm64_find_return(const uint8_t *code, size_t size, size_t at)
{
	bool called = false;

	for (unsigned i = 0; i < STEPS_MAX && at % 4 == 0 && size >= 4 && at <= size - 4; i++) {
		uint32_t insn = read_instruction(code, at);

		switch (effect_of(insn)) {
		case EFFECT_RETURN:
			return called ? ARM64_RETURN_UNKNOWN : ARM64_RETURN_IN_LINK;
		case EFFECT_LOAD_RECORD:
			return ARM64_RETURN_IN_RECORD;
		case EFFECT_LOAD_LINK:
			return ARM64_RETURN_ON_STACK;
		case EFFECT_OTHER:
			return ARM64_RETURN_UNKNOWN;
		case EFFECT_JUMP:
			at = branch_target(insn, at);
			continue;
		case EFFECT_CALL:
			called = true;
			break;
		case EFFECT_NONE:
			break;
		}
		at += 4;
	}
	return ARM64_RETURN_UNKNOWN;
}

uint64_t arm64_address_mask(uint64_t highest)
{
	uint64_t mask = highest;

	for (unsigned shift = 1; shift < 64; shift *= 2)
		mask |= mask >> shift;
	return mask;
}
