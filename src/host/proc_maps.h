/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The memory map of a process, from /proc/PID/maps, checked to be the map of the expected program.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct symbol_file;

struct mapping {
	uint64_t start, end, offset;
	uint64_t device, inode;		/* inode 0: not a file */
	bool executable;
	const char *path;		/* as in /proc/PID/maps, "" if there is none */
	/* Set by symbolize.c: the open file, and the generation in which it was looked up. */
	struct symbol_file *file;
	unsigned generation;
	unsigned problem;		/* enum file_problem: why there is no file */
};

/* Initialise with { 0 }. */
struct proc_maps {
	uint32_t tid;			/* the thread whose /proc files were read */
	struct mapping *items;		/* sorted by address; paths point into text */
	size_t nr, cap;
	struct buf text;
};

/* Identifies the memory of a program, as execve() laid it out: addresses. */
struct memory_id {
	uint64_t start_code, end_code, start_stack;
};

enum proc_maps_result {
	PROC_MAPS_OK,
	PROC_MAPS_GONE,		/* the process has ended */
	PROC_MAPS_REPLACED,	/* execve() has replaced the program */
	PROC_MAPS_DENIED,	/* the process exists, but may not be examined */
	PROC_MAPS_FAILED,	/* another error, such as too many open files */
};

/*
 * Read the map of a thread or, if that has ended, of its process. Replaces the earlier content of
 * m, which is empty unless the result is PROC_MAPS_OK. At most 65536 mappings are read. The caller
 * has made sure that pid and tid are numbers of the namespace that /proc shows.
 */
enum proc_maps_result proc_maps_read(struct proc_maps *m, uint32_t pid, uint32_t tid,
				     const struct memory_id *id);

/* Test whether the process whose map this is has ended, or released its memory at exit. */
bool proc_maps_have_ended(const struct proc_maps *m);

/* Copy len bytes at an address of the process whose map this is. Returns false if it cannot. */
bool proc_maps_read_memory(const struct proc_maps *m, uint64_t address, void *to, size_t len);

/*
 * Return why a file of /proc/PID could not be opened or read, given -errno: PROC_MAPS_GONE, _DENIED
 * or _FAILED.
 */
enum proc_maps_result proc_maps_explain(int err, uint32_t pid);

/* Free the memory of a map. */
void proc_maps_release(struct proc_maps *m);

/* Return the mapping that contains an address, NULL if there is none. Valid until the next read. */
struct mapping *proc_maps_find(const struct proc_maps *m, uint64_t address);
