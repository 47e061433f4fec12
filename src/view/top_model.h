/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the view top counts: it takes stories, and knows neither a clock nor a screen. top_frame.h
 * has what one refresh shows of it.
 *
 * The processes, or the groups of --by, have sums since the start of the run. The slowest closes
 * are those of slowest.h. The closes in progress are asked for at each refresh, or are the stories
 * with the ending "open" at the end of the run.
 */
#pragma once

#include "aggregate.h"
#include "slowest.h"
#include "who.h"

#define TOP_GRAPH 8u		/* refreshes in a graph of the header */
#define TOP_ROW_CLOSES 16u	/* the slowest closes of a row, to show behind it */
#define TOP_KEPT_MAX 8192u	/* of all rows together */

enum top_rate { TOP_CLOSES, TOP_RESETS, TOP_TIMEOUTS, TOP_RATES };

/* A row of the processes. The counts come first, so that the functions of who.h take it. */
struct top_row {
	struct who_row who;
	uint64_t closes_before;	/* those before the present interval */
	uint64_t closes_then;	/* those of the interval before */
	struct close_list slowest;	/* on a full screen, with their stories */
};

struct top_model {
	struct aggregate_ops who;	/* on the rows of the groups */
	struct keyed_table groups;
	struct group_key *key;		/* of the latest story */
	struct slowest *slowest;
	struct close_list open;
	uint64_t nr_open;		/* all of them, also those that have no row */
	uint64_t closes, lost;		/* since the start of the run, or of counting */
	uint64_t rates[TOP_RATES];	/* since the latest refresh */
	uint64_t history[TOP_GRAPH][TOP_RATES];	/* the counts of the latest intervals */
	unsigned refreshes;
	unsigned nr_kept;		/* closes in the lists of all rows */
	bool keeps_stories;
	bool open_is_shown;		/* the next open story begins a new list */
};

/* Initialise a model. The groups are those of v, by default the processes. False: no memory. */
bool top_model_init(struct top_model *m, struct view_context *v);
void top_model_release(struct top_model *m);

/* Forget all that was counted. What is lost remains. The groups are those of v from now on. */
void top_model_reset(struct top_model *m, const struct view_context *v);

/* Returns false if out of memory. */
bool top_model_add(struct top_model *m, struct view_context *v, const struct story *s,
		   const struct verdict *verdict);

/* A refresh ends an interval: its rates are known, and the next one begins. */
void top_model_end_interval(struct top_model *m);

/*
 * Ask for the closes in progress as of now_ns. At the end of the run they have been reported
 * instead.
 */
void top_model_list_open(struct top_model *m, struct view_context *v, uint64_t now_ns, bool at_end);

/* The kept story of the other end of a connection; NULL if it is not known. */
struct kept_story *top_model_find_twin(const struct top_model *m, const struct story *s);
