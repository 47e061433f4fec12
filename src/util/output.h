/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where data goes: whole lines gathered in a buffer, written when the loop says so or OUT_FULL is
 * reached.
 *
 * Knows no format. After a failed write nothing more is written; error says why, EPIPE being no
 * failure but a reader that has seen enough.
 */
#pragma once

#include "buf.h"

#define OUT_FULL ((size_t)64 << 10)

struct out {
	struct buf buf;
	int fd;
	int error;	/* positive errno of the write that failed, 0 none */
};

/* Opens path for writing, made anew; NULL is standard output. 0 or -errno. */
int out_open(struct out *o, const char *path);

/* Writes what is there. Returns false once writing has failed. */
bool out_flush(struct out *o);

/* The same, but only if enough is there to be worth a system call. */
bool out_flush_if_full(struct out *o);

/* Flushes and closes; a full disk may tell only now. Returns false as out_flush does. */
bool out_close(struct out *o);
