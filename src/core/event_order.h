/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stage between the source and the stories: makes of the events that arrive those that
 * happened, each once, in order, and with the task that did it or none. Pure.
 *
 * It corrects four things:
 * - An event that arrives twice. The two programs of one hook may both report a change
 *   (bpf/reentry.bpf.h).
 * - A call that arrives early. Up to Linux 6.5 close() drops the file on the way back to user
 *   space: the call has returned, and was reported, before the change that it makes. Where that
 *   change is the first event of its connection (from before tracing, never open, TCP Fast Open),
 *   nothing was known when the call arrived.
 * - A task that is not involved. A connection that was never accepted ends in the close() of its
 *   listener (inet_csk_listen_stop) or else in a softirq that interrupted some task.
 * - A timewait minisock that a scan reports before the ring reports the socket that it replaces.
 *
 * The table looks up the story before it asks this stage, which then has less to remember: a story
 * knows the last change of its socket, however long ago, and a call is early only if nothing is
 * known of its socket.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "story.h"

#define EVENT_ORDER_OUT 2	/* an early call, and the change that it made */

#define EARLY_CALLS 64		/* about the number of CPUs: the change follows at once */
#define CLOSED_LISTENERS 16
#define RECENT_CLOSES 32	/* a copy arrives within a few events, as many as other CPUs add */

/* Starts as { 0 }. Each of the arrays is a ring. */
struct event_order {
	struct event early_calls[EARLY_CALLS];	/* kind 0: none */
	struct closed_listener {	/* closed while connections waited in its queue */
		uint32_t netns, tid;
		uint16_t port;
	} closed_listeners[CLOSED_LISTENERS];
	struct recent_close {	/* the last change of a socket whose story was reported */
		uint64_t sk_key, cookie;
		uint8_t old_state, new_state;
	} recent_closes[RECENT_CLOSES];
	unsigned next_call, next_listener, next_close;
	uint64_t scanned_until_ns;	/* no minisock that a scan found lives longer */
	bool lossy;	/* events were lost: conclude nothing from one that did not arrive */
	/* out[] may point to these: a call that was early, an event without its task */
	struct event call, anonymous;
};

/*
 * Take an event, and the story of its socket or NULL. Returns how many events now happened, 0 to
 * EVENT_ORDER_OUT, and has out[] point to them; they are valid until the next event. 0: it arrived
 * twice, or too early.
 */
unsigned event_order_feed(struct event_order *o, const struct event *e, const struct story *known,
			  const struct event *out[EVENT_ORDER_OUT]);

/*
 * Is this the last change of the story's socket, once more? Never without a cookie: a key returns
 * with another.
 */
bool event_order_is_last_change(const struct story *s, const struct event *e);

/* May a scan have found the minisock that replaces the socket of this event? */
bool event_order_may_be_scanned(const struct event_order *o, const struct event *e);

/* Remember the last change of a story that leaves the table. */
void event_order_add_close(struct event_order *o, const struct story *s);
