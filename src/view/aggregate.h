/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the views have in common that sum stories up instead of telling each: groups by key, shown
 * every so often (`who 5`) and, of the whole run, at the end.
 */
#pragma once

#include "keyed_table.h"
#include "view.h"

/* The time that a sum is of. */
struct interval {
	uint64_t from_ns, to_ns;
	uint64_t stories;
	bool total;		/* of the whole run */
};

/* What a view does with its rows. */
struct aggregate_ops {
	size_t row_size;
	uint32_t max_groups;
	/* Both false where out of memory. */
	bool (*add)(void *row, const struct story *s, const struct verdict *verdict);
	bool (*merge)(void *to, const void *from);
	void (*release)(void *row);	/* gives back what it owns */
	int (*compare)(const struct view_options *o, const void *a, const void *b);
	void (*show)(struct view_context *v, const struct keyed_table *g, const struct interval *interval);
};

/*
 * Begins; by: what --by is where it was not given. What it takes is the view's state. With -j the
 * lines that begin and end the view json are told too.
 */
void aggregate_start(struct view_context *v, const struct aggregate_ops *ops, enum group_by by);
void aggregate_add_story(struct view_context *v, const struct story *s, const struct verdict *verdict);
void aggregate_tick(struct view_context *v, uint64_t now_ns);
void aggregate_print_lost(struct view_context *v, const struct run_counts *t, uint64_t now_ns);
void aggregate_end(struct view_context *v, const struct run_counts *t, uint64_t now_ns);
void aggregate_release(struct view_context *v);

/* "08:12:32.000 to 08:12:37.000: 120 closes" */
void aggregate_print_interval(struct view_context *v, const struct interval *interval);

/* "(other) are those that came after the first 1024", if there are any */
void aggregate_print_other(struct view_context *v, const struct keyed_table *g);
