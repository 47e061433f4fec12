/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Nanoseconds per unit of time, as 64-bit numbers: a product with one of them does not overflow.
 */
#pragma once

#include <stdint.h>

#define NS_PER_US 1000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_S 1000000000ULL

/* Return the earlier of two times. 0 means never. */
static inline uint64_t pick_earlier(uint64_t a_ns, uint64_t b_ns)
{
	return b_ns && (!a_ns || b_ns < a_ns) ? b_ns : a_ns;
}
