/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The joints between a source and a view: bytes -> event -> story -> verdict -> view, with the
 * filters and the counting. Knows no source and no clock: time comes with the events and from the
 * caller.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "endpoint_table.h"
#include "story_filter.h"
#include "view.h"

struct pipeline_config {
	const struct view *view;
	struct view_context *context;
	const struct filter *filter;
	const struct story_filter *story_filter;
	uint64_t max_stories;	/* -n, 0 unlimited */
	bool never_open;	/* --all */
	void (*after_story)(void *arg);	/* after each story, to make room in context->out; or NULL */
	void *arg;
	struct endpoint_table_config endpoint_table;	/* report and arg are the pipeline's own */
};

struct pipeline;

/* NULL if out of memory. */
struct pipeline *pipeline_new(const struct pipeline_config *config);
void pipeline_free(struct pipeline *t);

/* One record of a source. Anything that is no event is counted as malformed. */
void pipeline_feed(struct pipeline *t, const void *bytes, unsigned long len);

/*
 * Some events may be kept for a while (src/conn.h: endpoint_table_prefetch). What the rest of this header says is right for all
 * that were taken only after this; what changes anything does it first.
 */
void pipeline_drain_lookahead(struct pipeline *t);

/* The source lost events. */
void pipeline_note_loss(struct pipeline *t);

/* Time has come to now_ns. */
void pipeline_tick(struct pipeline *t, uint64_t now_ns);

/* When pipeline_tick() has something to do next; 0 never. */
uint64_t pipeline_next_ns(const struct pipeline *t);

/* Closes that began and are not over. */
uint64_t pipeline_unsettled(const struct pipeline *t);

/* Has -n been reached? */
bool pipeline_is_done(const struct pipeline *t);

/* The run is over: tells what can be told of the rest. */
void pipeline_end(struct pipeline *t, uint64_t now_ns);

/* What it came to so far; kernel may be NULL. */
struct run_counts pipeline_tally(const struct pipeline *t, const struct kernel_counters *kernel);
