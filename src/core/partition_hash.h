/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The partition of a connection, and whether a rate keeps it: both follow from a keyed hash of its
 * initial sequence numbers, so both ends come to the same result. Pure.
 *
 * The two use different bits of the hash: a rate leaves every partition its share.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "siphash.h"

#define PARTITIONS_MAX 64
#define SAMPLING_ALL 1000000u	/* a rate in millionths that keeps everything */

/* key: twin_key_unordered(). */
static inline uint64_t partition_hash(const struct siphash_key *hash_key, uint64_t key)
{
	uint8_t bytes[sizeof(key)];

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(key >> 8 * i);
	return siphash(hash_key, bytes, sizeof(bytes));
}

static inline bool partitions_are_valid(unsigned long partitions)
{
	return partitions && partitions <= PARTITIONS_MAX && !(partitions & (partitions - 1));
}

/* partitions: a power of two. */
static inline unsigned partition_of(uint64_t hash, unsigned partitions)
{
	return (unsigned)((hash >> 32) * partitions >> 32);
}

/* Does a rate of so many millionths keep the connection? */
static inline bool sampling_keeps(uint64_t hash, uint32_t rate)
{
	return ((hash & UINT32_MAX) * SAMPLING_ALL >> 32) < rate;
}
