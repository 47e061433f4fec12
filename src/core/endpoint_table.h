/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of endpoints: finds the story of each event, and reports each story once, when it is
 * over. Pure.
 *
 * An endpoint is found by the key of its socket; by its addresses, which also find the minisock
 * that outlives the socket; and by its initial sequence numbers, which find its twin on this host.
 * A story that is over is reported a moment later (SETTLE_NS, or SETTLE_CALL_NS if a call on the
 * socket has not returned yet). A story that waits for the peer's FIN after close() is kept as long
 * as the kernel keeps the minisock. The table is bounded: if it is full, the endpoint without an
 * event for the longest time is evicted, and counted.
 *
 * If the last event of an endpoint is missed, nothing here shows that its socket is gone. The
 * caller may look for the sockets of the open endpoints, and give up those that are gone. Such an
 * endpoint is lost and not reported, even if its close had begun: how it ended is unknown.
 *
 * seen = reported + open + evicted + end_missed + vanished, at any time. An endpoint that was given
 * up and acts again is open again: it counts once in seen, and no longer as evicted or vanished
 * (departed.h has the limits).
 *
 * Some of the latest events may wait in an internal queue (endpoint_table.c). Each function below,
 * except feed and free, applies these events first. None may be called from event() or report().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "story.h"
#include "time_units.h"

#define SETTLE_NS (100 * NS_PER_MS)
#define SETTLE_CALL_NS (500 * NS_PER_MS)

struct endpoint_table;

struct endpoint_table_config {
	unsigned long max_open;		/* endpoints kept, at least 1 */
	uint64_t seed;			/* random hash key: remote hosts choose addresses */
	bool calls;			/* the source has CALL events */
	bool timewait;			/* the source has TIMEWAIT events */
	bool resets;			/* ... and RESET_SENT events of sockets */
	bool minisock_resets;		/* ... and of minisocks */
	const struct process_tree *tree;	/* of --tree: process_tree.h; or NULL */
	uint16_t host;			/* of its stories: index in the table of hosts */
	uint16_t clock;			/* hosts with the same number have one clock */
	struct twin_exchange *exchange;	/* finds twins on other hosts (twin_exchange.h); or NULL */
	const struct text_cache *names;	/* of processes (process_names.h), borrowed; or NULL */
	/* Called for each event as fed, before report() for the stories that it ends; or NULL. */
	void (*event)(void *arg, const struct event *e);
	/* Called for a story that is over, or open at the end; s is valid during the call. */
	void (*report)(void *arg, const struct story *s, uint64_t now_ns);
	/* Called for an endpoint that is lost: how it ended was missed; or NULL. */
	void (*lose)(void *arg, const struct story *s);
	void *arg;
};

struct endpoint_table_counts {
	uint64_t seen;		/* endpoints that entered the table */
	uint64_t reported;	/* stories passed to report() */
	uint64_t open;		/* endpoints in the table */
	uint64_t closing;	/* open endpoints whose close has begun and is not over */
	uint64_t evicted;	/* lost: the table was full */
	uint64_t end_missed;	/* lost: another connection has the socket's key now */
	uint64_t vanished;	/* lost: endpoint_table_lose() */
};

/* NULL if out of memory. */
struct endpoint_table *endpoint_table_new(const struct endpoint_table_config *config);
void endpoint_table_free(struct endpoint_table *t);

/* Take the next event. If memory runs out, the endpoint counts as evicted. */
void endpoint_table_feed(struct endpoint_table *t, const struct event *e);

/*
 * Apply all queued events now, and report the stories that they end. Call it before anything else
 * that must happen after these events.
 */
void endpoint_table_flush(struct endpoint_table *t);

/* Note that events were lost: a missing event no longer proves anything. */
void endpoint_table_set_lossy(struct endpoint_table *t);

/* Advance the time to now_ns: report the stories whose deadline has passed. */
void endpoint_table_expire(struct endpoint_table *t, uint64_t now_ns);

/* The time at which endpoint_table_expire() has something to do next; 0 never. */
uint64_t endpoint_table_next_ns(struct endpoint_table *t);

/*
 * Call visit() for each endpoint whose end was not seen and whose last event was before before_ns,
 * in the order of their last events. visit() must not call a function of this table.
 */
void endpoint_table_visit_open(struct endpoint_table *t, uint64_t before_ns,
			       void (*visit)(void *arg, const struct story *s), void *arg);

/*
 * Visit the endpoints whose close has begun and is not over, also those that only a timewait
 * minisock is left of. visit() must not change the table.
 */
void endpoint_table_visit_closing(struct endpoint_table *t,
				  void (*visit)(void *arg, const struct story *s), void *arg);

/*
 * The story of the open endpoint with this key and exactly this cookie; NULL if there is none.
 * Valid until the next call of any other function of this table.
 */
const struct story *endpoint_table_find_open(struct endpoint_table *t, uint64_t sk_key,
					     uint64_t cookie);

/*
 * Give up the open endpoint with this key and exactly this cookie: at looked_ns its socket did not
 * exist any more. That proves that an event was missed, as endpoint_table_set_lossy() notes.
 * Returns false, with nothing done, if there is no such endpoint or it had an event since.
 */
bool endpoint_table_lose(struct endpoint_table *t, uint64_t sk_key, uint64_t cookie,
			 uint64_t looked_ns);

/*
 * End the run: report the stories that are over, and, with ending "open", those whose close has
 * begun. The other endpoints are not reported and stay counted as open.
 */
void endpoint_table_end(struct endpoint_table *t, uint64_t now_ns);

struct endpoint_table_counts endpoint_table_counts(struct endpoint_table *t);
