/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Generates the events of an imaginary busy host: a fixed number of simultaneous connections
 * between a hundred local services and random peers with round trips of 0.1 to 20 ms. Each is
 * closed by either side or reset, with all events that the BPF side would report, and then replaced
 * by a new one. The more connections there are, the longer each lives, so the number of closes per
 * second does not depend on the number of connections.
 */
#pragma once

#include "event.h"

/*
 * Writes a recording with that number of events. host: its name, NULL for the usual one; each host
 * has other connections and another clock. Returns 0 or an errno value (positive).
 */
int generate_recording(const char *path, unsigned long events, unsigned long connections,
		       const char *host);

/* Fills *e with the event that establishes the connection of a new peer. */
void generate_established(struct event *e);

/* Make *e the next event of its socket: a change of its state in no task's context. */
static inline void generate_set_states(struct event *e, unsigned from, unsigned to, unsigned bits)
{
	e->kind = EVENT_STATE;
	e->old_state = (__u8)from;
	e->new_state = (__u8)to;
	e->sock_flags = (__u16)bits;
	e->task_flags = 0;
	e->syscall = 0;
	e->segs_in++;
}
