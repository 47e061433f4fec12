/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "conn_index.h"

#include <string.h>

#include "hash.h"

#define CACHE_LINE 64		/* bytes that memory brings at once */
#define TWINS_LOOKED_AT 64	/* TCP_REPAIR lets a program choose its numbers */

static uint32_t sk_hash(uint64_t sk)
{
	return (uint32_t)hash_mix(sk);
}

static uint32_t flow_hash(const struct conn_index *x, const struct flow *w)
{
	uint64_t words[sizeof(*w) / 8 + 1] = { 0 };
	uint64_t h = x->seed;

	memcpy(words, w, sizeof(*w));
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		h = hash_mix(h ^ words[i]) + x->seed;
	return (uint32_t)h;
}

static struct conn *conn_at(const struct conn_index *x, uint32_t nr)
{
	return pool_at(&x->pool, nr);
}

bool conn_index_init(struct conn_index *x, uint64_t seed)
{
	*x = (struct conn_index){ .pool.size = sizeof(struct conn), .seed = seed };
	if (index_init(&x->by_sk) && index_init(&x->by_flow) && index_init(&x->by_ends))
		return true;
	conn_index_release(x);
	return false;
}

void conn_index_release(struct conn_index *x)
{
	index_release(&x->by_sk);
	index_release(&x->by_flow);
	index_release(&x->by_ends);
	pool_release(&x->pool);
}

static bool add(struct conn_index *x, struct conn *c)
{
	uint32_t sk = sk_hash(c->story.sk);

	c->flow_hash = flow_hash(x, &c->story.flow);
	if (!index_add(&x->by_sk, sk, c->nr))
		return false;
	if (index_add(&x->by_flow, c->flow_hash, c->nr))
		return true;
	index_remove(&x->by_sk, sk, c->nr);
	return false;
}

struct conn *conn_index_new(struct conn_index *x, const struct event *e)
{
	uint32_t nr = pool_take(&x->pool);
	struct conn *c;

	if (!nr)
		return NULL;
	c = conn_at(x, nr);
	c->nr = nr;
	c->serial = ++x->last_serial;
	story_init(&c->story, e);
	if (add(x, c))
		return c;
	pool_give(&x->pool, nr);
	return NULL;
}

void conn_index_drop(struct conn_index *x, struct conn *c)
{
	index_remove(&x->by_sk, sk_hash(c->story.sk), c->nr);
	index_remove(&x->by_flow, c->flow_hash, c->nr);
	if (c->has_ends)
		index_remove(&x->by_ends, twin_hash(&c->ends, x->seed), c->nr);
	story_release(&c->story);
	pool_give(&x->pool, c->nr);
}

static bool same_cookie(uint64_t a, uint64_t b)
{
	return !a || !b || a == b;
}

struct conn *conn_by_sk(const struct conn_index *x, uint64_t sk, uint64_t cookie)
{
	uint32_t hash = sk_hash(sk), nr;
	struct conn *found = NULL;
	size_t at = hash;

	while ((nr = index_next(&x->by_sk, hash, &at))) {
		struct conn *c = conn_at(x, nr);

		if (c->story.sk == sk && same_cookie(c->story.cookie, cookie) &&
		    (!found || c->serial > found->serial))
			found = c;
	}
	return found;
}

struct conn *conn_by_flow(const struct conn_index *x, const struct flow *w, uint64_t cookie)
{
	uint32_t hash = flow_hash(x, w), nr;
	struct conn *found = NULL;
	size_t at = hash;

	while ((nr = index_next(&x->by_flow, hash, &at))) {
		struct conn *c = conn_at(x, nr);

		if (!memcmp(&c->story.flow, w, sizeof(*w)) &&
		    same_cookie(c->story.cookie, cookie) && (!found || c->serial > found->serial))
			found = c;
	}
	return found;
}

struct conn *conn_active(const struct conn_index *x, uint64_t sk)
{
	uint32_t hash = sk_hash(sk), nr;
	size_t at = hash;

	while ((nr = index_next(&x->by_sk, hash, &at)))
		if (conn_at(x, nr)->story.sk == sk && !conn_at(x, nr)->due.at)
			return conn_at(x, nr);
	return NULL;
}

struct conn *conn_learn_twin(struct conn_index *x, struct conn *c, const struct event *e)
{
	struct conn *twin = NULL;
	unsigned looked_at = 0;
	uint32_t hash, nr;
	size_t at;

	if (c->has_ends || !twin_learn(&c->ends, e))
		return NULL;
	at = hash = twin_hash(&c->ends, x->seed);
	while ((nr = index_next(&x->by_ends, hash, &at)) && ++looked_at <= TWINS_LOOKED_AT) {
		struct conn *other = conn_at(x, nr);

		if (!other->twin && twin_match(&other->ends, &c->ends))
			twin = other;
	}
	c->has_ends = !nr && index_add(&x->by_ends, hash, c->nr);
	return c->has_ends ? twin : NULL;
}

void conn_index_expect(const struct conn_index *x, const struct event *e)
{
	bool is_new = e->kind == EVENT_STATE && e->new_state == STATE_ESTABLISHED;
	struct twin_key ends;
	struct flow w;

	if (is_new || e->old_state == STATE_TIME_WAIT) {
		w = story_flow(e);
		index_prefetch(&x->by_flow, flow_hash(x, &w));
	}
	if (e->old_state != STATE_TIME_WAIT)
		index_prefetch(&x->by_sk, sk_hash(e->sk));
	if (is_new && twin_learn(&ends, e))
		index_prefetch(&x->by_ends, twin_hash(&ends, x->seed));
}

void conn_index_expect_endpoint(const struct conn_index *x, const struct event *e)
{
	uint32_t hash = sk_hash(e->sk), nr;
	size_t at = hash;

	nr = e->old_state == STATE_TIME_WAIT ? 0 : index_next(&x->by_sk, hash, &at);
	for (size_t i = 0; nr && i < sizeof(struct conn); i += CACHE_LINE)
		__builtin_prefetch((char *)conn_at(x, nr) + i);
}

void conn_index_expect_drop(const struct conn_index *x, const struct conn *c)
{
	index_prefetch(&x->by_flow, c->flow_hash);
	if (c->has_ends)
		index_prefetch(&x->by_ends, twin_hash(&c->ends, x->seed));
}
