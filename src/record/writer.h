/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes a recording (format.h), and continues in a new file when one is full.
 *
 * Errors are sticky: after a failed write nothing more is written, and record_writer_error()
 * returns the reason. The part written before stays readable: an incomplete member at its end is
 * truncated if the file permits it.
 *
 * Times are in ns of CLOCK_BOOTTIME.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "format.h"
#include "run_info.h"

struct record_writer;

struct record_writer_config {
	const char *path;		/* borrowed; NULL: standard output, never rotated */
	uint64_t rotate_bytes;		/* a file of this size is full; 0: never */
	unsigned keep;			/* full files to keep: PATH.1 (latest) to PATH.N */
	const struct run_info *meta;	/* borrowed; must outlive the writer */
};

/* Create the file and write its header. Returns 0, or -errno with *writer set to NULL. */
int record_writer_open(struct record_writer **writer, const struct record_writer_config *config);

/*
 * Write the pending records, close the file and free the writer. NULL is allowed. Returns the
 * positive errno of the first failure, 0 if there was none.
 */
int record_writer_close(struct record_writer *r);

/* Add an event. */
void record_writer_add_event(struct record_writer *r, const struct event *e);

/* Add a mark with the time and the kernel counters at that time. */
void record_writer_add_mark(struct record_writer *r, enum record_mark_type type, uint64_t now_ns,
			    const struct kernel_counters *counters);

/* Add a RECORD_MARK_CLOCK_SET: the wall clock was set, and boot_to_wall_ns is the new offset. */
void record_writer_add_clock(struct record_writer *r, int64_t boot_to_wall_ns, uint64_t now_ns,
			     const struct kernel_counters *counters);

/*
 * Add the meaning of the number `key` in the next event, as text. Bytes beyond
 * RECORD_ANNOTATION_MAX are cut off. The event added next goes into the same file.
 */
void record_writer_annotate(struct record_writer *r, enum record_annotation_type type, uint64_t key,
			    uint64_t at_ns, const void *bytes, size_t len);

/*
 * Return the number, from 1, of the file that the next event goes into. Begins a new file if the
 * current one is full. Annotations must be repeated in each file.
 */
unsigned record_writer_file(struct record_writer *r);

/*
 * Return the time by which the caller should add a mark and flush, so that no member spans more
 * than RECORD_MEMBER_NS; 0: no records are pending.
 */
uint64_t record_writer_due_ns(const struct record_writer *r);

/* Compress and write the pending records. Begins a new file if this one is full then. */
void record_writer_flush(struct record_writer *r);

/* Return the positive errno of the failed write, 0 if none has failed. */
int record_writer_error(const struct record_writer *r);
