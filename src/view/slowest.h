/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The slowest closes of the last SLOWEST_SPAN_NS, in bounded memory: no clock, no output.
 *
 * The span moves in steps: each step keeps its SLOWEST_MAX slowest closes, so that those of the
 * whole span are among them. A close belongs to the step in which it was over.
 */
#pragma once

#include "close_list.h"
#include "time_units.h"

#define SLOWEST_MAX CLOSE_LIST_MAX	/* rows */
#define SLOWEST_STEPS 30u
#define SLOWEST_STEP_NS (10 * NS_PER_S)
#define SLOWEST_SPAN_NS (SLOWEST_STEPS * SLOWEST_STEP_NS)

struct slowest;

/* Return an empty list, NULL if out of memory. */
struct slowest *slowest_new(void);
void slowest_free(struct slowest *t);

/* Would slowest_add() keep a close with that time? See close_list_wants(). */
bool slowest_wants(const struct slowest *t, const struct close_row *row);

/*
 * Take a close, with another share of its story. One whose time is unknown, or that is older than
 * the span, is left out. False if out of memory.
 */
bool slowest_add(struct slowest *t, const struct close_row *row);

/*
 * Make *list, which has room for SLOWEST_MAX, those of the span that ends at now_ns: the slowest
 * first. False if out of memory.
 */
bool slowest_list(const struct slowest *t, uint64_t now_ns, struct close_list *list);

/* Forget all closes. */
void slowest_reset(struct slowest *t);
