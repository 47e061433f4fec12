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
	struct hash_index_link sk_link, flow_link;
	struct hash_index_link isns_link;	/* in by_isns with story.isns_known */
	struct story story;
	TAILQ_ENTRY(endpoint) active;	/* in endpoint_table.active, if it has no deadline */
	struct deadline_heap_node due;	/* in endpoint_table.due, if it has one */
	uint64_t last_ns;		/* time of its last event; of a call, of its return */
	/* The other end, if it is in this table, or in that of another host; or NULL. */
	struct endpoint *twin;
	const struct endpoint_table *table;	/* this one's */
	uint32_t nr;			/* index in the pool */
	uint32_t exchange_nr;		/* its number in the exchange; 0 none */
	bool has_sk;			/* it is in by_sk */
	bool key_is_reused;	/* another socket has the key: only calls are still its own */
	bool closing;			/* counted in endpoint_table_counts.closing */
};

struct endpoint_index {
	struct pool pool;
	struct hash_index by_sk, by_flow, by_isns;
	uint64_t seed;			/* random hash key: remote hosts choose what is hashed */
};

/* False if out of memory. */
bool endpoint_index_init(struct endpoint_index *x, uint64_t seed);

/* The caller must have released the stories (story_release). */
void endpoint_index_release(struct endpoint_index *x);

/* Add an endpoint whose story begins with e. The caller queues it. NULL if out of memory. */
struct endpoint *endpoint_index_add(struct endpoint_index *x, const struct event *e);

/* Remove an endpoint from the indices and free it with its story. */
void endpoint_index_remove(struct endpoint_index *x, struct endpoint *c);

/*
 * Find an endpoint, the latest if several match: the earlier ones are over and wait to be reported.
 * Cookie 0 is unknown and matches every cookie. NULL if none matches.
 */
struct endpoint *endpoint_index_find_key(const struct endpoint_index *x, uint64_t sk,
					 uint64_t cookie);
struct endpoint *endpoint_index_find_flow(const struct endpoint_index *x, const struct flow *w,
					  uint64_t cookie);

/* Iterate over the endpoints of a key, whatever their cookies, latest first; NULL at the end. */
struct endpoint *endpoint_index_first_of_key(const struct endpoint_index *x, uint64_t sk);
struct endpoint *endpoint_index_next_of_key(const struct endpoint_index *x,
					    const struct endpoint *c);

/* The key belongs to another socket now: from now on find this endpoint only by its addresses. */
void endpoint_index_drop_key(struct endpoint_index *x, struct endpoint *c);

/*
 * Set the initial sequence numbers from e, unless they are known already. Returns the other end if
 * that is in the index and has no twin yet, else NULL.
 */
struct endpoint *endpoint_index_learn_twin(struct endpoint_index *x, struct endpoint *c,
					   const struct event *e);

/* The same with initial sequence numbers that are known from elsewhere. */
struct endpoint *endpoint_index_set_isns(struct endpoint_index *x, struct endpoint *c,
					 const struct twin_key *isns);

/*
 * Prefetch data into the CPU's caches; no other effect. Before an event is applied, call the first
 * function to fetch its hash buckets and, when these have arrived, the second to fetch its
 * endpoint. Before an endpoint is removed, call the third to fetch its hash buckets.
 */
void endpoint_index_prefetch(const struct endpoint_index *x, const struct event *e);
void endpoint_index_prefetch_endpoint(const struct endpoint_index *x, const struct event *e);
void endpoint_index_prefetch_remove(const struct endpoint_index *x, const struct endpoint *c);
