/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Parses the text of a user stack: the calls that led a task to the system call that changed a
 * connection's state. Pure.
 *
 * The text has one line per frame, innermost first. Tabs separate the fields of a frame:
 *
 *	address  offset in the module  offset in the symbol  symbol  module
 *
 * Lines that add to a frame begin with a character that no address has, so that older versions skip
 * them. Before the line of the frame are the functions that the compiler has inlined at its place,
 * the innermost first. Behind the line of a frame, or of an inlined function, are its demangled
 * name and where it is in the source text: a decimal number, and the path in the debug information.
 *
 *	<symbol
 *	=demangled name
 *	@line  file
 *
 * Numbers are hexadecimal (0x1f); an unknown field is "-". The module is the path in
 * /proc/PID/maps. A line that begins with '!' says what is missing and why. The live source writes
 * these texts, recordings keep them, and a text_cache finds them by thread and time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line of the text. Strings point into it, without a NUL; NULL with length 0 if unknown. */
struct stack_frame {
	uint64_t address;
	uint64_t module_offset, symbol_offset;	/* valid if module, symbol are known */
	const char *symbol, *module;	/* symbol: the demangled name, if it has one */
	size_t symbol_len, module_len;
	const char *raw;	/* the symbol as the symbol table has it */
	size_t raw_len;
	const char *file;	/* of the source text */
	size_t file_len;
	uint32_t line;		/* valid if file is known */
	bool inlined;		/* in the next frame that is not; symbol_offset is not valid */
	const char *missing;	/* if set, not a frame: what is missing and why */
	size_t missing_len;
};

/*
 * Parse the next frame and move *text behind it. Lines that are malformed are skipped. Returns
 * false at the end of the text.
 */
bool stack_next_frame(const char **text, struct stack_frame *f);
