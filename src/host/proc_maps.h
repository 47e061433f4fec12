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

struct procmaps {
	uint32_t tid;			/* the thread through which it could be read */
	struct mapping *at;		/* in order of their addresses */
	size_t nr, cap;
	struct buf text;
};

/* What tells one memory from another: exec lays it out anew. */
struct memory_id {
	uint64_t start_code, end_code, start_stack;
};

enum procmaps_read {
	PROCMAPS_READ,
	PROCMAPS_GONE,		/* it has ended, or may not be looked at */
	PROCMAPS_REPLACED,	/* it has another memory than this one now */
};

/* That of a thread or, if that has ended, of its process. */
enum procmaps_read procmaps_read(struct procmaps *m, uint32_t pid, uint32_t tid,
				 const struct memory_id *id);
void procmaps_release(struct procmaps *m);

/* The mapping that has this address, NULL none. */
struct mapping *procmaps_find(const struct procmaps *m, uint64_t address);
