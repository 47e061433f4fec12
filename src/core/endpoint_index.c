/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "endpoint_index.h"

#include <stddef.h>
#include <string.h>

#include "hash.h"

#define CACHE_LINE 64		/* bytes that memory brings at once */
#define TWINS_LOOKED_AT 64	/* TCP_REPAIR lets a program choose its numbers */

static uint32_t sk_hash(uint64_t sk)
{
	return (uint32_t)hash_fmix64(sk);
}

static uint32_t flow_hash(const struct conn_index *x, const struct flow *w)
{
	uint64_t words[sizeof(*w) / 8 + 1] = { 0 };
	uint64_t h = x->seed;

	memcpy(words, w, sizeof(*w));
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		h = hash_fmix64(h ^ words[i]) + x->seed;
	return (uint32_t)h;
}

static struct conn *conn_at(const struct conn_index *x, uint32_t nr)
{
	return pool_at(&x->pool, nr);
}

bool conn_index_init(struct conn_index *x, uint64_t seed)
{
	*x = (struct conn_index){ .pool.size = sizeof(struct conn), .seed = seed };
	if (hash_index_init(&x->by_sk, &x->pool, offsetof(struct conn, sk_link)) &&
	    hash_index_init(&x->by_flow, &x->pool, offsetof(struct conn, flow_link)) &&
	    hash_index_init(&x->by_ends, &x->pool, offsetof(struct conn, ends_link)))
		return true;
	conn_index_release(x);
	return false;
}

void conn_index_release(struct conn_index *x)
{
	hash_index_release(&x->by_sk);
	hash_index_release(&x->by_flow);
	hash_index_release(&x->by_ends);
	pool_release(&x->pool);
}

struct conn *conn_index_new(struct conn_index *x, const struct event *e)
{
	uint32_t nr = pool_alloc(&x->pool);
	struct conn *c;

	if (!nr)
		return NULL;
	c = conn_at(x, nr);
	c->nr = nr;
	story_init(&c->story, e);
	hash_index_add(&x->by_sk, sk_hash(c->story.sk), nr);
	c->has_sk = true;
	hash_index_add(&x->by_flow, flow_hash(x, &c->story.flow), nr);
	return c;
}

void conn_lose_key(struct conn_index *x, struct conn *c)
{
	if (c->has_sk)
		hash_index_remove(&x->by_sk, c->nr);
	c->has_sk = false;
}

void conn_index_drop(struct conn_index *x, struct conn *c)
{
	conn_lose_key(x, c);
	hash_index_remove(&x->by_flow, c->nr);
	if (c->has_ends)
		hash_index_remove(&x->by_ends, c->nr);
	story_release(&c->story);
	pool_free(&x->pool, c->nr);
}

static bool same_cookie(uint64_t a, uint64_t b)
{
	return !a || !b || a == b;
}

static struct conn *with_key(const struct conn_index *x, uint32_t nr, uint64_t sk)
{
	for (; nr; nr = hash_index_next(&x->by_sk, nr))
		if (conn_at(x, nr)->story.sk == sk)
			return conn_at(x, nr);
	return NULL;
}

struct conn *conn_of_key(const struct conn_index *x, uint64_t sk)
{
	return with_key(x, hash_index_first(&x->by_sk, sk_hash(sk)), sk);
}

struct conn *conn_next_of_key(const struct conn_index *x, const struct conn *c)
{
	return with_key(x, hash_index_next(&x->by_sk, c->nr), c->story.sk);
}

struct conn *conn_by_sk(const struct conn_index *x, uint64_t sk, uint64_t cookie)
{
	struct conn *c = conn_of_key(x, sk);

	while (c && !same_cookie(c->story.cookie, cookie))
		c = conn_next_of_key(x, c);
	return c;
}

struct conn *conn_by_flow(const struct conn_index *x, const struct flow *w, uint64_t cookie)
{
	uint32_t nr = hash_index_first(&x->by_flow, flow_hash(x, w));

	for (; nr; nr = hash_index_next(&x->by_flow, nr)) {
		struct conn *c = conn_at(x, nr);

		if (!memcmp(&c->story.flow, w, sizeof(*w)) && same_cookie(c->story.cookie, cookie))
			return c;
	}
	return NULL;
}

static struct conn *find_twin(const struct conn_index *x, const struct conn *c, uint32_t hash)
{
	uint32_t nr = hash_index_first(&x->by_ends, hash);

	for (unsigned i = 0; nr && i < TWINS_LOOKED_AT; i++, nr = hash_index_next(&x->by_ends, nr)) {
		struct conn *other = conn_at(x, nr);

		if (!other->twin && twin_match(&other->ends, &c->ends))
			return other;
	}
	return NULL;
}

struct conn *conn_learn_twin(struct conn_index *x, struct conn *c, const struct event *e)
{
	struct conn *twin;
	uint32_t hash;

	if (c->has_ends || !twin_learn(&c->ends, e))
		return NULL;
	hash = twin_hash(&c->ends, x->seed);
	twin = find_twin(x, c, hash);
	hash_index_add(&x->by_ends, hash, c->nr);
	c->has_ends = true;
	return twin;
}

void conn_index_expect(const struct conn_index *x, const struct event *e)
{
	bool is_new = e->kind == EVENT_STATE && e->new_state == STATE_ESTABLISHED;
	struct twin_key ends;
	struct flow w;

	if (is_new || e->old_state == STATE_TIME_WAIT) {
		w = story_flow(e);
		hash_index_prefetch(&x->by_flow, flow_hash(x, &w));
	}
	if (e->old_state != STATE_TIME_WAIT)
		hash_index_prefetch(&x->by_sk, sk_hash(e->sk));
	if (is_new && twin_learn(&ends, e))
		hash_index_prefetch(&x->by_ends, twin_hash(&ends, x->seed));
}

void conn_index_expect_endpoint(const struct conn_index *x, const struct event *e)
{
	uint32_t nr = e->old_state == STATE_TIME_WAIT ? 0 : *hash_index_bucket(&x->by_sk, sk_hash(e->sk));

	for (size_t i = 0; nr && i < sizeof(struct conn); i += CACHE_LINE)
		__builtin_prefetch((char *)conn_at(x, nr) + i);
}

void conn_index_expect_drop(const struct conn_index *x, const struct conn *c)
{
	hash_index_prefetch(&x->by_flow, c->flow_link.hash);
	if (c->has_ends)
		hash_index_prefetch(&x->by_ends, c->ends_link.hash);
}
