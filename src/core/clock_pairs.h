/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The bounds of clock_bounds.h for each pair of boots, and what a connection between two hosts
 * shows with them: the offset of the clocks and how long its FINs took, each as an interval. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "clock_bounds.h"
#include "host_table.h"
#include "keyed_table.h"
#include "story.h"

struct clock_pairs {
	struct keyed_table bounds;	/* struct clock_bounds by boot ids; beyond `max`: unknown */
};

/* What is known of the times of one connection. */
struct pair_times {
	struct clock_interval offset;	/* the clock of b minus that of a, at their FINs or end */
	int64_t middle;			/* ... one value of it: clock_bounds_middle() */
	struct clock_interval from_a, from_b;	/* from when a FIN was queued until it arrived */
	bool contradicts;	/* the bounds of earlier connections: a clock has stepped */
};

void clock_pairs_init(struct clock_pairs *p, uint64_t seed);
void clock_pairs_release(struct clock_pairs *p);

/*
 * Take the two ends of a connection, and find its times. Ends of one boot have one clock: their
 * offset is 0. hosts may be NULL if all have.
 */
void clock_pairs_add(struct clock_pairs *p, const struct host_table *hosts, const struct story *a,
		     const struct story *b, struct pair_times *times);
