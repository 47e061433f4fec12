/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Chained hash table from the hash of a key to items of a pool (pool.h). Pure.
 *
 * The table doubles when it is half full and never shrinks, so a miss usually costs one bucket
 * lookup. Each item embeds one link per index that it is in. The link stores the hash, so most
 * non-matching keys are skipped without comparing them. Adding (amortized) and removing are O(1),
 * however many items share a hash.
 *
 * The caller compares keys. Hashes must be well mixed (hash.h): their low bits select the bucket.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool.h"

struct hash_index_link {
	uint32_t hash;
	uint32_t next, prev;	/* items of the chain, 0: none */
};

struct hash_index {
	const struct pool *pool;
	size_t link_offset;	/* of the hash_index_link in an item, in bytes */
	uint32_t *first;	/* first item of each bucket, 0: none */
	size_t mask, len;	/* buckets minus 1; items */
};

/*
 * Initialise an empty index over items of `pool`, which must outlive it. link_offset is the offset
 * in bytes of the item's hash_index_link for this index. Returns false if out of memory.
 */
bool hash_index_init(struct hash_index *x, const struct pool *pool, size_t link_offset);

/* Free the index. Its items belong to the pool and are not touched. */
void hash_index_release(struct hash_index *x);

/*
 * Add an item at the front of its chain. Cannot fail: if there is no memory for more buckets, the
 * chains get longer.
 */
void hash_index_add(struct hash_index *x, uint32_t hash, uint32_t item);

/* Remove an item, which must be in the index. */
void hash_index_remove(struct hash_index *x, uint32_t item);

/* Return the link of an item for this index. */
static inline struct hash_index_link *hash_index_link(const struct hash_index *x, uint32_t item)
{
	return (struct hash_index_link *)((char *)pool_at(x->pool, item) + x->link_offset);
}

/* Return the bucket of a hash: the head of its chain. */
static inline uint32_t *hash_index_bucket(const struct hash_index *x, uint32_t hash)
{
	return &x->first[hash & x->mask];
}

/* Return `item` or the first item behind it in the chain that has this hash, 0 if there is none. */
static inline uint32_t hash_index_match(const struct hash_index *x, uint32_t hash, uint32_t item)
{
	while (item && hash_index_link(x, item)->hash != hash)
		item = hash_index_link(x, item)->next;
	return item;
}

/* Iterate over the items with a hash, latest addition first. Both return 0 at the end. */
static inline uint32_t hash_index_first(const struct hash_index *x, uint32_t hash)
{
	return hash_index_match(x, hash, *hash_index_bucket(x, hash));
}

static inline uint32_t hash_index_next(const struct hash_index *x, uint32_t item)
{
	const struct hash_index_link *l = hash_index_link(x, item);

	return hash_index_match(x, l->hash, l->next);
}

/* Fetch the bucket of a hash into the cache, ahead of a lookup. No other effect. */
static inline void hash_index_prefetch(const struct hash_index *x, uint32_t hash)
{
	__builtin_prefetch(hash_index_bucket(x, hash));
}
