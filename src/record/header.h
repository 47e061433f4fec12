/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The header of a recording: conversion of struct run_info to text and back.
 */
#pragma once

#include <stdbool.h>

#include "buf.h"
#include "run_info.h"

#define RECORD_WHY 256		/* bytes of an error message, with the NUL */
#define RECORD_WORD 24		/* bytes of a hook's name or method, with the NUL */
#define RECORD_RUN 33		/* bytes of the id of a run: 32 hexadecimal digits, and the NUL */
#define RECORD_SYSCALLS 1024	/* system calls with lower numbers are stored by name */

/* The header as it was read. Do not move or copy it: meta's hooks point into `hook`. */
struct record_header {
	unsigned long schema, event_size;
	bool byte_order;		/* the recording has this machine's byte order */
	char tool[RUN_INFO_TEXT];	/* version of the recorder */
	struct run_info meta;
	char hook[RUN_INFO_HOOKS][2][RECORD_WORD];
	/* Of a segment of the stream. */
	struct {
		bool present;		/* it has a run and a sequence number */
		char run[RECORD_RUN];
		unsigned partition;
		uint64_t sequence;
		uint32_t rate_ppm;	/* of the endpoints that were kept */
	} segment;
	bool syscalls_differ;		/* some numbers differ from this machine's */
	/* maps the recorder's number to this machine's, -1: none; [1]: of 32-bit programs */
	int16_t syscall[2][RECORD_SYSCALLS];
};

/* Append the header of a recording of this run. Errors are in b->failed. */
void record_header_write(struct buf *b, const struct run_info *m);

/*
 * Parse a header into h and check that this program can read the recording. If not, returns false
 * with the reason in `why`, as one clause to print.
 */
bool record_header_parse(struct record_header *h, const char *text, size_t len,
			 char why[RECORD_WHY]);

/* Copy a header, with the hooks that its meta points to. */
void record_header_copy(struct record_header *to, const struct record_header *from);
