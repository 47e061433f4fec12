/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The two halves of the view stuck as text: stuck.c prints the totals and the tables,
 * stuck_details.c the sockets of each owner.
 */
#pragma once

#include "fmt.h"
#include "view.h"

#define LINE_COLUMNS 80
#define STUCK_AGE_WIDTH (FMT_AGE_WIDTH + 2)

/* How long: ">=2h 3min", "-" if the age is 0; "2h 3min" if it is exact. */
void stuck_print_age(struct buf *b, uint64_t ns, bool exact, size_t width);

/* The pid and the name of a group's process, or the words of another kind of owner. */
void stuck_print_owner(struct buf *b, const struct stuck_group *g, size_t pid_width,
		       size_t comm_width);

/* Were established sockets asked for, and were only they? */
static inline bool stuck_shows_open(const struct stuck_table *h)
{
	return h->config.states >> STATE_ESTABLISHED & 1;
}

static inline bool stuck_shows_only_open(const struct stuck_table *h)
{
	return h->config.states == 1u << STATE_ESTABLISHED;
}

void stuck_print_comm(struct buf *b, const uint8_t *bytes, size_t width);

/* "" for one, else "s" */
const char *stuck_plural(uint64_t n);

/* How many of n rows to print: with -w all, else at most limit. */
size_t stuck_count_rows(const struct view_context *v, size_t n, size_t limit);

/* Print the destinations that use a large share of the ephemeral ports. */
void stuck_print_ports(struct view_context *v, const struct stuck_table *h);

/* Print the sockets of each owner, by cause. */
void stuck_print_details(struct view_context *v, const struct stuck_table *h);
