/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Function names, build ids and stack frame layouts of ELF files. Implemented with elfutils
 * (symbols_libdw.c); a build without elfutils has symbols_stub.c instead. Nothing is looked up over
 * the network.
 *
 * A place in a file is given as an offset from its beginning, in bytes. An address gets a name only
 * if it is within the size of a symbol.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "debug_info.h"

#define SYMBOLS_BUILD_ID 64	/* bytes, maximum */

struct symbols;
struct symbol_file;

/* Test whether this build has elfutils. */
bool symbols_are_built_in(void);

/*
 * Create an empty set of open files, with or without the functions that the compiler has inlined.
 * Returns NULL if out of memory, or without elfutils.
 */
struct symbols *symbols_new(bool inlined);

/* Close the files and free the set. NULL is allowed. */
void symbols_free(struct symbols *s);

/* Identifies a file, by the fields of /proc/PID/maps. */
struct symbol_key {
	uint64_t device, inode;
	const char *path;
	uint32_t tid;		/* a thread that has it mapped: its root has debug files */
};

/*
 * Return a file opened earlier, NULL if there is none. Files stay open, so an inode number cannot
 * have been reused.
 */
struct symbol_file *symbols_find(struct symbols *s, const struct symbol_key *key);

/*
 * Read an ELF file from fd and add it. Takes ownership of fd, even on failure. Returns NULL if it
 * is not an ELF file, or if out of memory. May close the file that was opened first: its pointer
 * becomes invalid.
 */
struct symbol_file *symbols_open(struct symbols *s, const struct symbol_key *key, int fd);

/*
 * Return the name of the function at file_offset, NULL if it is unknown, and store the distance
 * from the start of the function in *symbol_offset. The name is valid as long as the file.
 */
const char *symbol_name(struct symbol_file *f, uint64_t file_offset, uint64_t *symbol_offset);

/* Return the demangled name of the function at file_offset, NULL if its name is not mangled. */
const char *symbol_demangled(struct symbol_file *f, uint64_t file_offset);

/*
 * Return where in the source text the instruction at file_offset is, valid until the next call for
 * this file. NULL if there is no debug information.
 */
const struct source_places *symbol_places(struct symbol_file *f, uint64_t file_offset);

/*
 * Test whether the instruction before file_offset is a system call, so that the file_offset is
 * where the call returns. Returns false on machines other than x86-64 and arm64.
 */
bool symbol_follows_syscall(struct symbol_file *f, uint64_t file_offset);

/*
 * Return the length of the build id in bytes, 0 if there is none, and store the id (valid as long
 * as the file) and its offset in the file.
 */
size_t symbol_build_id(struct symbol_file *f, const uint8_t **id, uint64_t *file_offset);

/*
 * How the return address is found at a place in a function, according to the unwind tables or, on
 * arm64 where there are none, to the code.
 */
enum symbol_frame {
	SYMBOL_FRAME_UNKNOWN,	/* no table, or too complex; always except on x86-64 and arm64 */
	SYMBOL_FRAME_POINTER,	/* from the frame pointer, which the function has set up */
	SYMBOL_FRAME_STACK,	/* from the stack pointer: frame pointers skip the caller */
	SYMBOL_FRAME_EITHER,	/* from the stack pointer, but .debug_frame (Go's only table)
				   does so even if the frame pointer is set up */
	SYMBOL_FRAME_LINK,	/* in the link register: frame pointers skip the caller */
};

/*
 * Return the frame layout at file_offset. For SYMBOL_FRAME_STACK and SYMBOL_FRAME_EITHER,
 * *return_at is the distance of the return address above the stack pointer, in bytes, UINT64_MAX if
 * it is unknown.
 */
enum symbol_frame symbol_frame_at(struct symbol_file *f, uint64_t file_offset, uint64_t *return_at);

/*
 * Test whether the instruction before file_offset is a call. Returns false outside of the file, and
 * true on machines other than x86 and arm64, where this is unknown.
 */
bool symbol_follows_call(struct symbol_file *f, uint64_t file_offset);
