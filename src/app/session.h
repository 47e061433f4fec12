/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One run, whatever its source: a view that is told, where its output goes, what is said of losses,
 * and the recording of it if one is made.
 *
 * Reads no clock and waits for nothing: the source (trace.c, replay.c) hands over events and says
 * what time it is. All that makes a difference is recorded, so that a replay takes the same turns.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cgroup_cache.h"
#include "options.h"
#include "output.h"
#include "pipeline.h"
#include "reader.h"
#include "symbolize.h"
#include "view.h"
#include "writer.h"

struct session {
	const struct options *o;
	const struct view *view;
	struct run_info meta;	/* the source's to fill, before session_begin() */
	struct view_context context;
	struct output out;
	struct pipeline *pipeline;
	struct endpoint_table *endpoints;	/* the pipeline's */
	struct record_writer *writer;	/* NULL: none */
	struct story_filter story_filter;	/* the options', which sees the places */
	struct cgroup_cache *cgroup_cache;
	char *(*cgroup_path)(void *arg, uint64_t id);	/* the live source's; NULL: the recording tells */
	void *cgroup_arg;
	struct stack_cache *stacks;
	struct symbolizer *symbolizer;	/* the live source's, NULL none; the session's to free */
	uint64_t latest_ns;	/* ts_ns of the latest event */
	uint64_t lost_reported;	/* losses already reported */
	uint64_t loss_ns;	/* when they were */
	bool loss_noted;	/* the pipeline knows that some happened */
};

/* Fills in the part of a view that comes from the options and from where the output goes. */
void session_init_context(struct view_context *v, const struct options *o, struct output *out);

/* Opens the output. An exit status, the reason said. */
int session_open(struct session *s, const struct options *o);

/* Events may come from now on. An exit status, the reason said. */
int session_begin(struct session *s, uint64_t now_ns, const struct kernel_counters *counters);

/* The wall clock was set: what is told from now on is told by it. */
void session_clock_changed(struct session *s, int64_t boot_to_wall_ns, uint64_t now_ns,
		   const struct kernel_counters *counters);

/* Time has come to now_ns, for the view alone. */
void session_tick_view(struct session *s, uint64_t now_ns);

/* One record of the source, not yet looked at. */
void session_feed(struct session *s, const void *bytes, unsigned long len);

/* What a recording says of a number in the events to come. */
void session_annotate(struct session *s, const struct record_annotation *annotation);

/* All that happened before now_ns has been handed over. */
void session_advance(struct session *s, uint64_t now_ns, const struct kernel_counters *counters);

/* When session_advance() has something to do next; 0 never. */
uint64_t session_next_ns(const struct session *s);

/* Is no close in progress, and does no story wait to be reported? As of session_advance(). */
bool session_is_settled(const struct session *s);

/* Is it over, as far as the output is concerned: -n reached, or nothing more can be written? */
bool session_is_done(const struct session *s);

/* The run is over: tells the rest and the summary. */
void session_end(struct session *s, uint64_t now_ns, const struct kernel_counters *counters);

/*
 * Closes what session_end() finished. status: of the run so far; returned unless something worse
 * happened.
 */
int session_close(struct session *s, int status);

/* After a failure at any point, and after session_close(). */
void session_release(struct session *s);
