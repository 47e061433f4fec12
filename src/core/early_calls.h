/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls that were told before the story that they belong to. Pure.
 *
 * Up to 6.5 close() lets go of the file on the way back to user space: it has returned, and said so, before the
 * change that it makes. Of a connection whose first event that change is (from before tracing, never open, TCP
 * Fast Open) nothing was known when the call was told. So the latest calls on unknown sockets are kept for a
 * while.
 */
#pragma once

#include "event.h"

#define EARLY_CALLS 64		/* about as many CPUs: the change follows at once */

struct early_calls {
	struct event call[EARLY_CALLS];	/* a ring; kind 0: none */
	unsigned next;
	struct event taken;
};

/* Keeps what no story is about, if it is a CALL. */
void event_order_keep_call(struct early_calls *y, const struct event *e);

/*
 * The call that made this change, the first event of its story, and had returned before; NULL if there is
 * none. Valid until the next is taken, and given only once.
 */
const struct event *event_order_take_call(struct early_calls *y, const struct event *change);
