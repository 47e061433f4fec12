/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The runs of a recording that a recorder continued after a restart, on one time line.
 *
 * The times of a run are those of CLOCK_BOOTTIME. After a reboot they begin at zero again, so those
 * of a later run are shifted. The distance between two runs is that of the wall clock. If the wall
 * clock was set back meanwhile, the later run begins where the earlier one ends. run_info takes the
 * shift into account, so wall-clock times are always those of the run.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "reader.h"
#include "run_info.h"

struct replay_runs {
	struct kernel_counters before;	/* counted before the present run began */
	struct kernel_counters past;	/* of the earlier runs */
	int64_t shift_ns;		/* added to the times of the present run */
	unsigned restarts;		/* runs that followed another one */
	unsigned killed;		/* runs without end that another one followed */
	uint64_t gap_ns;		/* time between the runs */
};

/* Room for a copy of a record. All runs may share it. */
struct replay_shifted {
	struct event event;
	struct record_mark mark;
	struct record_annotation annotation;
};

/* Return the counts of all runs, given the counters of the present run. */
struct kernel_counters replay_runs_count(const struct replay_runs *x,
					 const struct kernel_counters *now);

/*
 * Begin the run that `next` describes with its start mark. `was` is the present state of the run
 * before, which ended at end_ns, and `counts` are those so far. Adapts next->boot_to_wall_ns and
 * returns the shifted start, or 0 if the runs overlap.
 */
uint64_t replay_runs_begin(struct replay_runs *x, const struct run_info *was, struct run_info *next,
			   uint64_t end_ns, const struct kernel_counters *counts,
			   const struct record_mark *start);

/* Shift the times of a record. It then points to the copy. */
void replay_runs_shift(const struct replay_runs *x, struct record *record,
		       struct replay_shifted *copy);

/* Log the sums over all runs, unless there was only one. */
void replay_runs_report(unsigned restarts, unsigned killed, uint64_t gap_ns);
