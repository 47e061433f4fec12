/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The names of functions in generated code (JIT), from the perf maps of processes. A map is read at
 * the first stack with an address in generated code. At each later one, what was appended to it is
 * read too, since the address may have another function now. A map that was changed is read anew,
 * once per second at most, and less often if it is large.
 *
 * Maps belong to a process and its program: not to a process with the same id, nor to what execve()
 * makes of it. At most 64 are kept, in at most 128 MiB, and then the least recently used one goes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "perf_map_file.h"
#include "proc_maps.h"
#include "stack.h"

struct jit_map;
struct jit_symbols;

/* Returns NULL if out of memory. */
struct jit_symbols *jit_symbols_new(void);

/* Free the maps. NULL is allowed. */
void jit_symbols_free(struct jit_symbols *j);

/* The generated code in one stack. */
struct jit_stack {
	struct jit_symbols *symbols;
	const struct stack *stack;
	/* Set by jit_name(). */
	struct jit_map *map;		/* NULL: there was no such address, or there is no map */
	uint32_t map_pid;
	enum perf_map_problem problem;
	bool looked, unnamed;		/* unnamed: there was an address without a name */
};

/*
 * Read the perf map now if any frame is in generated code. A process that ends soon has gone when
 * the functions of large files have been looked up.
 */
void jit_look_early(struct jit_stack *s, const struct proc_maps *maps);

/*
 * Return the name of the function at an address, and store the distance from its start in *offset.
 * m is the mapping that contains the address. is_elf: it is one of a file that is or may be ELF.
 * Returns NULL if it has no name, or is not in generated code: that is in no file, in memory that
 * is shared as a file, or in a file that was removed. The name is valid until the next jit_name()
 * of another stack.
 */
const char *jit_name(struct jit_stack *s, const struct mapping *m, bool is_elf, uint64_t address,
		     uint64_t *offset);

/* Append why addresses of the stack have no name: "/tmp/perf-7.map is a symbolic link". */
void jit_explain(const struct jit_stack *s, struct buf *b);
