/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The common part of the views who and hist, which sum stories up: groups by key, printed after
 * each interval (`who 5`) and, for the whole run, at the end.
 */
#pragma once

#include "keyed_table.h"
#include "view.h"

/* The period that a sum covers. */
struct interval {
	uint64_t from_ns, to_ns;
	uint64_t closes, open;	/* stories that ended; that did not before the run did */
	bool total;		/* the whole run */
};

/* The operations of a view on its rows. */
struct aggregate_ops {
	size_t row_size;
	uint32_t max_groups;
	/* Both return false if out of memory. */
	bool (*add)(void *row, const struct story *s, const struct verdict *verdict);
	bool (*merge)(void *to, const void *from);
	void (*release)(void *row);	/* frees what the row owns */
	int (*compare)(const struct view_options *o, const void *a, const void *b);
	void (*show)(struct view_context *v, const struct keyed_table *g,
		     const struct interval *interval);
};

/*
 * Allocate the state of the view (v->state; aggregate_release() frees it). by is the key of the
 * groups if --by was not given; GROUP_BY_NONE: one group. With -j the first and last lines of the
 * view json are printed too.
 */
void aggregate_start(struct view_context *v, const struct aggregate_ops *ops, enum group_by by);
void aggregate_begin_host(struct view_context *v, const struct host *host);
void aggregate_add_story(struct view_context *v, const struct story *s,
			 const struct verdict *verdict);

/* As aggregate_add_story(). Returns the row, which does not move; NULL if out of memory. */
void *aggregate_add_to_row(struct view_context *v, const struct story *s,
			   const struct verdict *verdict);

void aggregate_tick(struct view_context *v, uint64_t now_ns);
void aggregate_print_lost(struct view_context *v, const struct run_counts *t, uint64_t now_ns);
void aggregate_end(struct view_context *v, const struct run_counts *t, uint64_t now_ns);
void aggregate_release(struct view_context *v);

/* Print "08:12:32.000 to 08:12:37.000: 120 closes, 3 open". */
void aggregate_print_interval(struct view_context *v, const struct interval *interval);

/*
 * Print "(12 more)" if --top left rows out, and "(other) are those that came after the first 1024"
 * if the table has such a row.
 */
void aggregate_print_other(struct view_context *v, const struct keyed_table *g);
