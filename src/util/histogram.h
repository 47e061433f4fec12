/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A log-linear histogram of durations in nanoseconds. Pure.
 *
 * The buckets are the ones a person would choose (1, 2, 5, 10, 20, ...), so a chart of them is
 * exact. Each is divided into HISTOGRAM_BINS bins of equal width. A quantile is at most 1.5 % off,
 * and exact below 100 ns. Memory is bounded: one KiB for an empty histogram, plus 400 bytes per
 * bucket in use.
 *
 * A value may be cut: a minimum, because the duration was not over when it was measured. A quantile
 * with a cut value at or below it is a minimum too.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_BINS 50

/* One for 0, then three for each power of ten up to 10^18, and one from 10^19 to the maximum */
#define HISTOGRAM_BUCKETS 59

/* Starts as { 0 }. */
struct histogram {
	uint64_t n, min, max;	/* number of values; smallest and largest (ns); 0 if empty */
	uint64_t cuts, min_cut;	/* number of cut values; the smallest (ns), 0 if there is none */
	uint64_t *bucket[HISTOGRAM_BUCKETS];	/* HISTOGRAM_BINS counts each, NULL: all 0 */
	uint64_t cut[HISTOGRAM_BUCKETS];	/* cut values, which bucket counts too */
};

/* Free the memory. The histogram is empty and can be used again. */
void histogram_release(struct histogram *h);

/* Add one value. Returns false if out of memory; nothing was added then. */
bool histogram_add(struct histogram *h, uint64_t ns);

/* As histogram_add(), for a cut value. */
bool histogram_add_cut(struct histogram *h, uint64_t ns);

/* Add all values of `from` to `to`. Returns false if out of memory; some may have been added. */
bool histogram_merge(struct histogram *to, const struct histogram *from);

/*
 * Return the quantile of `permille` (nearest rank, within 1.5 %) in ns; 500 is the median. Returns
 * 0 if the histogram is empty.
 */
uint64_t histogram_quantile(const struct histogram *h, unsigned permille);

/* Is that quantile a minimum? The maximum (1000) is if any value is cut. */
bool histogram_quantile_is_cut(const struct histogram *h, unsigned permille);

/* Return the bucket of a value. */
unsigned histogram_bucket_of(uint64_t ns);

/* Return the number of values in a bucket, 0 if there is no such bucket. */
uint64_t histogram_bucket_count(const struct histogram *h, unsigned bucket);

/* Return the lower bound of a bucket in ns; for HISTOGRAM_BUCKETS, the end of the last bucket. */
uint64_t histogram_bucket_from_ns(unsigned bucket);
