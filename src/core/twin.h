/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Twins: the two ends of one connection, where the run has both. Pure.
 *
 * Both ends know the two initial sequence numbers (RFC 9293 section 3.4.1: each end chooses its own
 * at random), whatever lies between them: a veth, another namespace, NAT of addresses or ports. Two
 * sockets are twins if one has the two numbers of the other, swapped. A proxy or SYN proxy makes
 * two connections with different numbers: ends on opposite sides of it are not twins.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "story.h"

/* Compute the key from an event. False if the event does not show the numbers of the socket. */
bool twin_key_from_event(struct twin_key *k, const struct event *e);

/*
 * The two numbers as one, the same for both ends: the smaller one in the upper half. Any two of a
 * million connections share one with a probability of 2^-24; a sum or a XOR collides far sooner.
 */
static inline uint64_t twin_key_unordered(const struct twin_key *k)
{
	uint32_t min = k->iss < k->irs ? k->iss : k->irs, max = k->iss < k->irs ? k->irs : k->iss;

	return (uint64_t)min << 32 | max;
}

/* A hash that is the same for both ends. */
uint32_t twin_hash(const struct twin_key *k, uint64_t seed);

/* Are these the keys of twins? */
static inline bool twin_match(const struct twin_key *a, const struct twin_key *b)
{
	return a->iss == b->irs && a->irs == b->iss;
}

/* What a source shows of the RSTs that are sent. */
struct twin_view {
	bool resets;		/* those of sockets, and no event was lost */
	bool minisock_resets;	/* those of minisocks */
	bool other_clock;	/* the times of the two ends cannot be compared */
};

/* Does the story show that its end sent a RST? */
bool twin_has_sent_reset(const struct story *twin);

/*
 * Did the twin send the RST that ended s? s may not be over yet: then the twin has ended first, and
 * its kernel may still answer a segment with a RST of no socket.
 */
enum twin_reset twin_find_reset(const struct story *s, const struct story *twin,
				const struct twin_view *view);
