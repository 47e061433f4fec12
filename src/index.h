/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An index: from the hash of a key to the numbers of the items that may have that key (src/pool.h). Pure.
 *
 * Open addressing with linear probing, at most half full: what an index has not costs one line of memory to find
 * out, and what it has one more than the item itself. Items may share a hash, and keys are the caller's to
 * compare. The hash must have been mixed (src/hash.h): its low bits are the place.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_slot {
	uint32_t hash;
	uint32_t item;		/* 0: empty */
};

struct index {
	struct index_slot *slots;
	size_t mask, len;	/* slots less one; items */
};

/* False if out of memory, here and below: then nothing has changed. */
bool index_init(struct index *x);
void index_release(struct index *x);

bool index_add(struct index *x, uint32_t hash, uint32_t item);

/* The item is there, under that hash. */
void index_remove(struct index *x, uint32_t hash, uint32_t item);

/*
 * The next item under a hash, 0 if there is no more; *at is the hash for the first and belongs to the index until the
 * last. In between nothing may be added or removed.
 */
static inline uint32_t index_next(const struct index *x, uint32_t hash, size_t *at)
{
	for (;;) {
		const struct index_slot *s = &x->slots[(*at)++ & x->mask];

		if (!s->item || s->hash == hash)
			return s->item;
	}
}

/* What is under this hash will be asked for soon. */
static inline void index_prefetch(const struct index *x, uint32_t hash)
{
	__builtin_prefetch(&x->slots[hash & x->mask]);
}
