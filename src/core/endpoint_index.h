/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The storage of the endpoints, and three indices to find them: by the key of their socket, by
 * their addresses, by their initial sequence numbers. Pure; private to endpoint_table.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "deadline_heap.h"
#include "hash_index.h"
#include "pool.h"
#include "story.h"
#include "twin.h"

struct endpoint {
	struct hash_index_link sk_link, flow_link, isns_link;
	struct story story;
	TAILQ_ENTRY(endpoint) active;	/* among the active */
	struct deadline_heap_node due;		/* else among those with a deadline */
	struct twin_key isns;		/* its initial sequence numbers */
	struct endpoint *twin;
	uint32_t nr;			/* in the pool */
	bool has_isns;			/* they are known, and it is in by_isns */
	bool has_sk;			/* it is in by_sk */
	bool closing;
};

struct endpoint_index {
	struct pool pool;
	struct hash_index by_sk, by_flow, by_isns;
	uint64_t seed;			/* keys the hashes of what remote hosts choose */
};

/* False if out of memory. */
bool endpoint_index_init(struct endpoint_index *x, uint64_t seed);

/* The stories are the caller's to release. */
void endpoint_index_release(struct endpoint_index *x);

/* An endpoint with a story that begins with e, in no queue. NULL if out of memory. */
struct endpoint *endpoint_index_add(struct endpoint_index *x, const struct event *e);
void endpoint_index_remove(struct endpoint_index *x, struct endpoint *c);

/*
 * The latest of several: the earlier ones are over, and wait to be reported. Cookie 0: unknown.
 * NULL: none.
 */
struct endpoint *endpoint_index_find_key(const struct endpoint_index *x, uint64_t sk,
					 uint64_t cookie);
struct endpoint *endpoint_index_find_flow(const struct endpoint_index *x, const struct flow *w,
					  uint64_t cookie);

/* The endpoints of a key, whatever their cookies, the latest first; NULL: none, or no more. */
struct endpoint *endpoint_index_first_of_key(const struct endpoint_index *x, uint64_t sk);
struct endpoint *endpoint_index_next_of_key(const struct endpoint_index *x,
					    const struct endpoint *c);

/* Its key belongs to another endpoint from now on: find it by its addresses only. */
void endpoint_index_drop_key(struct endpoint_index *x, struct endpoint *c);

/*
 * Learn its initial sequence numbers from e, unless they are known. Returns the other end, if it is
 * in the index.
 */
struct endpoint *endpoint_index_learn_twin(struct endpoint_index *x, struct endpoint *c,
					   const struct event *e);

/*
 * Prefetch what will be needed soon, and change nothing: for an event its places in the indices,
 * and, when those have arrived, its endpoint; for an endpoint that will be removed, its places.
 */
void endpoint_index_prefetch(const struct endpoint_index *x, const struct event *e);
void endpoint_index_prefetch_endpoint(const struct endpoint_index *x, const struct event *e);
void endpoint_index_prefetch_remove(const struct endpoint_index *x, const struct endpoint *c);
