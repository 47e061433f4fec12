/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of endpoints: finds the story of each event, and reports each story once, when it is
 * over. Pure.
 *
 * An endpoint is found by the key of its socket; by its addresses, which also find the minisock
 * that outlives the socket; and by its initial sequence numbers, which find its twin on this host.
 * A story that is over waits a moment (SETTLE_NS, or SETTLE_CALL_NS where a call on the socket has
 * still to return). One whose peer has not sent its FIN waits as long as the kernel does. The table
 * is bounded: the endpoint that was silent longest makes room, and is counted.
 *
 * seen = reported + open + evicted + end_missed, at any time.
 *
 * Some of the latest events may wait in a queue inside (endpoint_table.c). Each function below
 * first applies them; none may be called from event() or report().
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
	uint64_t seed;			/* keys the hash of addresses, which remote hosts choose */
	bool calls;			/* the source has CALL events */
	bool timewait;			/* the source has TIMEWAIT events */
	/* An event as it was fed, before the stories that it ends; NULL if nobody wants it. */
	void (*event)(void *arg, const struct event *e);
	/* A story is over, or is still open at the end of the run. It is valid during the call. */
	void (*report)(void *arg, const struct story *s, uint64_t now_ns);
	void *arg;
};

struct endpoint_table_counts {
	uint64_t seen;		/* endpoints that entered the table */
	uint64_t reported;	/* stories passed to report() */
	uint64_t open;		/* endpoints in the table */
	uint64_t closing;	/* those among them whose close began and is not over */
	uint64_t evicted;	/* lost: the table was full */
	uint64_t end_missed;	/* lost: their socket's key is another connection's now */
};

/* NULL if out of memory. */
struct endpoint_table *endpoint_table_new(const struct endpoint_table_config *config);
void endpoint_table_free(struct endpoint_table *t);

/* Take the next event. Out of memory is counted as an eviction. */
void endpoint_table_feed(struct endpoint_table *t, const struct event *e);

/*
 * Report now what the events so far have ended, for a caller who does more in their order than call
 * the table.
 */
void endpoint_table_flush(struct endpoint_table *t);

/* Events were lost: from now on conclude nothing from one that did not arrive. */
void endpoint_table_set_lossy(struct endpoint_table *t);

/* Advance to now_ns: report what has waited long enough. */
void endpoint_table_expire(struct endpoint_table *t, uint64_t now_ns);

/* When endpoint_table_expire() has something to do next, 0 never. */
uint64_t endpoint_table_next_ns(struct endpoint_table *t);

/*
 * End the run: report what is over, and as open what had begun to close. The other endpoints stay
 * counted as open.
 */
void endpoint_table_end(struct endpoint_table *t, uint64_t now_ns);

struct endpoint_table_counts endpoint_table_counts(struct endpoint_table *t);
