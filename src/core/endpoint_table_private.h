/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table, for endpoint_table.c, endpoint_table_open.c and endpoint_table_twin.c. */
#pragma once

#include <stddef.h>
#include <sys/queue.h>

#include "departed.h"
#include "endpoint_index.h"
#include "endpoint_table.h"
#include "event_order.h"
#include "repaired.h"

/*
 * With many endpoints most of the time is cache misses. So events wait in a queue while their data
 * is prefetched: first the hash buckets and then, half a queue later, the endpoints.
 */
#define QUEUE_LEN 8			/* events; a power of two */
#define QUEUE_MIN_ENDPOINTS 4096	/* fewer are in the CPU's caches anyway */

struct queued_event {
	struct endpoint_table *table;	/* NULL: it was freed meanwhile */
	struct event event;
};

/* The tables that look for twins in each other have one queue: their events stay in order. */
struct event_queue {
	struct queued_event item[QUEUE_LEN];
	unsigned queued, applied;	/* events that entered and left the queue */
	unsigned long open;		/* endpoints in the tables that use it */
};

struct endpoint_table {
	struct endpoint_table_config config;
	struct event_queue *queue;	/* own_queue, or that of the exchange */
	struct event_queue own_queue;
	struct event_order order;
	struct repaired repaired;
	struct departed departed;
	struct endpoint_table_counts counts;
	struct endpoint_index index;
	TAILQ_HEAD(endpoint_list, endpoint) active;	/* without a deadline, by last event */
	struct deadline_heap due;	/* over, or in a minisock: reported at a deadline */
};

/* Remove an endpoint that is not reported, and remember it in case that it acts again. */
void endpoint_table_give_up(struct endpoint_table *t, struct endpoint *c, enum departure why);

static inline struct endpoint *get_due_endpoint(struct deadline_heap_node *due)
{
	return (struct endpoint *)((char *)due - offsetof(struct endpoint, due));
}

/*
 * Describe the twin in the story of c, which has one: its cookie, and the task that closed it, else
 * its last task.
 */
void endpoint_twin_describe(struct endpoint *c);

/* Find the other end, once the initial sequence numbers are known. */
void endpoint_twin_link(struct endpoint_table *t, struct endpoint *c, const struct event *e);

/*
 * A socket was closed in repair mode, without a segment to the peer: the socket that is restored
 * from it, maybe soon, is the other end then.
 */
void endpoint_twin_unlink_repaired(struct endpoint_table *t, struct endpoint *c,
				   const struct event *e);

/* The tables of other hosts live on: they must not find the endpoints of this one any more. */
void endpoint_twin_leave(struct endpoint_table *t);
