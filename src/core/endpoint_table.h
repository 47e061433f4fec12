/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of endpoints: finds each event its story, and tells each story once, when it is over.
 * Pure.
 *
 * An endpoint lives under its socket's key, under its addresses too, which find the minisock that
 * outlives the socket, and under its initial sequence numbers, which find its twin on this host. A story that is over waits a moment
 * (SETTLE_NS) where a call that belongs to it has still to return (SETTLE_CALL_NS); one whose peer
 * owes a FIN waits as long as the kernel does. Bounded: the endpoint that was silent longest makes
 * room, and is counted.
 *
 * seen = reported + open + evicted + end_missed, at any time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "story.h"

#define SETTLE_NS (100ULL * 1000000)
#define SETTLE_CALL_NS (500ULL * 1000000)	/* where a call that acted has still to return */

struct endpoint_table;

struct endpoint_table_config {
	unsigned long max_open;		/* endpoints kept, at least 1 */
	uint64_t seed;			/* keys the hash of addresses, which strangers choose */
	bool calls;			/* CALL events come */
	bool timewait;			/* TIMEWAIT events come */
	/*
	 * A story is over, or (at the end of the run) will not be; both are the callee's during the
	 * call.
	 */
	void (*report)(void *arg, const struct story *s, uint64_t now_ns);
	void *arg;
};

struct endpoint_table_counts {
	uint64_t seen;		/* endpoints that entered the table */
	uint64_t reported;		/* stories given to report() */
	uint64_t open;		/* endpoints in the table */
	uint64_t closing;	/* of these, closes that began and are not over */
	uint64_t evicted;	/* lost: the table was full */
	uint64_t end_missed;	/* lost: their socket's key came back with another connection */
};

/* NULL if out of memory. */
struct endpoint_table *endpoint_table_new(const struct endpoint_table_config *config);
void endpoint_table_free(struct endpoint_table *t);

/* Takes the next event. Out of memory is counted as an eviction. */
void endpoint_table_feed(struct endpoint_table *t, const struct event *e);

/*
 * Where there are many endpoints memory is slower than the work: the two have what endpoint_table_feed() will look at brought
 * nearer, some events ahead. First the places in the tables where e belongs, then, when those have come, its
 * endpoint. They change nothing.
 */
void endpoint_table_prefetch(const struct endpoint_table *t, const struct event *e);
void endpoint_table_prefetch_endpoint(const struct endpoint_table *t, const struct event *e);

/* Events were lost: from now on nothing is concluded from one that did not come. */
void endpoint_table_set_lossy(struct endpoint_table *t);

/* Time has come to now_ns: tells what has waited long enough. */
void endpoint_table_expire(struct endpoint_table *t, uint64_t now_ns);

/* When endpoint_table_expire() has something to do next; 0 never. */
uint64_t endpoint_table_next_ns(const struct endpoint_table *t);

/*
 * The run is over: tells what is over, and as open what had begun to close. The rest stays counted
 * as open.
 */
void endpoint_table_end(struct endpoint_table *t, uint64_t now_ns);

struct endpoint_table_counts endpoint_table_counts(const struct endpoint_table *t);
