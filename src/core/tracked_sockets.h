/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The sockets of the partitioner: found by their key, or by their addresses. Pure; private to
 * partitioner.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "event.h"
#include "filter.h"
#include "hash_index.h"
#include "pool.h"

enum socket_stage {
	SOCKET_WAITS,		/* for its key; with a rate, for the beginning of its end */
	SOCKET_HELD,		/* by the rate */
	SOCKET_PASSES,		/* its partition is known */
	SOCKET_LEFT_OUT,	/* by the rate */
};

struct tracked_socket {
	struct hash_index_link sk_link, flow_link;
	uint64_t sk_key, cookie;	/* cookie 0: not known yet */
	struct flow flow;
	uint64_t hash;			/* valid with has_key */
	uint64_t held_until_ns;
	TAILQ_ENTRY(tracked_socket) recent;	/* all, in the order of their last events */
	TAILQ_ENTRY(tracked_socket) queued;	/* in `waiting` or `held`, if events wait */
	uint32_t nr;			/* in the pool */
	uint32_t first, last;		/* waiting events, 0 none */
	uint8_t nr_waiting;
	uint8_t stage;			/* enum socket_stage */
	bool has_key;
	bool has_sk;			/* it is in by_sk */
	bool is_over;			/* its last change of state was seen */
};

TAILQ_HEAD(socket_list, tracked_socket);

struct tracked_sockets {
	struct pool pool;
	struct hash_index by_sk, by_flow;
	uint64_t seed;
	uint32_t nr;
	struct socket_list recent;	/* all, in the order of their last events */
};

/* False if out of memory. */
bool tracked_sockets_init(struct tracked_sockets *t, uint64_t seed);
void tracked_sockets_release(struct tracked_sockets *t);

/* Add the socket of an event. NULL if out of memory. */
struct tracked_socket *tracked_sockets_add(struct tracked_sockets *t, const struct event *e);

/* Remove a socket that is in no other list. */
void tracked_sockets_remove(struct tracked_sockets *t, struct tracked_socket *s);

/* Another socket has its key now: find it only by its addresses. */
void tracked_sockets_drop_key(struct tracked_sockets *t, struct tracked_socket *s);

/* The socket has an event. */
void tracked_sockets_touch(struct tracked_sockets *t, struct tracked_socket *s);

/* The socket with that key, NULL if there is none. */
struct tracked_socket *tracked_sockets_find_key(const struct tracked_sockets *t, uint64_t sk_key);

/* The latest socket with the addresses and the cookie of the event. */
struct tracked_socket *tracked_sockets_find_flow(const struct tracked_sockets *t,
						 const struct event *e);

/* Can these be the cookies of one socket? 0 is unknown. */
static inline bool tracked_cookies_fit(uint64_t a, uint64_t b)
{
	return !a || !b || a == b;
}

/*
 * Is this event about the socket, which has its key? Keys are used again, and a socket has no
 * cookie before its first change of state.
 */
bool tracked_socket_owns(const struct tracked_socket *s, const struct event *e);
