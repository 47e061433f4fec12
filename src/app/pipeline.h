/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The path from a source to a view: bytes -> event -> endpoint table -> story -> verdict -> filters
 * -> view, with counts. Tests, fuzzers and benchmarks use it as the program does.
 *
 * It feeds the endpoint table and takes the stories that the table reports. The caller does
 * everything else with the table itself (pipeline_endpoints()): advance the time, mark lost events,
 * end the run. The pipeline reads neither a source nor a clock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "endpoint_table.h"
#include "story_filter.h"
#include "time_range.h"
#include "view.h"

/* What the pipelines of several hosts have shown together: -n counts that. */
struct pipeline_total {
	uint64_t stories, events;
};

struct pipeline_config {
	const struct view *view;
	struct view_context *context;
	const struct view_context *main;	/* that of all hosts; NULL: context */
	const struct filter *filter;
	const struct story_filter *story_filter;
	/*
	 * -n; 0: unlimited. Events are those that the view prints, or all if it prints none. A view
	 * that counts itself counts other things than stories.
	 */
	uint64_t max_stories, max_events;
	struct pipeline_total *total;	/* of several pipelines; or NULL */
	struct time_range range;	/* --since, --until; until_ns 0: all */
	bool never_open;	/* --all */
	/* --fail-on: called for each story that passes the filters, printed or not; or NULL */
	void (*judge)(void *arg, const struct story *s, const struct verdict *v);
	void (*after_story)(void *arg);	/* called after each story to empty context->out; or NULL */
	void *arg;
	struct endpoint_table_config endpoint_table;	/* the pipeline sets callbacks and arg */
};

struct pipeline;

/* Returns NULL if out of memory. *config is copied; what it points to must outlive the pipeline. */
struct pipeline *pipeline_new(const struct pipeline_config *config);
void pipeline_free(struct pipeline *t);

/* Takes one record of a source. Anything that is not an event is counted as malformed. */
void pipeline_feed(struct pipeline *t, const void *bytes, unsigned long len);

/* The table that the pipeline feeds, for as long as the pipeline lives. */
struct endpoint_table *pipeline_endpoints(const struct pipeline *t);

/* The events so far, as -n counts them: those that the view has shown, if it shows events. */
uint64_t pipeline_events_counted(const struct pipeline *t);

/* Call visit for each close in progress that the filters include, with its verdict as of now_ns. */
void pipeline_visit_closing(struct pipeline *t, uint64_t now_ns,
			    void (*visit)(void *arg, const struct story *s,
					  const struct verdict *v), void *arg);

/* Has -n been reached? */
bool pipeline_is_done(const struct pipeline *t);

/* The counts so far; t may be NULL. kernel: the counters of the kernel side, or NULL. */
struct run_counts pipeline_tally(const struct pipeline *t, const struct kernel_counters *kernel);
