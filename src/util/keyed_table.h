/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A table of rows by key, for sums over many stories. Pure.
 *
 * Bounded: the first `max` keys get a row each; what comes after shares the row `other`, and is
 * counted there. Keys are bytes that strangers may choose: the hash has a seed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct keyed_entry {
	uint64_t hash;
	size_t key_len, label_len;
	void *row;		/* row_size bytes, zero at first */
	uint8_t bytes[];	/* the key, then the label */
};

struct keyed_table {
	size_t row_size;
	uint32_t max;
	uint64_t seed;
	/* The table's own, 0 at first. */
	uint32_t nr;
	struct keyed_entry **items;	/* nr of them, in the order in which they came */
	struct keyed_entry *other;	/* NULL: not needed so far */
	uint32_t *slot;		/* index into items, plus 1; 0 empty */
};

/*
 * The row of this key. label: what is to be kept of it besides; the first one stays. NULL: out of
 * memory.
 */
struct keyed_entry *keyed_table_get_or_add(struct keyed_table *g, const void *key, size_t key_len, const void *label,
			  size_t label_len);

/* The row of those that have none of their own. NULL: out of memory. */
struct keyed_entry *keyed_table_other(struct keyed_table *g);

/* The i-th, from 0 on; `other` is the last. NULL past it. */
struct keyed_entry *keyed_table_at(const struct keyed_table *g, uint32_t i);

/* Forgets all of them; done: what a row owns is released first. Ready to be used again. */
void keyed_table_clear(struct keyed_table *g, void (*done)(void *row));
