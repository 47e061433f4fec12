/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stage between the source and the stories: corrects the stream of events, so that each event
 * comes once, in order, and with the task that caused it or with no task. Pure.
 *
 * It corrects four things:
 * - An event that arrives twice. The two programs of one hook may both report a change
 *   (bpf/reentry.bpf.h).
 * - A call that arrives early. Up to Linux 6.5 close() drops the file on the way back to user
 *   space: the call has returned, and was reported, before the change that it makes. If that
 *   change is the first event of its connection (opened before tracing, never open, TCP Fast
 *   Open), the connection is unknown when the call arrives.
 * - A task that is not involved. A connection that was never accepted ends in the close() of its
 *   listener (inet_csk_listen_stop), or in a softirq that interrupted an unrelated task.
 * - A timewait minisock that a scan reports before the ring reports the socket that it replaces.
 *
 * The caller looks up the story first and passes it, so this stage remembers little: a story has
 * the last change of its socket, and a call is early only if its socket has no story.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "story.h"

#define EVENT_ORDER_OUT 2	/* an early call, and the change that it made */

#define EARLY_CALLS 64		/* about one per CPU waits: the change follows at once */
#define CLOSED_LISTENERS 16
#define RECENT_CLOSES 32	/* only a few events of other CPUs come before a copy */

/* Initialize with { 0 }. Each array is a ring buffer. */
struct event_order {
	struct event early_calls[EARLY_CALLS];	/* kind 0: none */
	struct closed_listener {	/* listeners closed with connections in their queue */
		uint32_t netns, tid;
		uint16_t port;
	} closed_listeners[CLOSED_LISTENERS];
	struct recent_close {	/* the last change of a socket whose story was reported */
		uint64_t sk_key, cookie;
		uint8_t old_state, new_state;
	} recent_closes[RECENT_CLOSES];
	unsigned next_call, next_listener, next_close;
	uint64_t scanned_until_ns;	/* all minisocks that scans found are gone by then */
	bool lossy;	/* events were lost: a missing event proves nothing */
	/* out[] may point to these: an early call, and an event with its task removed */
	struct event call, anonymous;
};

/*
 * Take an event, and the story of its socket or NULL. Returns the number of events to feed now, 0
 * to EVENT_ORDER_OUT, and sets out[] to point to them; they are valid until the next call. Returns
 * 0 if the event is a copy, early or about a listener.
 */
unsigned event_order_feed(struct event_order *o, const struct event *e, const struct story *known,
			  const struct event *out[EVENT_ORDER_OUT]);

/*
 * Does this event repeat the last change of the story's socket? Always false without a cookie,
 * because another socket may have the same key.
 */
bool event_order_is_last_change(const struct story *s, const struct event *e);

/* Could a scan have found the minisock that replaces the socket of this event? */
bool event_order_may_be_scanned(const struct event_order *o, const struct event *e);

/* Remember the last change of a story that is removed from the table. */
void event_order_add_close(struct event_order *o, const struct story *s);
