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

/*
 * Find the time of a story that counts in histogram i. It is cut if its end did not end it: also
 * the total of an open one. False: the story has no such time.
 */
bool hist_find_time(const struct story *s, const struct verdict *v, unsigned i, uint64_t *ns,
		    bool *cut);

/* Print the lower bound of a bucket: "1 ms", a whole number of its unit. */
void hist_print_bound(struct buf *b, uint64_t ns);

/* Print "8.2 %": n of all, which is not 0, right-aligned. */
void hist_print_percent(struct buf *b, uint64_t n, uint64_t all, size_t width);
