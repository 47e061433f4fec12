/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An index: from the hash of a key to the items of a pool (src/util/pool.h) that may have that key. Pure.
 *
 * A table of chains, a quarter to half as many as there are places: of what is not there mostly one place says so. An
 * item has a link for each index that it is in, with its hash, so that of most others in a chain the key is not
 * looked at; to add and to remove takes the same time however many share a hash. Keys are the caller's to compare. The hash must have been mixed (src/util/hash.h): its low bits are the
 * place.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool.h"

struct hash_index_link {
	uint32_t hash;
	uint32_t next, prev;	/* items of the chain, 0 none */
};

struct hash_index {
	const struct pool *pool;
	size_t link_offset;		/* of the hash_index_link in an item */
	uint32_t *first;	/* by place; 0 none */
	size_t mask, len;	/* places less one; items */
};

/* False if out of memory. */
bool hash_index_init(struct hash_index *x, const struct pool *pool, size_t link_offset);
void hash_index_release(struct hash_index *x);

/* In front of those that share its hash. Out of memory, chains get longer. */
void hash_index_add(struct hash_index *x, uint32_t hash, uint32_t item);

/* The item is in it. */
void hash_index_remove(struct hash_index *x, uint32_t item);

static inline struct hash_index_link *hash_index_link(const struct hash_index *x, uint32_t item)
{
	return (struct hash_index_link *)((char *)pool_at(x->pool, item) + x->link_offset);
}

/* Where the chain of a hash begins. */
static inline uint32_t *hash_index_bucket(const struct hash_index *x, uint32_t hash)
{
	return &x->first[hash & x->mask];
}

/* This item, or the first behind it in its chain that has the hash; 0 none. */
static inline uint32_t hash_index_match(const struct hash_index *x, uint32_t hash, uint32_t item)
{
	while (item && hash_index_link(x, item)->hash != hash)
		item = hash_index_link(x, item)->next;
	return item;
}

/* The items under a hash, the last to be added first: 0 none, or no more. */
static inline uint32_t hash_index_first(const struct hash_index *x, uint32_t hash)
{
	return hash_index_match(x, hash, *hash_index_bucket(x, hash));
}

static inline uint32_t hash_index_next(const struct hash_index *x, uint32_t item)
{
	const struct hash_index_link *l = hash_index_link(x, item);

	return hash_index_match(x, l->hash, l->next);
}

/* What is under this hash will be asked for soon. */
static inline void hash_index_prefetch(const struct hash_index *x, uint32_t hash)
{
	__builtin_prefetch(hash_index_bucket(x, hash));
}
