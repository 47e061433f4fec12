/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes a recording (record.h), and goes on in a new file when one is full.
 *
 * After a failed write nothing more is written; what was written before stays readable: a member
 * that did not get out whole is cut off again where the file allows it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "format.h"
#include "run_info.h"

struct record_writer;

struct record_writer_config {
	const char *path;		/* NULL: standard output */
	uint64_t rotate_bytes;		/* a file is full with so many; 0 never */
	unsigned keep;			/* full files kept: PATH.1, the latest, to PATH.N */
	const struct run_info *meta;	/* stays the caller's, and there */
};

/* 0 or -errno. */
int record_writer_open(struct record_writer **writer, const struct record_writer_config *config);

/* Writes what waits and closes. NULL is fine. Returns what record_writer_error would. */
int record_writer_close(struct record_writer *r);

void record_writer_add_event(struct record_writer *r, const struct event *e);
void record_writer_add_mark(struct record_writer *r, enum record_mark_type type, uint64_t now_ns,
		   const struct kernel_counters *counters);

/* The same, when the wall clock was set. */
void record_writer_add_clock(struct record_writer *r, int64_t boot_to_wall_ns, uint64_t now_ns,
		    const struct kernel_counters *counters);

/*
 * What the number `key` of the next event means. At most RECORD_ANNOTATION_MAX bytes, the rest is cut off. The
 * event that follows is in the same file.
 */
void record_writer_annotate(struct record_writer *r, enum record_annotation_type type, uint64_t key, uint64_t at_ns,
		   const void *bytes, size_t len);

/* Which file the next event goes into, from 1 on: what a text said in an earlier one has to be said again. */
unsigned record_writer_file(struct record_writer *r);

/* When what was recorded should get out by a mark; 0: nothing waits. */
uint64_t record_writer_due_ns(const struct record_writer *r);

/* Writes what waits. */
void record_writer_flush(struct record_writer *r);

/* Positive errno of the write that failed, 0 none. */
int record_writer_error(const struct record_writer *r);
