/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A mixing function for 64-bit hashes. */
#pragma once

#include <stdint.h>

/* Mix 64 bits (the finalizer of MurmurHash3): every input bit affects every output bit. */
static inline uint64_t hash_fmix64(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}
