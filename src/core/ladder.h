/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The end of a connection as a ladder: two sides, and what happened between them in the order of
 * time. Of one story, or of two that are the ends of one connection. Pure; draws nothing.
 *
 * What a segment was on its way is known where both ends tell of it. The states of a side that no
 * story tells of are those that its segments imply, and no others.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "verdict.h"

#define LADDER_RUNGS (2 * STORY_CALLS + 16)

enum side { LADDER_LEFT, LADDER_RIGHT, LADDER_SIDES };

enum rung_kind {
	RUNG_CALL,	/* a call, or the end of a task, on its side */
	RUNG_SEGMENT,	/* a FIN, an ACK of one, both in one, or a RST */
	RUNG_RETRANSMIT,	/* the FIN was sent so many times more */
	RUNG_DATA,	/* so many bytes, 0 not known how many: between the two FINs, or after the last */
	RUNG_END,	/* it was over without a segment, or is not over */
};

struct rung {
	uint64_t ts_ns;		/* with dated: when it was sent, or where only that is known came */
	uint64_t transit_ns;	/* with has_transit: until it was there */
	uint64_t count;		/* RETRANSMIT, DATA */
	const struct socket_call *call;	/* CALL */
	uint32_t seq, ack;	/* raw */
	uint8_t kind, side;	/* whose act; who sent the segment */
	uint8_t nr;		/* in the order in which they were added */
	uint8_t wave, wave2;	/* its numbers, 0 none; wave2: two in one segment */
	uint8_t state[LADDER_SIDES];	/* into which it led; 0: no change that is known */
	bool orphan[LADDER_SIDES];	/* the state is FIN_WAIT2, and no process holds the socket */
	bool dated, has_transit;
	bool fin, rst;
	bool exact;		/* it was seen, not inferred */
	bool has_seq, has_ack;
	bool unanswered;	/* nothing shows that it arrived */
};

struct ladder {
	const struct story *s[LADDER_SIDES];	/* the right one may be NULL */
	const struct verdict *v[LADDER_SIDES];
	uint8_t first[LADDER_SIDES];	/* state at the start, 0 not known */
	uint32_t base_seq[LADDER_SIDES];	/* numbers count from here: at the start of the end */
	bool has_base[LADDER_SIDES];
	unsigned nr;
	struct rung rung[LADDER_RUNGS];
};

/*
 * The stories stay the caller's, and are pointed to. b: the other end, or NULL. The side that began
 * is on the left where both ends are known; else the one that is known.
 */
void ladder_make(struct ladder *l, const struct story *a, const struct verdict *va,
		 const struct story *b, const struct verdict *vb);

/* Are these the two ends of one connection, as the stories themselves say? */
bool ladder_are_twins(const struct story *a, const struct story *b);
