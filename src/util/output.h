/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Buffered output to a file or to standard output. Views append whole lines to `buf`; the caller
 * flushes it when its loop is idle, or when OUTPUT_FULL_BYTES have accumulated.
 *
 * After a failed write nothing more is written, and `error` holds the reason. EPIPE is stored there
 * too, but means only that the reader has seen enough; callers do not report it.
 */
#pragma once

#include "buf.h"

#define OUTPUT_FULL_BYTES ((size_t)64 << 10)

struct output {
	struct buf buf;
	int fd;
	int error;	/* positive errno of the failed write, 0: none */
};

/*
 * Initialise o and open `path` for writing, created or truncated; NULL selects standard output.
 * Returns 0 or -errno.
 */
int output_open(struct output *o, const char *path);

/* Write and empty the buffer. Returns false if this or an earlier write failed. */
bool output_flush(struct output *o);

/* Flush if the buffer holds at least OUTPUT_FULL_BYTES. Returns as output_flush() does. */
bool output_flush_if_full(struct output *o);

/*
 * Flush, close the file (not standard output) and free the buffer. Some file systems report a full
 * disk only on close. Returns as output_flush() does; `error` stays readable.
 */
bool output_close(struct output *o);
