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
