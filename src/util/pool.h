/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A pool of items of one size, identified by numbers from 1. A number takes 4 bytes, half a
 * pointer, which keeps indices small. Pure.
 *
 * An item does not move while it is allocated. Freed items are reused; memory is returned only by
 * pool_release().
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define POOL_CHUNK 64		/* items; a power of two */

/* Starts with `size` set, a multiple of 8, and everything else 0. */
struct pool {
	size_t size;		/* of an item, in bytes */
	char **chunks;
	uint32_t made;		/* items created so far, freed ones included */
	uint32_t free;		/* first free item, 0: none; it holds the next one's number */
	size_t cap;		/* pointers that fit into `chunks` */
};

/* Free all items and their memory. The pool is empty and keeps its `size`. */
void pool_release(struct pool *p);

/* Allocate a zeroed item and return its number, 0 if out of memory. */
uint32_t pool_alloc(struct pool *p);

/* Free an item for reuse; nr must be allocated. */
void pool_free(struct pool *p, uint32_t nr);

/* Return the item with this number, which must exist. Valid until pool_release(). */
static inline void *pool_at(const struct pool *p, uint32_t nr)
{
	return p->chunks[(nr - 1) / POOL_CHUNK] + (nr - 1) % POOL_CHUNK * p->size;
}
