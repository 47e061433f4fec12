/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The conclusions from the two ends of a connection, or from the one that is known: who ended it,
 * whose the delay is, and where the ends disagree. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "clock_bounds.h"
#include "pair.h"
#include "twin.h"

enum { CONNECTION_CLIENT, CONNECTION_SERVER, CONNECTION_ENDS };

/* A side, and what acted there: the call, or else the process that holds the socket. */
struct connection_actor {
	enum connection_side side;
	const struct socket_call *call;		/* NULL unknown, or there was none */
	const struct holder *holder;		/* it made no call; else NULL */
};

struct connection {
	/* NULL: not known, see one_sided. Of a socket connected to itself: twice the same. */
	const struct pair_end *end[CONNECTION_ENDS];
	enum one_sided one_sided;
	/*
	 * Is it known which end called connect()? If not, the end with the smaller initial sequence
	 * number is in the client's place, or the only one.
	 */
	bool roles_known;
	struct connection_actor initiator;
	struct connection_actor blamed;		/* the side of cause; SIDE_UNKNOWN: of no side */
	enum cause cause;
	bool cause_known;
	bool cause_at_least;	/* cause_ns is a minimum */
	uint64_t cause_ns;
	enum middlebox middlebox;
	unsigned disagreements;	/* set of enum disagreement */
};

/* What the sources of the two ends show; see twin_find_reset(). */
struct connection_views {
	struct twin_view a, b;
};

/*
 * Conclude from two ends, in any order, or from one: then b is NULL, for the reason why. The ends
 * must outlive c. `views` is for ends on different hosts; NULL: their sources are not known.
 */
void connection_make(struct connection *c, const struct pair_end *a, const struct pair_end *b,
		     enum one_sided why, const struct connection_views *views);

/* The end whose conclusions describe the connection best: that of the first FIN or RST. */
const struct pair_end *connection_main_end(const struct connection *c);

/* The FIN that `from` sent, with the instants that are safe for clock_bounds.h. */
struct clock_fin connection_fin(const struct story *from, const struct story *to);
