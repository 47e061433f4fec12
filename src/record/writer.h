/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes a recording (format.h), and continues in a new file when one is full.
 *
 * An existing file is never overwritten. A recording of this host is continued with a new header,
 * unless it is full or damaged: then it becomes a piece (rotate.h). A file that is no recording is
 * refused. The file is locked (lock.h) while it is written.
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
#include "redact.h"
#include "run_info.h"

struct record_writer;

struct record_writer_config {
	/* Borrowed; NULL: standard output. Only a regular file is locked, continued and rotated. */
	const char *path;
	uint64_t rotate_bytes;		/* a file of this size is full; 0: never */
	uint64_t rotate_ns;		/* a file of this age is full; 0: never */
	unsigned keep;			/* pieces to keep, 0: all */
	uint64_t keep_ns;		/* time to keep a piece after its last write, 0: for ever */
	bool separate;			/* do not continue an existing recording */
	const struct redactor *redactor;	/* replaces addresses and names; or NULL; copied */
	const struct run_info *meta;	/* borrowed; must outlive the writer */
	int64_t shift_ns;		/* of its host, see record_writer_add_host() */
	bool merged;			/* the records of several hosts: this one, those added */
};

/*
 * Create or continue the file, and write the header. Returns 0, or -errno with *writer set to NULL:
 * -EEXIST if the file is not a recording, -EBUSY if another recorder is writing it.
 */
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
 * Add another host to a merged recording, as the present one, and write its header. meta is as in
 * the configuration. All functions take times on one axis: that of the host's clock plus shift_ns.
 * In the recording, times are those of the clock. Hosts are numbered in this order, the one of the
 * configuration is 0. Returns 0 or -errno.
 */
int record_writer_add_host(struct record_writer *r, const struct run_info *meta, int64_t shift_ns);

/* What is added from now on belongs to that host. */
void record_writer_use_host(struct record_writer *r, unsigned host);

/*
 * Begin another run of the present host in the same file, unless it is full, with a header of its
 * present *meta.
 */
void record_writer_begin_run(struct record_writer *r);

/*
 * Add the meaning of the number `key` in the next event, as text. Bytes beyond
 * RECORD_ANNOTATION_MAX are cut off. The event added next goes into the same file.
 */
void record_writer_annotate(struct record_writer *r, enum record_annotation_type type, uint64_t key,
			    uint64_t at_ns, const void *bytes, size_t len);

/*
 * Return the number, from 1, of the file that the next event goes into. Begins a new file if the
 * current one is full. Annotations must be repeated in each file, and in each run: another run in
 * the same file counts as another file.
 */
unsigned record_writer_file(struct record_writer *r);

/*
 * Return the time by which the caller should add a mark and flush, so that no member spans more
 * than RECORD_MEMBER_NS, and no file more than rotate_ns; 0: never.
 */
uint64_t record_writer_due_ns(const struct record_writer *r);

/* Compress and write the pending records. Begins a new file if this one is full then. */
void record_writer_flush(struct record_writer *r);

/* Return the positive errno of the failed write, 0 if none has failed. */
int record_writer_error(const struct record_writer *r);
