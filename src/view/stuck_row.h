/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a table prints about one stuck socket: plain copies, which another process may send.
 */
#pragma once

#include "buf.h"
#include "stuck_table.h"

#define STUCK_ROWS_MAX 256u
#define STUCK_ROW_HOLDERS 4u	/* those that a row names */

struct stuck_row_holder {
	uint32_t pid;
	int32_t fd;
	uint8_t comm[EVENT_COMM_LEN];	/* name of the process, else of the thread */
};

struct stuck_row {
	struct flow flow;
	uint64_t age_ns;	/* minimum; 0 unknown */
	uint64_t left_ns;	/* until the kernel removes it; 0 unknown */
	uint32_t unread, unacked, unsent;
	uint32_t nr_holders;	/* all of them */
	uint8_t state, substate, eof_read, advice, owner;
	bool age_is_exact;
	bool mptcp;
	struct stuck_row_holder holder[STUCK_ROW_HOLDERS];	/* the owner first */
};

/* Those of one walk, in the order of the view stuck: what a program must do comes first. */
struct stuck_rows {
	uint64_t wall_ns;	/* when; 0: no walk yet */
	uint64_t seen, found;	/* sockets; those that are stuck, of which nr have a row */
	bool complete;		/* nothing was left out */
	bool failed;		/* there will be none: see the messages */
	unsigned nr;
	struct stuck_row rows[STUCK_ROWS_MAX];
};

/* Copy what a finished table has found. */
void stuck_rows_take(struct stuck_rows *to, const struct stuck_table *h, uint64_t wall_ns);

/* The bytes at the start of *r that are in use: those that have to be sent. */
size_t stuck_rows_size(const struct stuck_rows *r);

/* The columns, for close_row.h's sake in the same order of importance. */
#define STUCK_COLUMN_WORDS(X)                                                                      \
	X(WHY, "why") X(AGE, "age") X(PID, "pid") X(COMM, "comm") X(LOCAL, "local")                \
	X(PEER, "peer") X(STATE, "state")

enum stuck_column {
#define X(id, word) STUCK_BY_##id,
	STUCK_COLUMN_WORDS(X)
#undef X
	STUCK_COLUMNS,
};

/* The word of a column, NULL past the last. */
const char *stuck_column_name(unsigned i);

/*
 * Compare two rows by a column: ages in falling order, all else in rising order. STUCK_BY_WHY is
 * the order of struct stuck_rows, and always equal.
 */
int stuck_row_compare_by(enum stuck_column column, const struct stuck_row *a,
			 const struct stuck_row *b);

/* Print a row and the heading, for a screen with that many columns; 0: not limited. */
void stuck_row_print(struct buf *b, const struct stuck_row *row, unsigned columns);
void stuck_row_print_heading(struct buf *b, unsigned columns);

/* Print all facts about a socket, a line each. */
void stuck_row_print_facts(struct buf *b, const struct stuck_row *row);
