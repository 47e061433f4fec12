/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Read machine code of arm64, on any machine: where a function keeps its return address. A call
 * puts this address in x30, the link register. A function that calls others stores it, usually just
 * above x29, the frame pointer. Offsets are in bytes. An instruction has four bytes, the lowest
 * first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Test for BL or BLR, including its authenticated forms, before the offset `at`. */
bool arm64_follows_call(const uint8_t *code, size_t size, size_t at);

/* Where the return address of a function is at a place in it. */
enum arm64_return {
	ARM64_RETURN_UNKNOWN,
	ARM64_RETURN_IN_LINK,	/* in x30, and x29 is the caller's */
	ARM64_RETURN_IN_RECORD,	/* on the stack, above the caller's x29 */
	ARM64_RETURN_ON_STACK,	/* on the stack, and x29 is the caller's */
};

/*
 * Find the return address from the instructions between the offset `at` and the return of the
 * function: they load what it stored. Serves code without unwind tables. Follows one path, which
 * takes no conditional branch: the answer is the same on each path.
 */
enum arm64_return arm64_find_return(const uint8_t *code, size_t size, size_t at);

/*
 * Return the bits of an address that are not a pointer authentication code, given an address of
 * user space that is at least as high as all code.
 */
uint64_t arm64_address_mask(uint64_t highest);
