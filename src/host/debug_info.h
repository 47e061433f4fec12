/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Lines of source text and inlined functions from the DWARF of programs and libraries, or of their
 * separate debug files. Part of the symbols of elfutils (symbols.h); in a build without it nothing
 * uses this.
 *
 * The DWARF is that of any program, and may be large or hostile. It is read when an address needs
 * it, and within bounds: compressed sections over DEBUG_COMPRESSED_MAX, a line table over
 * DEBUG_LINES_MAX, and a unit over DEBUG_UNIT_MAX (for inlined functions) are not read. In all, it
 * takes at most DEBUG_BURST_NS of CPU time at once and 1/DEBUG_SHARE of the time in the long run;
 * what is not read by then is left out. The list of a file's units is read in steps of
 * DEBUG_STEP_NS.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEBUG_COMPRESSED_MAX (128u << 20)	/* bytes of a file, when uncompressed */
#define DEBUG_LINES_MAX (2u << 20)	/* bytes of the line table of one unit */
#define DEBUG_UNIT_MAX (16u << 20)	/* bytes of one unit */
#define DEBUG_BURST_NS 1000000000ULL
#define DEBUG_SHARE 20
#define DEBUG_STEP_NS 100000000ULL
#define DEBUG_INLINED_MAX 15	/* functions inlined at one place; those further out are left out */

/* A function at a place in the code, and where in the source text this place is. */
struct source_place {
	char *function;		/* the linkage name, else the name; NULL: the symbol at the place */
	char *demangled;	/* NULL: function is not mangled */
	char *file;		/* NULL: unknown */
	unsigned line;
};

/* The places of an address, the innermost function first, last that of the symbol. */
struct source_places {
	struct source_place place[DEBUG_INLINED_MAX + 1];
	unsigned nr;		/* 0: there is no debug information */
	bool left_out;		/* some was not read because of the bounds */
};

struct debug_pool;
struct debug_info;

/* Create the memory and the time that files share. Returns NULL if out of memory. */
struct debug_pool *debug_pool_new(bool inlined);

/* Free the pool; its files must be closed. NULL is allowed. */
void debug_pool_free(struct debug_pool *pool);

/*
 * Find the debug information of the ELF file fd, which thread tid has mapped from `path`. The
 * descriptor remains the caller's. Returns NULL if there is none, or if out of memory.
 */
struct debug_info *debug_info_open(struct debug_pool *pool, int fd, const char *path, uint32_t tid);

void debug_info_close(struct debug_info *d);

/* Return the descriptor of the separate debug file, -1 if there is none. */
int debug_info_separate_fd(const struct debug_info *d);

/* Return the places of an address of the file (p_vaddr), valid until the next call. */
const struct source_places *debug_info_find(struct debug_info *d, uint64_t address);
