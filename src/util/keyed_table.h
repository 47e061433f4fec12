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

struct group {
	uint64_t hash;
	size_t key_len, label_len;
	void *row;		/* row_size bytes, zero at first */
	uint8_t bytes[];	/* the key, then the label */
};

struct groups {
	size_t row_size;
	uint32_t max;
	uint64_t seed;
	/* The table's own, 0 at first. */
	uint32_t nr;
	struct group **at;	/* nr of them, in the order in which they came */
	struct group *other;	/* NULL: not needed so far */
	uint32_t *slot;		/* index into at, plus 1; 0 empty */
};

/*
 * The row of this key. label: what is to be kept of it besides; the first one stays. NULL: out of
 * memory.
 */
struct group *groups_find(struct groups *g, const void *key, size_t key_len, const void *label,
			  size_t label_len);

/* The row of those that have none of their own. NULL: out of memory. */
struct group *groups_other(struct groups *g);

/* The i-th, from 0 on; `other` is the last. NULL past it. */
struct group *groups_at(const struct groups *g, uint32_t i);

/* Forgets all of them; done: what a row owns is released first. Ready to be used again. */
void groups_clear(struct groups *g, void (*done)(void *row));
