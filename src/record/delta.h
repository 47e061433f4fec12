/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events written as what differs from an earlier one: of the same socket where there was one, else
 * the latest. Pure. Any bytes of that size do, and come out as they went in; small is what looks
 * like an event.
 *
 * One packed record is
 *
 *	slot (1 byte)	where the record is remembered as the base of a later one
 *	words (3 bytes)	bit n: the 8-byte word n differs
 *	of each such word, XORed with the base: 1 byte, in its lower half how many of its low bytes
 *	are left out, being zero, in its upper how many bytes follow, the lowest first
 *
 * and word 0, the time, is the signed distance from the time of the record before, folded so that
 * its sign is bit 0. Numbers that are mostly equal within an event are told apart by their
 * difference before all that (snd_nxt less snd_una, say). A slot that is empty has the latest
 * record as its base, at first all zeros. What was packed since delta_begin() is unpacked from
 * there, or not at all.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "event.h"

#define DELTA_WORDS (sizeof(struct event) / 8)
#define DELTA_RECORD_BYTES (DELTA_WORDS * 8)
#define DELTA_SLOTS 256
#define DELTA_ENCODED_MAX (1 + DELTA_WORDS / 8 + DELTA_WORDS * 9 + 8)	/* room that packing takes */

struct delta {
	uint64_t slot[DELTA_SLOTS][DELTA_WORDS];
	uint8_t used[DELTA_SLOTS];
	uint64_t ts;			/* word 0 of the record before */
	unsigned latest;		/* its slot */
	struct event out;		/* what delta_decode() returned last */
};

void delta_begin(struct delta *p);

/* Packs a record of DELTA_RECORD_BYTES into out, which has room for DELTA_ENCODED_MAX. Returns the bytes taken. */
size_t delta_encode(struct delta *p, const void *record, uint8_t *out);

/*
 * Unpacks one record from *in on and moves *in behind it. NULL: it does not end before `end`. The
 * record is valid until the next call, and the caller's to change.
 */
void *delta_decode(struct delta *p, const uint8_t **in, const uint8_t *end);
