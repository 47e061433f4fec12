/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds the open endpoints whose sockets have vanished: their last event was lost, or the kernel did
 * not run a BPF program. It looks for the sockets with NETLINK_SOCK_DIAG, through handles that were
 * opened while the run was privileged.
 *
 * A look is in two steps. A socket that the first does not find may have ended a moment ago: its
 * last event is still in the ring, or is about to be written, because the kernel removes a socket
 * from its tables before it reports CLOSE. So a second look follows VANISHED_WAIT_NS later. An
 * endpoint is lost if it is missing again and had no event meanwhile.
 *
 * It looks at the end of the run, every VANISHED_EVERY_NS, and soon after events were lost.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag_netns.h"
#include "session.h"
#include "time_units.h"

#define VANISHED_EVERY_NS (600 * NS_PER_S)
#define VANISHED_LOSS_NS (10 * NS_PER_S)	/* between two looks because of losses, at least */
#define VANISHED_WAIT_NS (100 * NS_PER_MS)

struct vanished {
	struct session *session;
	struct diag_netns netns;
	struct suspect *suspects;	/* not found by the latest look */
	size_t nr, cap;
	uint64_t looked_ns;		/* when the first step began */
	uint64_t cost_ns;		/* duration of the latest first step */
	uint64_t confirm_ns;		/* when the second step is due; 0: not */
	uint64_t next_ns;		/* when the next look is due */
	uint64_t events_lost;		/* as of the latest look */
	uint64_t unchecked;		/* endpoints that it could not look for */
};

/* The session must have been opened, and outlive this. Opens no handle yet. */
void vanished_init(struct vanished *v, struct session *s);
void vanished_release(struct vanished *v);

/* Open the handles, while the run is still privileged. A failure is logged. */
void vanished_open(struct vanished *v, const struct filter *filter, uint64_t now_ns);

/* Look if a look is due. All events up to complete_ns have been fed. */
void vanished_advance(struct vanished *v, uint64_t now_ns, uint64_t complete_ns);

/* When vanished_advance() is due next; 0: never. */
uint64_t vanished_next_ns(const struct vanished *v);

/*
 * The look at the end of the run. Begin takes the first step, and returns whether the second is
 * needed. The caller feeds the events of VANISHED_WAIT_NS before that. End takes the second step if
 * it is needed, and tells the session how many endpoints could not be looked for.
 */
bool vanished_begin_last(struct vanished *v);
void vanished_end_last(struct vanished *v);
