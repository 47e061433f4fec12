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

struct recorder;

struct recorder_config {
	const char *path;		/* NULL: standard output */
	uint64_t rotate_bytes;		/* a file is full with so many; 0 never */
	unsigned keep;			/* full files kept: PATH.1, the latest, to PATH.N */
	const struct meta *meta;	/* stays the caller's, and there */
};

/* 0 or -errno. */
int recorder_open(struct recorder **recorder, const struct recorder_config *config);

/* Writes what waits and closes. NULL is fine. Returns what recorder_error would. */
int recorder_close(struct recorder *r);

void recorder_event(struct recorder *r, const struct event *e);
void recorder_mark(struct recorder *r, enum record_what what, uint64_t now_ns,
		   const struct kernel_counters *counters);

/* The same, when the wall clock was set. */
void recorder_clock(struct recorder *r, int64_t boot_to_wall_ns, uint64_t now_ns,
		    const struct kernel_counters *counters);

/*
 * What the number `key` of the next event means. At most RECORD_TEXT_MAX bytes, the rest is cut off. The
 * event that follows is in the same file.
 */
void recorder_text(struct recorder *r, enum record_text_what what, uint64_t key, uint64_t at_ns,
		   const void *bytes, size_t len);

/* Which file the next event goes into, from 1 on: what a text said in an earlier one has to be said again. */
unsigned recorder_file(struct recorder *r);

/* When what was recorded should get out by a mark; 0: nothing waits. */
uint64_t recorder_due_ns(const struct recorder *r);

/* Writes what waits. */
void recorder_flush(struct recorder *r);

/* Positive errno of the write that failed, 0 none. */
int recorder_error(const struct recorder *r);
