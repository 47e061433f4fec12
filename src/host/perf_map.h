/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The functions in the generated code of a process, as its runtime lists them in a perf map. Pure:
 * perf_map_file.h opens the file, jit_symbols.h reads it.
 *
 * The file has one line for each function, in any order:
 *
 *	START SIZE NAME		hexadecimal, with or without 0x; the name is the rest of the line
 *
 * Runtimes append a line when they compile a function, and memory is used again. So the last line
 * that covers an address names it. A line is read when its newline has come. Lines that are
 * malformed, empty or too long to be a function (4 GiB) are skipped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERF_MAP_NAME_MAX 256	/* bytes; a longer name is cut and ends in "..." */
#define PERF_MAP_LINES_MAX (1u << 20)
#define PERF_MAP_NAMES_MAX (32u << 20)	/* bytes of all names */
/* Two numbers in 18 bytes each, with spaces, and a name that is one byte too long. */
#define PERF_MAP_LINE_KEPT (PERF_MAP_NAME_MAX + 64)

struct perf_map_line {
	uint64_t start;
	uint32_t size;
	uint32_t name;		/* offset in names */
};

/* Initialise with { 0 }. */
struct perf_map {
	struct perf_map_line *lines;	/* in the order of the file */
	size_t nr, cap;
	char *names;			/* each with a NUL */
	size_t names_len, names_cap;
	/* The first `indexed` lines as ranges: bounds[i] to bounds[i + 1] is line owners[i] - 1 */
	size_t indexed, nr_bounds;
	uint64_t *bounds;
	uint32_t *owners;		/* 0: no line */
	bool failed;			/* over a limit, or out of memory: not to be used */
	size_t part_len;		/* the line whose newline has not come */
	char part[PERF_MAP_LINE_KEPT];
};

/* Add the next bytes of the file. Sets m->failed if the map is too large. */
void perf_map_add(struct perf_map *m, const char *bytes, size_t len);

/*
 * Return the name of the function that contains an address, NULL if there is none, and store the
 * distance from its start in *offset. The name has no NUL in it, and is valid until perf_map_add().
 */
const char *perf_map_find(struct perf_map *m, uint64_t address, uint64_t *offset);

/* Return the memory that a map uses, in bytes. */
size_t perf_map_bytes(const struct perf_map *m);

/* Forget the lines and free the memory. The map can be used again. */
void perf_map_release(struct perf_map *m);
