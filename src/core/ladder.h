/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The end of a connection as a ladder diagram: two sides, and the events between them in order of
 * time. A ladder is made from one story, or from two stories that are the two ends of a connection.
 * Pure; draws nothing.
 *
 * The transit time of a segment is known only if both ends have a story. Between two clocks, it has
 * bounds, of FINs (ladder_set_flights()). A side without a story has only those states that its
 * segments imply.
 *
 * A socket that is connected to itself has only the left side. Its segments leave and arrive there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "clock_bounds.h"
#include "verdict.h"

#define LADDER_RUNGS (2 * STORY_CALLS + 16)

enum side { LADDER_LEFT, LADDER_RIGHT, LADDER_SIDES };

enum rung_kind {
	RUNG_CALL,	/* a call, or the end of a task, on its side */
	RUNG_SEGMENT,	/* a FIN, the ACK of a FIN, both in one segment, or a RST */
	RUNG_RETRANSMIT,	/* the FIN was retransmitted count times */
	RUNG_DATA,	/* count bytes, 0 unknown: between the two FINs, or after the last */
	RUNG_END,	/* the end came without a segment, or has not come */
};

/* Where a RST came from. */
enum reset_origin {
	RESET_FROM_END,		/* the side that the rung names sent it */
	RESET_FROM_UNKNOWN,	/* that side, or something between the two ends */
	RESET_FROM_BETWEEN,	/* something between the two ends */
};

struct rung {
	uint64_t ts_ns;		/* valid with dated: time sent, else time received */
	uint64_t transit_ns;	/* valid with has_transit: from sent to received, at least */
	uint64_t transit_max_ns;	/* ... at most; the same if both ends have one clock */
	uint64_t count;		/* of RUNG_RETRANSMIT and RUNG_DATA */
	const struct socket_call *call;	/* of RUNG_CALL */
	uint32_t seq, ack;	/* raw numbers */
	uint8_t kind, side;	/* enum rung_kind; the side that acted, or that a segment leaves */
	uint8_t origin;		/* enum reset_origin */
	uint8_t nr;		/* order in which the rungs were added */
	uint8_t wave, wave2;	/* 1 to 4, 0 none; wave2: a second one in this segment */
	/* State after it; 0 no known change. If is_self: when it left, and when it arrived. */
	uint8_t state[LADDER_SIDES];
	bool orphan[LADDER_SIDES];	/* state is FIN_WAIT2 and no process holds the socket */
	bool dated, has_transit;
	bool fin, rst;
	bool exact;		/* seen, not inferred */
	bool has_seq, has_ack;
	bool unanswered;	/* nothing shows that it arrived */
};

struct ladder {
	const struct story *s[LADDER_SIDES];	/* the right one may be NULL */
	const struct verdict *v[LADDER_SIDES];
	uint8_t first[LADDER_SIDES];	/* state at the start, 0 unknown */
	uint32_t base_seq[LADDER_SIDES];	/* numbers are shown relative to it */
	bool has_base[LADDER_SIDES];
	bool is_self;		/* the socket is connected to itself */
	unsigned nr;
	struct rung rung[LADDER_RUNGS];
};

/*
 * Make the ladder of story a and of the other end's story b. If that is unknown, b and vb are NULL.
 * The ladder points to the stories and verdicts, which the caller owns. With two stories the active
 * closer is on the left; with one story, its end is.
 */
void ladder_make(struct ladder *l, const struct story *a, const struct verdict *va,
		 const struct story *b, const struct verdict *vb);

/*
 * The ends have two clocks, and a is one of them: set the bounds for the times in transit of the
 * FINs that are known, where from_a is the one that a sent.
 */
void ladder_set_flights(struct ladder *l, const struct story *a,
			const struct clock_interval *from_a, const struct clock_interval *from_b);

/* The time without events before the i-th rung; 0 if it is too short to be drawn. */
uint64_t ladder_gap_before_ns(const struct ladder *l, unsigned i);

/*
 * The longest of these gaps and first_ns, the wait before the first rung. No gap equals the result
 * if all are shorter than 1 ms.
 */
uint64_t ladder_longest_gap_ns(const struct ladder *l, uint64_t first_ns);

/* Do the stories name each other as the two ends of one connection? */
bool ladder_are_twins(const struct story *a, const struct story *b);
