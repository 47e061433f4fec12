/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The slowest closes of the last SLOWEST_SPAN_NS, in bounded memory. Pure: no clock, no output.
 *
 * The span moves in steps: each step keeps its SLOWEST_MAX slowest closes, so that those of the
 * whole span are among them. A close belongs to the step in which it was over.
 */
#pragma once

#include "close_row.h"
#include "time_units.h"

#define SLOWEST_MAX 64u			/* rows */
#define SLOWEST_STEPS 30u
#define SLOWEST_STEP_NS (10 * NS_PER_S)
#define SLOWEST_SPAN_NS (SLOWEST_STEPS * SLOWEST_STEP_NS)

/* The slowest of any number of closes, in no order. Starts as { .nr = 0 }. */
struct slowest_rows {
	unsigned nr;
	unsigned fastest;	/* if full: index of the row that a slower one replaces */
	struct close_row rows[SLOWEST_MAX];
};

void slowest_rows_add(struct slowest_rows *t, const struct close_row *row);

struct slowest;

/* Return an empty list, NULL if out of memory. */
struct slowest *slowest_new(void);
void slowest_free(struct slowest *t);

/* Take a close. One whose time is unknown, or that is older than the span, is left out. */
void slowest_add(struct slowest *t, const struct close_row *row);

/*
 * Copy the closes of the span that ends at now_ns to rows[], which has room for SLOWEST_MAX: the
 * slowest first. Returns their number.
 */
unsigned slowest_list(const struct slowest *t, uint64_t now_ns, struct close_row *rows);

/* Forget all closes. */
void slowest_reset(struct slowest *t);
