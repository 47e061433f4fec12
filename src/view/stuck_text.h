/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The two halves of the view stuck as text: stuck.c prints the totals and the tables,
 * stuck_details.c the sockets of each owner.
 */
#pragma once

#include "fmt.h"
#include "view.h"

#define STUCK_AGE_WIDTH (FMT_AGE_WIDTH + 2)

/* ">=2h 3min", "-" if the age is 0. */
void stuck_print_age(struct buf *b, uint64_t ns, size_t width);

void stuck_print_comm(struct buf *b, const uint8_t *bytes, size_t width);

/* "" for one, else "s" */
const char *stuck_plural(uint64_t n);

/* "(orphans)", for an owner that is no process */
const char *stuck_owner_words(unsigned owner);

/* How many of n rows to print: with -w all, else at most limit. */
size_t stuck_count_rows(const struct view_context *v, size_t n, size_t limit);

/* Print the sockets of each owner, by cause. */
void stuck_print_details(struct view_context *v, const struct stuck_table *h);
