/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the endpoints of the table (src/conn.h) are, and how they are found: by their socket's key, by their
 * addresses, by their initial sequence numbers. Pure; conn.c's own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "deadline_heap.h"
#include "hash_index.h"
#include "pool.h"
#include "story.h"
#include "twin.h"

struct conn {
	struct hash_index_link sk_link, flow_link, ends_link;
	struct story story;
	struct conn *prev, *next;	/* among the active */
	struct deadline_heap_node due;		/* else among those with a deadline */
	struct twin_key ends;		/* its initial sequence numbers */
	struct conn *twin;
	uint32_t nr;			/* in the pool */
	bool has_ends;			/* they are known, and it is in by_ends */
	bool has_sk;			/* it is in by_sk */
	bool unsettled;
};

struct conn_index {
	struct pool pool;
	struct hash_index by_sk, by_flow, by_ends;
	uint64_t seed;			/* keys the hashes of what strangers choose */
};

/* False if out of memory. */
bool conn_index_init(struct conn_index *x, uint64_t seed);

/* The stories are the caller's to release. */
void conn_index_release(struct conn_index *x);

/* An endpoint with a story that begins with e, in no queue. NULL if out of memory. */
struct conn *conn_index_new(struct conn_index *x, const struct event *e);
void conn_index_drop(struct conn_index *x, struct conn *c);

/* Of several the latest: those from before are over, and wait to be told. A cookie 0 is not known. NULL: none. */
struct conn *conn_by_sk(const struct conn_index *x, uint64_t sk, uint64_t cookie);
struct conn *conn_by_flow(const struct conn_index *x, const struct flow *w, uint64_t cookie);

/* The endpoints of that key, whatever their cookies, the latest first; NULL: none, or no more. */
struct conn *conn_of_key(const struct conn_index *x, uint64_t sk);
struct conn *conn_next_of_key(const struct conn_index *x, const struct conn *c);

/* Its key is another's from now on: it is found by its addresses only. */
void conn_lose_key(struct conn_index *x, struct conn *c);

/* Learns its initial sequence numbers from e, if they are not known. The other end, if they say who it is. */
struct conn *conn_learn_twin(struct conn_index *x, struct conn *c, const struct event *e);

/*
 * Where there are many endpoints memory is slower than the work. These have it brought nearer, and change nothing: for
 * an event that comes soon first the places in the indices, then, when those are here, its endpoint; for an
 * endpoint that will be dropped soon its places.
 */
void conn_index_expect(const struct conn_index *x, const struct event *e);
void conn_index_expect_endpoint(const struct conn_index *x, const struct event *e);
void conn_index_expect_drop(const struct conn_index *x, const struct conn *c);
