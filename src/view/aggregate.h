/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the views have in common that sum stories up instead of telling each: groups by key, shown
 * every so often (`who 5`) and, of the whole run, at the end.
 */
#pragma once

#include "keyed_table.h"
#include "view.h"

/* The time that a sum is of. */
struct sum_span {
	uint64_t from_ns, to_ns;
	uint64_t stories;
	bool total;		/* of the whole run */
};

/* What a view does with its rows. */
struct sum_kind {
	size_t row_size;
	uint32_t max_groups;
	/* Both false where out of memory. */
	bool (*add)(void *row, const struct story *s, const struct verdict *verdict);
	bool (*merge)(void *to, const void *from);
	void (*done)(void *row);	/* gives back what it owns */
	int (*compare)(const struct sink_options *o, const void *a, const void *b);
	void (*show)(struct view *v, const struct groups *g, const struct sum_span *span);
};

/*
 * Begins; by: what --by is where it was not given. What it takes is the view's state. With -j the
 * lines that begin and end the view json are told too.
 */
void sum_start(struct view *v, const struct sum_kind *kind, enum by by);
void sum_story(struct view *v, const struct story *s, const struct verdict *verdict);
void sum_tick(struct view *v, uint64_t now_ns);
void sum_lost(struct view *v, const struct tally *t, uint64_t now_ns);
void sum_end(struct view *v, const struct tally *t, uint64_t now_ns);
void sum_release(struct view *v);

/* "08:12:32.000 to 08:12:37.000: 120 closes" */
void sum_span_line(struct view *v, const struct sum_span *span);

/* "(other) are those that came after the first 1024", if there are any */
void sum_other_line(struct view *v, const struct groups *g);
