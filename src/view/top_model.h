/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the view top shows: it takes stories and prints a screen of text. It reads no clock, no key
 * and no terminal, so tests and batch mode use it as the terminal does.
 *
 * It has three tables. The processes, or the groups of --by, have sums since the start of the run.
 * The slowest closes are those of slowest.h. The closes in progress are asked for at each refresh,
 * or are the stories with the ending "open" at the end of the run.
 */
#pragma once

#include "aggregate.h"
#include "slowest.h"
#include "text_screen.h"

#define TOP_GRAPH 8u	/* refreshes in a graph of the header */

enum top_rate { TOP_CLOSES, TOP_RESETS, TOP_TIMEOUTS, TOP_RATES };

struct top_model {
	struct text_screen screen;	/* of the latest refresh */
	enum top_tab tab;
	struct aggregate_ops who;	/* on the rows of the groups */
	struct keyed_table groups;
	struct group_key *key;		/* of the latest story */
	struct slowest *slowest;
	struct slowest_rows open;
	uint64_t nr_open;		/* all of them, also those that have no row */
	uint64_t closes, lost;		/* since the start of the run */
	uint64_t rates[TOP_RATES];	/* since the latest refresh */
	uint64_t history[TOP_GRAPH][TOP_RATES];	/* the counts of the latest intervals */
	unsigned refreshes;
	bool open_is_shown;		/* the next open story begins a new list */
};

/* Initialise a model. The groups are those of v, by default the processes. False: no memory. */
bool top_model_init(struct top_model *m, struct view_context *v);
void top_model_release(struct top_model *m);

/* Returns false if out of memory. */
bool top_model_add(struct top_model *m, const struct view_context *v, const struct story *s,
		   const struct verdict *verdict);

/*
 * Print the tables into the screen, which has the size of `screen`. The interval is the time since
 * the latest refresh; interval->total: the run ends. begun_ns is the start of the run.
 */
void top_model_refresh(struct top_model *m, struct view_context *v,
		       const struct interval *interval, uint64_t begun_ns);
