/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "endpoint_index.h"

#include <stddef.h>
#include <string.h>

#include "array.h"
#include "hash.h"

#define CACHE_LINE 64		/* bytes */
#define TWIN_CANDIDATES_MAX 64	/* with TCP_REPAIR a program can make many collide */

static uint32_t hash_sk_key(uint64_t sk)
{
	return (uint32_t)hash_fmix64(sk);
}

static uint32_t hash_flow(const struct endpoint_index *x, const struct flow *w)
{
	uint64_t words[sizeof(*w) / 8 + 1] = { 0 };
	uint64_t h = x->seed;

	memcpy(words, w, sizeof(*w));
	for (unsigned i = 0; i < COUNT(words); i++)
		h = hash_fmix64(h ^ words[i]) + x->seed;
	return (uint32_t)h;
}

static struct endpoint *get_endpoint(const struct endpoint_index *x, uint32_t nr)
{
	return pool_at(&x->pool, nr);
}

bool endpoint_index_init(struct endpoint_index *x, uint64_t seed)
{
	*x = (struct endpoint_index){ .pool.size = sizeof(struct endpoint), .seed = seed };
	if (hash_index_init(&x->by_sk, &x->pool, offsetof(struct endpoint, sk_link)) &&
	    hash_index_init(&x->by_flow, &x->pool, offsetof(struct endpoint, flow_link)) &&
	    hash_index_init(&x->by_isns, &x->pool, offsetof(struct endpoint, isns_link)))
		return true;
	endpoint_index_release(x);
	return false;
}

void endpoint_index_release(struct endpoint_index *x)
{
	hash_index_release(&x->by_sk);
	hash_index_release(&x->by_flow);
	hash_index_release(&x->by_isns);
	pool_release(&x->pool);
}

struct endpoint *endpoint_index_add(struct endpoint_index *x, const struct event *e)
{
	uint32_t nr = pool_alloc(&x->pool);
	struct endpoint *c;

	if (!nr)
		return NULL;
	c = get_endpoint(x, nr);
	c->nr = nr;
	story_init(&c->story, e);
	hash_index_add(&x->by_sk, hash_sk_key(c->story.sk_key), nr);
	c->has_sk = true;
	hash_index_add(&x->by_flow, hash_flow(x, &c->story.flow), nr);
	return c;
}

void endpoint_index_drop_key(struct endpoint_index *x, struct endpoint *c)
{
	if (c->has_sk)
		hash_index_remove(&x->by_sk, c->nr);
	c->has_sk = false;
}

void endpoint_index_remove(struct endpoint_index *x, struct endpoint *c)
{
	endpoint_index_drop_key(x, c);
	hash_index_remove(&x->by_flow, c->nr);
	if (c->story.isns_known)
		hash_index_remove(&x->by_isns, c->nr);
	story_release(&c->story);
	pool_free(&x->pool, c->nr);
}

static bool may_be_same_cookie(uint64_t a, uint64_t b)
{
	return !a || !b || a == b;
}

static struct endpoint *find_with_key(const struct endpoint_index *x, uint32_t nr, uint64_t sk)
{
	for (; nr; nr = hash_index_next(&x->by_sk, nr))
		if (get_endpoint(x, nr)->story.sk_key == sk)
			return get_endpoint(x, nr);
	return NULL;
}

struct endpoint *endpoint_index_first_of_key(const struct endpoint_index *x, uint64_t sk)
{
	return find_with_key(x, hash_index_first(&x->by_sk, hash_sk_key(sk)), sk);
}

struct endpoint *endpoint_index_next_of_key(const struct endpoint_index *x,
					    const struct endpoint *c)
{
	return find_with_key(x, hash_index_next(&x->by_sk, c->nr), c->story.sk_key);
}

struct endpoint *endpoint_index_find_key(const struct endpoint_index *x, uint64_t sk,
					 uint64_t cookie)
{
	struct endpoint *c = endpoint_index_first_of_key(x, sk);

	while (c && !may_be_same_cookie(c->story.cookie, cookie))
		c = endpoint_index_next_of_key(x, c);
	return c;
}

struct endpoint *endpoint_index_find_flow(const struct endpoint_index *x, const struct flow *w,
					  uint64_t cookie)
{
	uint32_t nr = hash_index_first(&x->by_flow, hash_flow(x, w));

	for (; nr; nr = hash_index_next(&x->by_flow, nr)) {
		struct endpoint *c = get_endpoint(x, nr);

		if (!memcmp(&c->story.flow, w, sizeof(*w)) &&
		    may_be_same_cookie(c->story.cookie, cookie))
			return c;
	}
	return NULL;
}

static struct endpoint *find_unlinked_twin(const struct endpoint_index *x, const struct endpoint *c,
					   uint32_t hash)
{
	uint32_t nr = hash_index_first(&x->by_isns, hash);

	for (unsigned i = 0; nr && i < TWIN_CANDIDATES_MAX;
	     i++, nr = hash_index_next(&x->by_isns, nr)) {
		struct endpoint *other = get_endpoint(x, nr);

		if (!other->twin && twin_match(&other->story.isns, &c->story.isns))
			return other;
	}
	return NULL;
}

struct endpoint *endpoint_index_learn_twin(struct endpoint_index *x, struct endpoint *c,
					   const struct event *e)
{
	struct twin_key isns;

	if (c->story.isns_known || !twin_key_from_event(&isns, e))
		return NULL;
	return endpoint_index_set_isns(x, c, &isns);
}

struct endpoint *endpoint_index_set_isns(struct endpoint_index *x, struct endpoint *c,
					 const struct twin_key *isns)
{
	uint32_t hash = twin_hash(isns, x->seed);
	struct endpoint *twin;

	c->story.isns = *isns;
	twin = find_unlinked_twin(x, c, hash);
	hash_index_add(&x->by_isns, hash, c->nr);
	c->story.isns_known = true;
	return twin;
}

void endpoint_index_prefetch(const struct endpoint_index *x, const struct event *e)
{
	bool is_new = e->kind == EVENT_STATE && e->new_state == STATE_ESTABLISHED;
	struct twin_key isns;
	struct flow w;

	if (is_new || e->old_state == STATE_TIME_WAIT) {
		w = story_flow(e);
		hash_index_prefetch(&x->by_flow, hash_flow(x, &w));
	}
	if (e->old_state != STATE_TIME_WAIT)
		hash_index_prefetch(&x->by_sk, hash_sk_key(e->sk_key));
	if (is_new && twin_key_from_event(&isns, e))
		hash_index_prefetch(&x->by_isns, twin_hash(&isns, x->seed));
}

void endpoint_index_prefetch_endpoint(const struct endpoint_index *x, const struct event *e)
{
	uint32_t nr = e->old_state == STATE_TIME_WAIT
			      ? 0
			      : *hash_index_bucket(&x->by_sk, hash_sk_key(e->sk_key));

	for (size_t i = 0; nr && i < sizeof(struct endpoint); i += CACHE_LINE)
		__builtin_prefetch((char *)get_endpoint(x, nr) + i);
}

void endpoint_index_prefetch_remove(const struct endpoint_index *x, const struct endpoint *c)
{
	hash_index_prefetch(&x->by_flow, c->flow_link.hash);
	if (c->story.isns_known)
		hash_index_prefetch(&x->by_isns, c->isns_link.hash);
}
