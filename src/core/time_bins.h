/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Endings over time, in at most TIME_BINS bins of equal width, by class. Pure.
 *
 * The width is the smallest in a list of usual ones (1 ms, 2 ms, 10 ms, ... 100 days) with which
 * all endings so far fit. Bins begin at a multiple of it, so the same endings in another order make
 * the same bins.
 */
#pragma once

#include <stdint.h>

#include "names.h"

#define TIME_BINS 96

/* Starts as { 0 }. */
struct time_bins {
	uint64_t first;		/* bin[0] begins at first * width */
	unsigned nr;		/* bins in use; the first and the last have an ending */
	unsigned scale;		/* index in the list of widths */
	uint64_t n[TIME_BINS][CLASS_COUNT];
};

void time_bins_add(struct time_bins *t, uint64_t wall_ns, enum class class);

/* The width of a bin in nanoseconds. */
uint64_t time_bins_width_ns(const struct time_bins *t);

/* The number of endings in the i-th bin. */
uint64_t time_bins_count(const struct time_bins *t, unsigned i);
