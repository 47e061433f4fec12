/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A log-linear histogram of nanoseconds. Pure.
 *
 * Its segments are those that a person would choose, 1-2-5-10 and so on, so that a drawing of them
 * is exact; each is cut into HIST_BINS bins of equal width. A quantile told from them is at most
 * 1.5 % off, below 100 ns not at all. Bounded: an empty one takes half a KiB, each segment that
 * something falls into 400 bytes more.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define HIST_BINS 50
#define HIST_SEGMENTS 59	/* 0 to 1, then three to each of 20 powers of ten, the last cut short */

/* Starts as { 0 }. */
struct hist {
	uint64_t n, min, max;	/* of none: 0 */
	uint64_t *segment[HIST_SEGMENTS];	/* HIST_BINS counts each, NULL: nothing fell into it */
};

void hist_release(struct hist *h);

/* False: out of memory, and nothing was added. */
bool hist_add(struct hist *h, uint64_t ns);

/* Adds what is in the other. False: out of memory, and some of it may have been. */
bool hist_merge(struct hist *to, const struct hist *from);

/*
 * The value that so many of a thousand are not above (nearest rank), to 1.5 %; 500 is the median.
 * 0 of an empty one.
 */
uint64_t hist_quantile(const struct hist *h, unsigned permille);

/* How many fell into this segment, and where it begins; segment HIST_SEGMENTS is the end. */
uint64_t hist_count(const struct hist *h, unsigned segment);
uint64_t hist_from_ns(unsigned segment);
