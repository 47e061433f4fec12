/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The header of a recording: from struct run_info to text, and back.
 */
#pragma once

#include <stdbool.h>

#include "buf.h"
#include "run_info.h"

#define RECORD_WHY 256
#define RECORD_WORD 24		/* bytes of a hook's words, with the NUL */
#define RECORD_SYSCALLS 1024	/* numbers of system calls below that have names */

struct record_header {
	unsigned long schema, event_size;
	bool byte_order;		/* it is this machine's */
	char tool[RUN_INFO_TEXT];
	struct run_info meta;		/* its hooks point into hook */
	char hook[RUN_INFO_HOOKS][2][RECORD_WORD];
	bool syscalls_differ;		/* the recorder's numbers are not this machine's */
	int16_t syscall[2][RECORD_SYSCALLS];	/* ours of the recorder's, [1] of 32-bit programs; -1 none */
};

void record_header_write(struct buf *b, const struct run_info *m);

/* False: why says what is wrong with it, as one clause for people. h must not move afterwards. */
bool record_header_parse(struct record_header *h, const char *text, size_t len, char why[RECORD_WHY]);
