/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a table prints about one stuck socket: plain copies, which another process may send.
 */
#pragma once

#include "buf.h"
#include "stuck_table.h"

#define TOP_STUCK_ROWS_MAX 256u
#define TOP_STUCK_ROW_HOLDERS 4u	/* those that a row names */

struct top_stuck_row_holder {
	uint32_t pid;
	int32_t fd;
	uint8_t comm[EVENT_COMM_LEN];	/* name of the process, else of the thread */
};

struct top_stuck_row {
	struct flow flow;
	uint64_t age_ns;	/* minimum; 0 unknown */
	uint64_t left_ns;	/* until the kernel removes it; 0 unknown */
	uint32_t unread, unacked, unsent;
	uint32_t nr_holders;	/* all of them */
	uint8_t state, substate, eof_read, advice, owner;
	bool age_is_exact;
	bool mptcp;
	struct top_stuck_row_holder holder[TOP_STUCK_ROW_HOLDERS];	/* the owner first */
};

/* Those of one walk, in the order of the view stuck: what a program must do comes first. */
struct top_stuck_rows {
	uint64_t wall_ns;	/* when; 0: no walk yet */
	uint64_t seen, found;	/* sockets; those that are stuck, of which nr have a row */
	bool complete;		/* nothing was left out */
	bool failed;		/* there will be none: see the messages */
	unsigned nr;
	struct top_stuck_row rows[TOP_STUCK_ROWS_MAX];
};

/* Copy what a finished table has found. */
void top_stuck_rows_take(struct top_stuck_rows *to, const struct stuck_table *h, uint64_t wall_ns);

/* The bytes at the start of *r that are in use: those that have to be sent. */
size_t top_stuck_rows_size(const struct top_stuck_rows *r);

/* The columns, for close_row.h's sake in the same order of importance. */
#define TOP_STUCK_COLUMN_WORDS(X)							   \
	X(WHY, "why") X(AGE, "age") X(PID, "pid") X(COMM, "comm") X(LOCAL, "local")                \
	X(PEER, "peer") X(STATE, "state")

enum top_stuck_column {
#define X(id, word) TOP_STUCK_BY_##id,
	TOP_STUCK_COLUMN_WORDS(X)
#undef X
	TOP_STUCK_COLUMNS,
};

/* The word of a column, NULL past the last. */
const char *top_stuck_column_name(unsigned i);

/*
 * Compare two rows by a column: ages in falling order, all else in rising order. TOP_STUCK_BY_WHY
 * is the order of struct top_stuck_rows, and always equal.
 */
int top_stuck_row_compare_by(enum top_stuck_column column, const struct top_stuck_row *a,
			 const struct top_stuck_row *b);

/* Print a row and the heading, for a screen with that many columns; 0: not limited. */
void top_stuck_row_print(struct buf *b, const struct top_stuck_row *row, unsigned columns);
void top_stuck_row_print_heading(struct buf *b, unsigned columns);

/* Print all facts about a socket, a line each. */
void top_stuck_row_print_facts(struct buf *b, const struct top_stuck_row *row);
