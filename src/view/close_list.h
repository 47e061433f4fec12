/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The slowest of any number of closes, in bounded memory, each with a share of its story if that is
 * kept.
 */
#pragma once

#include "close_row.h"

#define CLOSE_LIST_MAX 64u

/* Starts as { .max = N }, N at most CLOSE_LIST_MAX; allocates when the first row is added. */
struct close_list {
	unsigned nr, max;
	unsigned fastest;	/* if full: index of the row that a slower one replaces */
	struct close_row *rows;
};

/* Would a close with that time be added? Uses of *row what close_row_set_time() sets. */
bool close_list_wants(const struct close_list *l, const struct close_row *row);

/* Add a row if the list wants it, with another share of its story. False if out of memory. */
bool close_list_add(struct close_list *l, const struct close_row *row);

/* Sort the rows: the slowest first. */
void close_list_sort(struct close_list *l);

/* Make *to, which is a list too, a copy: the rows that fit. False if out of memory. */
bool close_list_copy(struct close_list *to, const struct close_list *from);

/* Remove all rows; close_list_release() frees the memory as well. */
void close_list_clear(struct close_list *l);
void close_list_release(struct close_list *l);
