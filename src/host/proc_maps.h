/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The memory map of a process: what is mapped where, and whose memory it is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct symbol_file;

struct mapping {
	uint64_t start, end, offset;
	uint64_t device, inode;		/* inode 0: of no file */
	bool executable;
	const char *path;		/* as /proc/PID/maps writes it; "" none */
	struct symbol_file *file;	/* the reader's own, with the generation of its files that this is of */
	unsigned generation;
};

struct proc_maps {
	uint32_t tid;			/* the thread through which it could be read */
	struct mapping *items;		/* in order of their addresses */
	size_t nr, cap;
	struct buf text;
};

/* What tells one memory from another: exec lays it out anew. */
struct memory_id {
	uint64_t start_code, end_code, start_stack;
};

enum proc_maps_result {
	PROC_MAPS_OK,
	PROC_MAPS_GONE,		/* it has ended, or may not be looked at */
	PROC_MAPS_REPLACED,	/* it has another memory than this one now */
};

/* That of a thread or, if that has ended, of its process. */
enum proc_maps_result proc_maps_read(struct proc_maps *m, uint32_t pid, uint32_t tid,
				 const struct memory_id *id);
void proc_maps_release(struct proc_maps *m);

/* The mapping that has this address, NULL none. */
struct mapping *proc_maps_find(const struct proc_maps *m, uint64_t address);
