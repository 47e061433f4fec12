/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Delta encoding of struct event: only what differs from an earlier record is written. Pure.
 *
 * Lossless for any input of that size; compact for inputs that look like events. The earlier
 * record (the base) is the latest one with the same socket, or with the same change of state; the
 * encoder chooses, and the decoder need not know. If there is none, it is the latest record.
 *
 * An encoded record is
 *
 *	slot (1 byte)	where this record is stored as the base of later ones
 *	words (3 bytes)	bit n: the 8-byte word n differs from the base
 *	for each differing word: 1 byte, whose lower half is the number of low zero bytes left out
 *	and whose upper half is the number of bytes that follow, lowest first; then these bytes
 *
 * A word is XORed with that of the base. Word 0, the time, is instead the difference from the time
 * of the previous record, zigzag-encoded (the sign is bit 0). Before all that, fields that are
 * mostly equal within an event are replaced by their difference (snd_nxt - snd_una, for example).
 * The base of an empty slot is the latest record, initially all zeros.
 *
 * Decoding can start only at a record before which the encoder called delta_begin().
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "event.h"

#define DELTA_WORDS (sizeof(struct event) / 8)
#define DELTA_RECORD_BYTES (DELTA_WORDS * 8)
#define DELTA_SLOTS 256
/* Bytes that delta_encode() may write, including 8 that are not part of the record */
#define DELTA_ENCODED_MAX (1 + DELTA_WORDS / 8 + DELTA_WORDS * 9 + 8)

/*
 * Which earlier record is closest to the next? Of the same socket on a host where each connection
 * is different; of the same change where one program makes many similar connections.
 */
enum delta_base { DELTA_BASE_SOCKET, DELTA_BASE_CHANGE, DELTA_BASES };

/* The state of an encoder or a decoder. Starts with delta_begin(). */
struct delta {
	enum delta_base base;		/* of an encoder: may be set after each delta_begin() */
	uint64_t slot[DELTA_SLOTS][DELTA_WORDS];
	uint8_t used[DELTA_SLOTS];
	uint64_t ts;			/* word 0 of the previous record */
	unsigned latest;		/* slot of the previous record */
	struct event out;		/* the latest result of delta_decode() */
};

/* Forget all records. Encoder and decoder must call it at the same place. */
void delta_begin(struct delta *p);

/*
 * Encode a record of DELTA_RECORD_BYTES into `out`, which has room for DELTA_ENCODED_MAX bytes.
 * Returns the length of the encoded record in bytes.
 */
size_t delta_encode(struct delta *p, const void *record, uint8_t *out);

/*
 * Decode the record at *in and move *in behind it. Returns NULL if it is malformed or does not end
 * before `end`. The record is valid until the next call; the caller may change it.
 */
void *delta_decode(struct delta *p, const uint8_t **in, const uint8_t *end);

/*
 * Fetch into the cache what delta_decode() of the record at `in` needs. Worth it where records of
 * many decoders are mixed. No other effect.
 */
static inline void delta_prefetch(const struct delta *p, const uint8_t *in, const uint8_t *end)
{
	const char *slot = in < end ? (const char *)p->slot[*in] : NULL;

	if (!slot)
		return;
	__builtin_prefetch(slot, 1);
	__builtin_prefetch(slot + 64, 1);
	__builtin_prefetch(slot + 128, 1);
	__builtin_prefetch(in + 64);
}
