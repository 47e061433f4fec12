/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The header of a recording: conversion of struct run_info to text and back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "run_info.h"

#define RECORD_WHY 256		/* bytes of an error message, with the NUL */
#define RECORD_WORD 24		/* bytes of a hook's name or method, with the NUL */
#define RECORD_SYSCALLS 1024	/* system calls with lower numbers are stored by name */
#define RECORD_RUN_BYTES 33	/* of a run's number, with the NUL */

/*
 * A segment is a small recording that travels in a stream (segment_writer.h). The identity of one:
 * the run of the recorder, the partition of the fleet's connections, and the number of the segment
 * in that partition of the run, from 0.
 */
struct record_segment {
	bool present;			/* false: the recording is no segment */
	char run[RECORD_RUN_BYTES];	/* 32 hexadecimal digits */
	unsigned partition;
	uint64_t sequence;
	/* The lowest share of the endpoints that was kept (--max-rate), in millionths. */
	uint32_t rate;
};

/* The numbers of the system calls of the events in a segment; [1]: of 32-bit programs. */
struct record_syscalls {
	uint64_t used[2][RECORD_SYSCALLS / 64];
};

/* The header as it was read. Do not move or copy it: meta's hooks point into `hook`. */
struct record_header {
	unsigned long schema, event_size;
	bool byte_order;		/* the recording has this machine's byte order */
	char tool[RUN_INFO_TEXT];	/* version of the recorder */
	struct run_info meta;
	char hook[RUN_INFO_HOOKS][2][RECORD_WORD];
	struct record_segment segment;
	bool syscalls_differ;		/* some numbers differ from this machine's */
	/* maps the recorder's number to this machine's, -1: none; [1]: of 32-bit programs */
	int16_t syscall[2][RECORD_SYSCALLS];
};

/* Append the header of a recording of this run. Errors are in b->failed. */
void record_header_write(struct buf *b, const struct run_info *m);

/*
 * Append the lines about the run: version, kernel, machine and hooks. They are in a heartbeat, and
 * in the first segment of each partition, because a heartbeat is replaced by the next.
 */
void record_header_write_run(struct buf *b, const struct run_info *m);

/*
 * Append the header of a segment: what is needed to read it alone. m->host is its host, and
 * boot_to_wall_ns that of its first record.
 */
void record_header_write_segment(struct buf *b, const struct run_info *m,
				 const struct record_segment *segment,
				 const struct record_syscalls *calls);

/* Append the lines of a heartbeat that are like those of a header, but not its first line. */
void record_header_write_heartbeat(struct buf *b, const struct run_info *m, const char *run,
				   uint32_t rate);

/* Parse a rate, such as "0.250000". False if it is not from 0.000001 to 1. */
bool record_header_parse_rate(const char *text, uint32_t *millionths);

/*
 * Parse a header into h and check that this program can read the recording. If not, returns false
 * with the reason in `why`, as one clause to print.
 */
bool record_header_parse(struct record_header *h, const char *text, size_t len,
			 char why[RECORD_WHY]);

/* Copy a header, with the hooks that its meta points to. */
void record_header_copy(struct record_header *to, const struct record_header *from);
