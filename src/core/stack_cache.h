/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * User stacks, read: by which way a task came to the change of state that it made. Pure.
 *
 * A stack is text, a line per frame, the innermost first, its fields between tabs:
 *
 *	address  offset in the module  offset in the symbol  symbol  module
 *
 * numbers in hexadecimal (0x1f), "-" what is not known; the module last, a path as /proc/PID/maps writes it. Lines
 * that begin with '!' say what is missing, and why. The live source makes such texts, a recording keeps
 * them, and this joins them with their acts. STACK_CACHE_MAX are kept, then the first makes room.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STACK_CACHE_MAX 8192

struct stack_cache;

/* NULL if out of memory. */
struct stack_cache *stack_cache_new(void);
void stack_cache_free(struct stack_cache *s);

/* Of this thread at that instant; text is copied. Out of memory it is left out. */
void stack_cache_add(struct stack_cache *s, uint32_t tid, uint64_t ts_ns, const char *text, size_t len);

/* The text, NUL-terminated; NULL none. Valid until the next stack_cache_add(). */
const char *stack_cache_find(const struct stack_cache *s, uint32_t tid, uint64_t ts_ns);

/* Strings in the text, not NUL-terminated; NULL with a length of 0 what is not known. */
struct stack_frame {
	uint64_t address;
	uint64_t module_offset, symbol_offset;	/* valid with module, symbol */
	const char *symbol, *module;
	size_t symbol_len, module_len;
	const char *missing;	/* not a frame: what is missing, and why */
	size_t missing_len;
};

/* The next line from *text on, which moves behind it. False at the end; lines that are none are skipped. */
bool stack_next_frame(const char **text, struct stack_frame *f);
