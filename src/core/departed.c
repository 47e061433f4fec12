/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "departed.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "story.h"

struct departed_endpoint {
	uint64_t sk_key, cookie;
	uint32_t flow_hash;
	uint8_t why;		/* enum departure; DEPARTED_NEVER: empty */
};

void departed_release(struct departed *d)
{
	free(d->endpoints);
	d->endpoints = NULL;
}

static bool allocate_sets(struct departed *d)
{
	if (!d->endpoints)
		d->endpoints = calloc(DEPARTED_SETS * DEPARTED_WAYS, sizeof(*d->endpoints));
	return d->endpoints;
}

static struct departed_endpoint *find_set(const struct departed *d, uint64_t sk_key)
{
	return d->endpoints + hash_fmix64(sk_key ^ d->seed) % DEPARTED_SETS * DEPARTED_WAYS;
}

static uint32_t hash_flow(const struct departed *d, const struct flow *flow)
{
	uint64_t words[(sizeof(*flow) + 7) / 8] = { 0 }, h = d->seed;

	memcpy(words, flow, sizeof(*flow));
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		h = hash_fmix64(h ^ words[i]) + d->seed;
	return (uint32_t)h;
}

void departed_add(struct departed *d, const struct flow *flow, uint64_t sk_key, uint64_t cookie,
		  enum departure why)
{
	struct departed_endpoint *set;

	if (!allocate_sets(d))
		return;
	set = find_set(d, sk_key);
	memmove(set + 1, set, (DEPARTED_WAYS - 1) * sizeof(*set));
	*set = (struct departed_endpoint){ .sk_key = sk_key, .cookie = cookie,
					   .flow_hash = hash_flow(d, flow), .why = (uint8_t)why };
}

static bool opens_connection(const struct event *e)
{
	return e->kind == EVENT_STATE && e->new_state == STATE_ESTABLISHED;
}

static bool is_endpoint_of(const struct departed *d, const struct departed_endpoint *x,
			   const struct event *e)
{
	struct flow flow;

	if (!x->why || x->sk_key != e->sk_key)
		return false;
	if (x->cookie && e->cookie)
		return x->cookie == e->cookie;
	flow = story_flow(e);
	return !opens_connection(e) && x->flow_hash == hash_flow(d, &flow);
}

enum departure departed_take(struct departed *d, const struct event *e)
{
	struct departed_endpoint *set = d->endpoints ? find_set(d, e->sk_key) : NULL;
	enum departure why;

	for (unsigned i = 0; set && i < DEPARTED_WAYS; i++) {
		if (!is_endpoint_of(d, &set[i], e))
			continue;
		why = (enum departure)set[i].why;
		memmove(set + i, set + i + 1, (DEPARTED_WAYS - 1 - i) * sizeof(*set));
		set[DEPARTED_WAYS - 1].why = DEPARTED_NEVER;
		return why;
	}
	return DEPARTED_NEVER;
}
