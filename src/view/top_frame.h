/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What one refresh of the view top shows: a copy, so that it can be sorted, filtered and scrolled
 * while the model goes on counting, or while the display is paused.
 */
#pragma once

#include "top_stuck.h"
#include "top_model.h"

/* A row of the processes: the values of the columns of who.h. */
struct top_group {
	const struct keyed_entry *entry;	/* valid until the model is reset */
	bool other;
	uint64_t n[WHO_COUNTS];
	uint64_t interval_closes;
	struct top_hold {
		uint64_t n, cuts, p50, p99, max;
		bool p99_is_cut;
	} hold[WHO_HOLDS];
};

struct top_frame {
	struct interval interval;	/* since the refresh before */
	uint64_t begun_ns, wall_ns;	/* start of counting; time of the refresh */
	uint64_t closes, nr_open, lost;
	uint64_t rates[TOP_RATES];	/* of the interval */
	uint64_t history[TOP_GRAPH][TOP_RATES];	/* the latest last */
	unsigned nr_history;
	struct top_group *groups;
	size_t nr_groups, cap_groups;
	struct close_list slowest, open;	/* in order of time */
	struct top_stuck_rows stuck;
};

void top_frame_init(struct top_frame *f);
void top_frame_release(struct top_frame *f);

/*
 * Copy what the model has counted. The interval has ended (top_model_end_interval()), and the
 * closes in progress are listed. False if out of memory; then some rows are missing.
 */
bool top_frame_take(struct top_frame *f, const struct top_model *m, const struct view_context *v,
		    const struct interval *interval, uint64_t begun_ns);

/* Forget the rows: the groups of the model are gone. */
void top_frame_clear(struct top_frame *f);

/* Take the result of a walk; *rows is copied. */
void top_frame_set_stuck(struct top_frame *f, const struct top_stuck_rows *rows);

/* The value of a column of who in this row; as who_column_value(). */
bool top_group_value(const struct top_frame *f, const struct top_group *g,
		     const struct who_column *c, uint64_t *value);
