/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names of functions in ELF files, and what their unwind tables say of a frame. By elfutils (symbols_libdw.c),
 * or, in a build without it, not at all (symbols_stub.c). Nothing is looked up over the network.
 *
 * A place in a file is an offset from its beginning. A name is given only to an address within the bounds that
 * a symbol claims.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYMBOLS_BUILD_ID 64	/* bytes, at most */

struct symbols;
struct symbol_file;

/* Was this built with it? */
bool symbols_are_built_in(void);

/* NULL if out of memory. */
struct symbols *symbols_new(void);
void symbols_free(struct symbols *s);

/* Which file, as /proc/PID/maps tells them apart. */
struct symbol_key {
	uint64_t device, inode;
	const char *path;
};

/* One that was opened before, which is held open since: its inode is still its own. NULL: it was not. */
struct symbol_file *symbols_find(struct symbols *s, const struct symbol_key *key);

/* Opens it; fd becomes its own, and is closed if it is no ELF file: NULL. May close the oldest one. */
struct symbol_file *symbols_open(struct symbols *s, const struct symbol_key *key, int fd);

/* The name of the function there, NULL not known; valid as long as the file. */
const char *symbol_name(struct symbol_file *f, uint64_t file_offset, uint64_t *symbol_offset);

/* Its build id: how many bytes, 0 none, and where in the file it is. */
size_t symbol_build_id(struct symbol_file *f, const uint8_t **id, uint64_t *file_offset);

/* How a function finds its caller at a place in it. */
enum symbol_frame {
	SYMBOL_FRAME_UNKNOWN,		/* nothing says so */
	SYMBOL_FRAME_POINTER,		/* by the frame pointer, which it has set up */
	SYMBOL_FRAME_STACK,		/* by the stack pointer: it has not, and frame pointers skip its caller */
	SYMBOL_FRAME_EITHER,		/* by the stack pointer, as Go's tables always say: it may have, all the same */
};

/* *return_at: with SYMBOL_FRAME_STACK and SYMBOL_FRAME_EITHER, how far above the stack pointer its return address is, in bytes. */
enum symbol_frame symbol_frame_at(struct symbol_file *f, uint64_t file_offset, uint64_t *return_at);

/* Is what comes before this place a call? True where it cannot be told. */
bool symbol_follows_call(struct symbol_file *f, uint64_t file_offset);
