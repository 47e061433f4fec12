/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Puts the segments of one run of a host, in one partition, into the order of their sequence
 * numbers. Pure: the time is that of the broker, as the caller reads it.
 *
 * A recorder numbers its segments from 0. They may reach the stream out of order, and twice. A
 * segment that does not follow the one before is held until those between have come, or until
 * SEGMENT_WAIT_NS have passed since the first of those that wait came. Whatever comes within that
 * time therefore does not change the result. What is still missing then is lost, and counted. If it
 * comes later, it is late, and counted too.
 *
 * A reader that begins in the middle of a stream does not know the first number. Then the lowest
 * one of the first SEGMENT_WAIT_NS is the first, and nothing before it is lost.
 *
 * The list of those that wait is not bounded here: the caller looks at nr and bytes, and takes the
 * next one without waiting (`hurry`).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define SEGMENT_WAIT_NS (30 * 1000000000ULL)
#define SEGMENT_SEQUENCE_MAX (1ULL << 53)	/* a number is less than that */
#define SEGMENT_GAPS 8				/* in which a late segment and a repeat differ */

/* Embedded in the caller's segment. */
struct segment_link {
	TAILQ_ENTRY(segment_link) by_sequence, by_arrival;
	uint64_t sequence;	/* less than SEGMENT_SEQUENCE_MAX */
	uint64_t broker_ns;	/* when it reached the broker */
	size_t bytes;
};

TAILQ_HEAD(segment_list, segment_link);

/* Numbers from `from` up to, not including, `to` are lost. */
struct segment_gap {
	uint64_t from, to;
};

struct segment_order {
	struct segment_list by_sequence, by_arrival;	/* those that wait */
	size_t nr, bytes;				/* of these */
	uint64_t next;		/* the sequence number that comes next */
	bool begun;		/* next is known */
	struct segment_gap gaps[SEGMENT_GAPS];	/* a ring: the latest ones */
	unsigned nr_gaps;	/* so far */
	uint64_t lost;		/* segments in gaps so far */
};

enum segment_fate {
	SEGMENT_HELD,		/* segment_order_take() will return it */
	SEGMENT_REPEATED,	/* it was taken before, or waits: the caller's again */
	SEGMENT_LATE,		/* it counts as lost already: the caller's again */
};

/* from_start: no segment before the first one of the run is missing in the stream. */
void segment_order_init(struct segment_order *o, bool from_start);

/* A segment has arrived, with sequence, broker_ns and bytes set. It must stay where it is. */
enum segment_fate segment_order_add(struct segment_order *o, struct segment_link *s);

/*
 * Take out the next segment; NULL if there is none, or if it must wait for others at now_ns. hurry:
 * it waits for nothing. Sets *gap to the number of segments that are lost before it.
 */
struct segment_link *segment_order_take(struct segment_order *o, uint64_t now_ns, bool hurry,
					uint64_t *gap);

/* Does the next segment wait for one that is missing? */
bool segment_order_has_gap(const struct segment_order *o);

/* The recorder has used all numbers below `end`. Returns how many of them did not come. */
uint64_t segment_order_end(struct segment_order *o, uint64_t end);
