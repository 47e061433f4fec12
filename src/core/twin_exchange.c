/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "twin_exchange.h"

#include <stddef.h>
#include <stdlib.h>

#include "endpoint_table_private.h"
#include "hash.h"

#define CANDIDATES_MAX 64	/* with TCP_REPAIR a program can make many collide */

struct offer {
	struct hash_index_link link;
	struct endpoint *endpoint;
};

struct twin_exchange {
	struct pool pool;
	struct hash_index by_key;
	struct event_queue queue;
	uint64_t seed;
};

struct twin_exchange *twin_exchange_new(uint64_t seed)
{
	struct twin_exchange *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->pool.size = (sizeof(struct offer) + 7) & ~(size_t)7;
	x->seed = seed;
	if (hash_index_init(&x->by_key, &x->pool, offsetof(struct offer, link)))
		return x;
	free(x);
	return NULL;
}

void twin_exchange_free(struct twin_exchange *x)
{
	if (!x)
		return;
	hash_index_release(&x->by_key);
	pool_release(&x->pool);
	free(x);
}

struct event_queue *twin_exchange_queue(struct twin_exchange *x)
{
	return &x->queue;
}

static struct offer *get_offer(const struct twin_exchange *x, uint32_t nr)
{
	return pool_at(&x->pool, nr);
}

static struct endpoint *find_other_end(const struct twin_exchange *x, const struct endpoint *c,
				       uint32_t hash)
{
	uint32_t nr = hash_index_first(&x->by_key, hash);

	for (unsigned i = 0; nr && i < CANDIDATES_MAX; i++, nr = hash_index_next(&x->by_key, nr)) {
		struct endpoint *other = get_offer(x, nr)->endpoint;

		if (!other->twin && other->story.host != c->story.host &&
		    twin_match(&other->story.isns, &c->story.isns))
			return other;
	}
	return NULL;
}

struct endpoint *twin_exchange_add(struct twin_exchange *x, struct endpoint *c)
{
	uint32_t hash = (uint32_t)hash_fmix64(twin_key_unordered(&c->story.isns) ^ x->seed);
	struct endpoint *twin = find_other_end(x, c, hash);
	uint32_t nr = pool_alloc(&x->pool);

	if (!nr)
		return twin;
	get_offer(x, nr)->endpoint = c;
	hash_index_add(&x->by_key, hash, nr);
	c->exchange_nr = nr;
	return twin;
}

void twin_exchange_remove(struct twin_exchange *x, struct endpoint *c)
{
	if (!c->exchange_nr)
		return;
	hash_index_remove(&x->by_key, c->exchange_nr);
	pool_free(&x->pool, c->exchange_nr);
	c->exchange_nr = 0;
}
