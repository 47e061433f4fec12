/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "tracked_sockets.h"

#include <stddef.h>
#include <string.h>

#include "hash.h"
#include "story.h"

bool tracked_sockets_init(struct tracked_sockets *t, uint64_t seed)
{
	t->seed = seed;
	t->pool.size = sizeof(struct tracked_socket);
	TAILQ_INIT(&t->recent);
	return hash_index_init(&t->by_sk, &t->pool, offsetof(struct tracked_socket, sk_link)) &&
	       hash_index_init(&t->by_flow, &t->pool, offsetof(struct tracked_socket, flow_link));
}

void tracked_sockets_release(struct tracked_sockets *t)
{
	hash_index_release(&t->by_sk);
	hash_index_release(&t->by_flow);
	pool_release(&t->pool);
}

static uint32_t hash_sk(const struct tracked_sockets *t, uint64_t sk_key)
{
	return (uint32_t)hash_fmix64(sk_key ^ t->seed);
}

static uint32_t hash_flow(const struct tracked_sockets *t, const struct flow *flow)
{
	uint64_t words[(sizeof(*flow) + 7) / 8] = { 0 }, h = t->seed;

	memcpy(words, flow, sizeof(*flow));
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		h = hash_fmix64(h ^ words[i]) + t->seed;
	return (uint32_t)h;
}

static struct tracked_socket *socket_at(const struct tracked_sockets *t, uint32_t nr)
{
	return nr ? pool_at(&t->pool, nr) : NULL;
}

struct tracked_socket *tracked_sockets_find_key(const struct tracked_sockets *t, uint64_t sk_key)
{
	uint32_t nr = hash_index_first(&t->by_sk, hash_sk(t, sk_key));

	while (nr && socket_at(t, nr)->sk_key != sk_key)
		nr = hash_index_next(&t->by_sk, nr);
	return socket_at(t, nr);
}

struct tracked_socket *tracked_sockets_find_flow(const struct tracked_sockets *t,
						 const struct event *e)
{
	struct flow flow = story_flow(e);
	uint32_t nr = hash_index_first(&t->by_flow, hash_flow(t, &flow));

	while (nr && (memcmp(&socket_at(t, nr)->flow, &flow, sizeof(flow)) != 0 ||
		      !tracked_cookies_fit(socket_at(t, nr)->cookie, e->cookie)))
		nr = hash_index_next(&t->by_flow, nr);
	return socket_at(t, nr);
}

struct tracked_socket *tracked_sockets_add(struct tracked_sockets *t, const struct event *e)
{
	uint32_t nr = pool_alloc(&t->pool);
	struct tracked_socket *s;

	if (!nr)
		return NULL;
	s = socket_at(t, nr);
	s->nr = nr;
	s->sk_key = e->sk_key;
	s->cookie = e->cookie;
	s->flow = story_flow(e);
	s->has_sk = true;
	hash_index_add(&t->by_sk, hash_sk(t, s->sk_key), nr);
	hash_index_add(&t->by_flow, hash_flow(t, &s->flow), nr);
	TAILQ_INSERT_TAIL(&t->recent, s, recent);
	t->nr++;
	return s;
}

void tracked_sockets_drop_key(struct tracked_sockets *t, struct tracked_socket *s)
{
	if (s->has_sk)
		hash_index_remove(&t->by_sk, s->nr);
	s->has_sk = false;
}

void tracked_sockets_remove(struct tracked_sockets *t, struct tracked_socket *s)
{
	tracked_sockets_drop_key(t, s);
	hash_index_remove(&t->by_flow, s->nr);
	TAILQ_REMOVE(&t->recent, s, recent);
	pool_free(&t->pool, s->nr);
	t->nr--;
}

void tracked_sockets_touch(struct tracked_sockets *t, struct tracked_socket *s)
{
	TAILQ_REMOVE(&t->recent, s, recent);
	TAILQ_INSERT_TAIL(&t->recent, s, recent);
}

bool tracked_socket_owns(const struct tracked_socket *s, const struct event *e)
{
	struct flow flow = story_flow(e);

	if (s->cookie && e->cookie)
		return s->cookie == e->cookie;
	return !memcmp(&s->flow, &flow, sizeof(flow));
}
