/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stuck sockets that the page lists: each with its holder, its age and the advice. They have a
 * fixed size, so that another process can send them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "stuck_table.h"
#include "view.h"

#define STUCK_ROWS 50
#define STUCK_ROW_CMDLINE 160	/* bytes; the rest is left out */

struct stuck_row {
	struct flow flow;
	uint64_t age_ns;	/* at least; 0 unknown */
	uint32_t unread;	/* valid with unread_known */
	uint32_t pid;		/* of the holder; valid with has_holder */
	int32_t fd;
	uint32_t more_holders;
	uint16_t host;		/* as story.host */
	uint16_t cmdline_len;	/* 0 unknown */
	uint8_t state;
	uint8_t advice;		/* enum advice; ADVICE_COUNT: unknown */
	uint8_t owner;		/* enum owner; OWNER_COUNT: unknown */
	bool has_holder, unread_known, cmdline_cut;
	uint8_t comm[EVENT_COMM_LEN], process[EVENT_COMM_LEN];
	char cmdline[STUCK_ROW_CMDLINE];
};

struct stuck_rows {
	uint64_t sockets;	/* in all; rows are those of the first ones */
	uint64_t advised[ADVICE_COUNT + 1];	/* the last one: unknown */
	unsigned nr;
	struct stuck_row row[STUCK_ROWS];
};

/* Make the row of a socket of a finished table. */
void stuck_row_make(struct stuck_row *row, const struct lookup *lookup, const struct stuck_table *h,
		    const struct stuck_socket *g);

/* Set the holder of a row, and look up its command line. */
void stuck_row_set_holder(struct stuck_row *row, const struct lookup *lookup,
			  const struct stuck_holder *o);

/* Make the rows of a finished table: its first ones. */
void stuck_rows_make(struct stuck_rows *rows, const struct lookup *lookup,
		     const struct stuck_table *h);

/* The words for a socket that no process holds: "(not yet accepted)". */
const char *stuck_owner_words(unsigned owner);
