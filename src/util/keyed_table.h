/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A bounded table of rows by key, for sums over many connections. Pure.
 *
 * The first `max` keys get a row each; all later keys share the row `other`. Keys are bytes that
 * outsiders may choose, so the hash is seeded.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "hash_table.h"

struct keyed_entry {
	UT_hash_handle hh;
	size_t key_len, label_len;
	void *row;		/* row_size bytes, initially zero */
	uint8_t bytes[];	/* the key, then the label */
};

struct keyed_table {
	/* Set by the caller. */
	size_t row_size;		/* bytes */
	uint32_t max;			/* rows, without `other` */
	uint64_t seed;
	/* Private, initially 0. */
	uint32_t nr;
	struct keyed_entry *entries;	/* the hash table */
	struct keyed_entry **items;	/* nr entries, in the order in which they were added */
	struct keyed_entry *other;	/* NULL: not needed yet */
};

/*
 * Return the entry of a key, adding one if the key is new; `other` if the table is full. `label` is
 * stored with a new key (for printing) and ignored for a known one. Key and label are copied.
 * Returns NULL if out of memory.
 */
struct keyed_entry *keyed_table_get_or_add(struct keyed_table *g, const void *key, size_t key_len,
					   const void *label, size_t label_len);

/* Return the entry shared by the keys that have none of their own, NULL if out of memory. */
struct keyed_entry *keyed_table_other(struct keyed_table *g);

/* Return entry i, counted from 0, with `other` last if there is one. NULL past the end. */
struct keyed_entry *keyed_table_at(const struct keyed_table *g, uint32_t i);

/*
 * Remove all entries and free the memory; the table can be used again. done() is called for every
 * row first, to release what the row owns; NULL: rows own nothing.
 */
void keyed_table_clear(struct keyed_table *g, void (*done)(void *row));
