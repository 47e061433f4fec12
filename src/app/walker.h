/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A child process that walks over the sockets when it is asked to, for the gauges of serve and the
 * stuck sockets of top. A host may have a million sockets: a walk takes as long as it takes, and
 * the tracer goes on meanwhile.
 * The child is also the only process of serve that keeps privileges: the one that answers HTTP has
 * none.
 *
 * The cost is bounded: a walk stops after WALKER_MAX_NS, and the next one begins WALKER_EVERY_NS
 * after the start of the last one, or later: the child works at most a twentieth of the time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "metrics.h"
#include "options.h"
#include "stuck_rows.h"
#include "top_stuck.h"

#define WALKER_EVERY_NS (10 * NS_PER_S)
#define WALKER_MAX_NS (3 * NS_PER_S)
#define WALKER_REST 20		/* a walk per that many times its duration */

struct walker {
	pid_t pid;		/* 0: none, or it has ended */
	int fd;			/* readable when a walk is over; -1 */
	bool busy;		/* a walk is going on */
	uint64_t next_ns;	/* the earliest start of the next one */
	uint64_t asked_ns;	/* the start of the last one */
	uint64_t cpu_ns;	/* CPU time of the child, also after its end */
	struct metrics_walk last;	/* known is false before the first */
	struct stuck_rows stuck;	/* what it found, for the page */
	struct top_stuck_rows *rows;	/* of the caller, who wants them; NULL: sums are enough */
	uint64_t walks;			/* results so far */
};

void walker_init(struct walker *w);

/*
 * Starts the child (set rows before), which opens what it needs with the privileges of the caller.
 * Call it early: the child has a copy of the memory. Returns 0 or -errno.
 */
int walker_start(struct walker *w, const struct options *o);

/* Asks for a walk, if the last one is old enough. */
void walker_ask(struct walker *w, uint64_t now_ns);

/* Takes the result of a walk if it is there. The child is reaped if it has ended. */
void walker_take(struct walker *w);

/* Ends the child. */
void walker_stop(struct walker *w);
