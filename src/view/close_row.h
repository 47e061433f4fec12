/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a table prints about one close. A plain copy: it outlives the story, and owns nothing but,
 * in a list, a share of what is kept of it.
 */
#pragma once

#include "buf.h"
#include "kept_story.h"
#include "verdict.h"

struct close_row {
	struct flow flow;
	uint8_t comm[EVENT_COMM_LEN];	/* name of the process */
	uint32_t pid;
	bool process_known;		/* pid and comm are valid */
	bool time_known;
	bool time_at_least;		/* time_ns is a minimum */
	bool data_lost;			/* a clean close that lost data */
	bool waits;			/* phase is the one in progress */
	uint8_t phase;			/* enum phase */
	uint8_t initiator;		/* enum initiator */
	uint8_t ending;			/* enum ending */
	uint64_t time_ns;		/* from the first event of the close until it was over */
	uint64_t settled_ns;		/* when it was over, on the clock of its event */
	const void *group;		/* the caller's: what it was counted for */
	struct kept_story *kept;	/* NULL: the story is not kept */
};

/* The columns of the table. CLOSE_ENDING is WAITS-FOR of a close in progress. */
#define CLOSE_COLUMN_WORDS(X)                                                                      \
	X(TIME, "time") X(PID, "pid") X(COMM, "comm") X(LOCAL, "local") X(REMOTE, "remote")        \
	X(ENDING, "ending")

enum close_column {
#define X(id, word) CLOSE_##id,
	CLOSE_COLUMN_WORDS(X)
#undef X
	CLOSE_COLUMNS,
};

/* The word of a column, NULL past the last. */
const char *close_column_name(unsigned i);

/* How wide a table is: narrow ones leave out the pid and the local end. */
struct close_layout {
	size_t end_width;	/* of an address and a port */
	bool narrow;
};

/* The layout for a screen with that many columns; 0: not limited. */
struct close_layout close_layout_of(unsigned columns);

/* Copy the flow, the times and whether they are known: what close_row_compare() uses. */
void close_row_set_time(struct close_row *row, const struct story *s,
			const struct verdict *verdict);

/* Copy the facts of a close. The process is the one that who groups by: see group_key.h. */
void close_row_set(struct close_row *row, const struct story *s, const struct verdict *verdict);

/* Compare two rows for qsort(): the longest time first, unknown times last. */
int close_row_compare(const void *a, const void *b);

/* Compare two rows by a column, in rising order, but times as close_row_compare() does. */
int close_row_compare_by(enum close_column column, const struct close_row *a,
			 const struct close_row *b);

/* Print "4021    nginx    10.0.0.1:443          <- 203.0.113.200:51000   four-way   12.41". */
void close_row_print(struct buf *b, const struct close_row *row, const struct close_layout *l);
void close_row_print_heading(struct buf *b, const struct close_layout *l);

/* As close_row_print(), for a close in progress: the last columns are WAITS-FOR and its age. */
void close_row_print_open(struct buf *b, const struct close_row *row,
			  const struct close_layout *l);
void close_row_print_open_heading(struct buf *b, const struct close_layout *l);
