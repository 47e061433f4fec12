/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view hist: the times that it draws a histogram of, and the counts of a row.
 */
#pragma once

#include "aggregate.h"
#include "histogram.h"
#include "names.h"

/* The phases of the close (enum phase), then two times of the connection. */
enum hist_time { HIST_AGE = PHASE_COUNT, HIST_IDLE, HIST_TIMES };

struct hist_row {
	uint64_t stories;
	struct histogram time[HIST_TIMES];
};

/* Rows of struct hist_row, to show in another way: the operations of the view, but for show. */
struct aggregate_ops hist_row_ops(void);

/* The name of an enum hist_time, a value of --phase; NULL past the last. */
const char *hist_time_name(unsigned i);

/* Print the lower bound of a bucket: "1 ms", a whole number of its unit. */
void hist_print_bound(struct buf *b, uint64_t ns);

/* Print "p50 1.2 ms, p90 4.1 ms, p99 >198 ms, max >201 ms". */
void hist_print_quantiles(struct buf *b, const struct histogram *h);

/* Print "8.2 %": n of all, which is not 0, right-aligned. */
void hist_print_percent(struct buf *b, uint64_t n, uint64_t all, size_t width);
