/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Items of one size that have numbers, from 1 on: half of a pointer, for an index. Pure. An item stays where it
 * is until it is given back; its memory stays the pool's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define POOL_CHUNK 64		/* items; a power of two */

/* Starts with size, a multiple of 8, and all else 0. */
struct pool {
	size_t size;		/* of an item, in bytes */
	char **chunks;
	uint32_t made;		/* items that there are, given back or not */
	uint32_t free;		/* the last that was given back, 0 none: it has the number of the next */
	uint32_t cap;		/* of chunks */
};

void pool_release(struct pool *p);

/* The number of an item, all of it zero; 0 if out of memory. */
uint32_t pool_alloc(struct pool *p);
void pool_free(struct pool *p, uint32_t nr);

static inline void *pool_at(const struct pool *p, uint32_t nr)
{
	return p->chunks[(nr - 1) / POOL_CHUNK] + (nr - 1) % POOL_CHUNK * p->size;
}
