/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A log-linear histogram of nanoseconds. Pure.
 *
 * Its buckets are those that a person would choose, 1-2-5-10 and so on, so that a drawing of them
 * is exact; each is cut into HISTOGRAM_BINS bins of equal width. A quantile told from them is at most
 * 1.5 % off, below 100 ns not at all. Bounded: an empty one takes half a KiB, each bucket that
 * something falls into 400 bytes more.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_BINS 50
#define HISTOGRAM_BUCKETS 59	/* 0 to 1, then three to each of 20 powers of ten, the last cut short */

/* Starts as { 0 }. */
struct histogram {
	uint64_t n, min, max;	/* of none: 0 */
	uint64_t *bucket[HISTOGRAM_BUCKETS];	/* HISTOGRAM_BINS counts each, NULL: nothing fell into it */
};

void histogram_release(struct histogram *h);

/* False: out of memory, and nothing was added. */
bool histogram_add(struct histogram *h, uint64_t ns);

/* Adds what is in the other. False: out of memory, and some of it may have been. */
bool histogram_merge(struct histogram *to, const struct histogram *from);

/*
 * The value that so many of a thousand are not above (nearest rank), to 1.5 %; 500 is the median.
 * 0 of an empty one.
 */
uint64_t histogram_quantile(const struct histogram *h, unsigned permille);

/* How many fell into this bucket, and where it begins; bucket HISTOGRAM_BUCKETS is the end. */
uint64_t histogram_bucket_count(const struct histogram *h, unsigned bucket);
uint64_t histogram_bucket_from_ns(unsigned bucket);
