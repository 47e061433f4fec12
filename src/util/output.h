/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where data goes: whole lines gathered in a buffer, written when the loop says so or OUTPUT_FULL_BYTES is
 * reached.
 *
 * Knows no format. After a failed write nothing more is written; error says why, EPIPE being no
 * failure but a reader that has seen enough.
 */
#pragma once

#include "buf.h"

#define OUTPUT_FULL_BYTES ((size_t)64 << 10)

struct output {
	struct buf buf;
	int fd;
	int error;	/* positive errno of the write that failed, 0 none */
};

/* Opens path for writing, made anew; NULL is standard output. 0 or -errno. */
int output_open(struct output *o, const char *path);

/* Writes what is there. Returns false once writing has failed. */
bool output_flush(struct output *o);

/* The same, but only if enough is there to be worth a system call. */
bool output_flush_if_full(struct output *o);

/* Flushes and closes; a full disk may tell only now. Returns false as output_flush does. */
bool output_close(struct output *o);
