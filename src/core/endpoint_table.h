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
 * seen = told + open + evicted + end_missed, at any time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "story.h"

#define SETTLE_NS (100ULL * 1000000)
#define SETTLE_CALL_NS (500ULL * 1000000)	/* where a call that acted has still to return */

struct conns;

struct conns_config {
	unsigned long max_open;		/* endpoints kept, at least 1 */
	uint64_t seed;			/* keys the hash of addresses, which strangers choose */
	bool calls;			/* CALL events come */
	bool late;			/* LATE events come */
	/*
	 * A story is over, or (at the end of the run) will not be; both are the callee's during the
	 * call.
	 */
	void (*tell)(void *arg, const struct story *s, uint64_t now_ns);
	void *arg;
};

struct conns_counts {
	uint64_t seen;		/* endpoints that entered the table */
	uint64_t told;		/* stories given to tell() */
	uint64_t open;		/* endpoints in the table */
	uint64_t unsettled;	/* of these, closes that began and are not over */
	uint64_t evicted;	/* lost: the table was full */
	uint64_t end_missed;	/* lost: their socket's key came back with another connection */
};

/* NULL if out of memory. */
struct conns *conns_new(const struct conns_config *config);
void conns_free(struct conns *t);

/* Takes the next event. Out of memory is counted as an eviction. */
void conns_feed(struct conns *t, const struct event *e);

/*
 * Where there are many endpoints memory is slower than the work: the two have what conns_feed() will look at brought
 * nearer, some events ahead. First the places in the tables where e belongs, then, when those have come, its
 * endpoint. They change nothing.
 */
void conns_expect(const struct conns *t, const struct event *e);
void conns_expect_endpoint(const struct conns *t, const struct event *e);

/* Events were lost: from now on nothing is concluded from one that did not come. */
void conns_note_loss(struct conns *t);

/* Time has come to now_ns: tells what has waited long enough. */
void conns_tick(struct conns *t, uint64_t now_ns);

/* When conns_tick() has something to do next; 0 never. */
uint64_t conns_next_ns(const struct conns *t);

/*
 * The run is over: tells what is over, and as open what had begun to close. The rest stays counted
 * as open.
 */
void conns_end(struct conns *t, uint64_t now_ns);

struct conns_counts conns_counts(const struct conns *t);
