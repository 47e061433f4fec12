/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Facts about a run besides its events: where and how they were captured, and what was lost. Plain
 * data, filled by the source of the events (live tracing or a recording) and read by the views.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "stream_counts.h"

#define RUN_INFO_HOOKS 16
#define RUN_INFO_TEXT 65

struct hook {
	const char *name;	/* "state", "destroy", "late", "calls", ... */
	/* "tp_btf", "fentry", "fexit", "kprobe", "tracepoint", "inline", "none" */
	const char *how;
};

struct run_info {
	char hostname[RUN_INFO_TEXT];
	char host[RUN_INFO_TEXT];	/* --host; "": the host name */
	char kernel[RUN_INFO_TEXT];	/* uname -r */
	char machine[RUN_INFO_TEXT];	/* uname -m; system call numbers depend on it */
	char boot_id[RUN_INFO_TEXT];
	int64_t boot_to_wall_ns;	/* add to an event's ts_ns for nanoseconds since 1970 */
	struct hook hook[RUN_INFO_HOOKS];
	unsigned nr_hooks;
	bool exe;			/* the executables of processes were looked up */
	bool tree;			/* --tree: only sockets of COMMAND and its descendants */
	bool merged;			/* it is in a recording of several hosts */
};

/* The name of the host. */
static inline const char *run_info_host(const struct run_info *m)
{
	return m->host[0] ? m->host : m->hostname;
}

static inline void run_info_add_hook(struct run_info *m, const char *name, const char *how)
{
	if (m->nr_hooks < RUN_INFO_HOOKS)
		m->hook[m->nr_hooks++] = (struct hook){ name, how };
}

/*
 * Return how the hook of this name is attached, "none" if it is not. Views ask this for each story:
 * the first letter excludes most hooks.
 */
static inline const char *run_info_hook(const struct run_info *m, const char *name)
{
	for (unsigned i = 0; i < m->nr_hooks; i++)
		if (m->hook[i].name[0] == name[0] && !strcmp(m->hook[i].name, name))
			return m->hook[i].how;
	return "none";
}

static inline bool run_info_has_hook(const struct run_info *m, const char *name)
{
	return strcmp(run_info_hook(m, name), "none") != 0;
}

/* Does a hook watch calls from entry to return? If not, only state changes show calls. */
static inline bool run_info_watches_calls(const struct run_info *m)
{
	return run_info_has_hook(m, "calls") && strcmp(run_info_hook(m, "calls"), "inline") != 0;
}

/*
 * The totals of a run. seen = reported + filtered + open + sampled_out + the three lost_ counts of
 * endpoints. A run that records to a stream has all stories itself: sampled_out is 0 there, and
 * events_spool_full are no events that its own stories lack.
 */
struct run_counts {
	uint64_t seen;		/* endpoints */
	uint64_t reported;		/* their stories were shown */
	uint64_t filtered;	/* ended, but a filter excluded them */
	uint64_t open;		/* open and not closing when the run ended */
	uint64_t lost_table_full;	/* evicted: the table was full */
	uint64_t lost_end_missed;	/* their end was not seen: another socket has their key */
	uint64_t lost_vanished;	/* their end was not seen: their socket is gone */
	uint64_t unchecked;	/* open at the end, and nobody could look for their sockets */
	uint64_t events;		/* events processed */
	uint64_t events_ring_full;	/* lost: the ring buffer was full */
	uint64_t events_calls_full;	/* lost: the map of calls in progress was full */
	uint64_t events_malformed;	/* lost: decode_event() rejected them */
	uint64_t maybe_missed;	/* upper bound: programs that the kernel did not run */
	bool unchecked_known, maybe_missed_known;
	bool to_stream;		/* the run records to a stream */
	uint64_t sampled_out;	/* endpoints that --max-rate kept out of the stream */
	uint64_t events_spool_full;	/* lost on the way to the stream: the spool was full */
	/* Of a stream: the segments of all hosts together. */
	bool is_stream;
	struct stream_counts stream;
};

/* Add the totals of another run. */
static inline void run_counts_add(struct run_counts *t, const struct run_counts *more)
{
	t->seen += more->seen;
	t->reported += more->reported;
	t->filtered += more->filtered;
	t->open += more->open;
	t->lost_table_full += more->lost_table_full;
	t->lost_end_missed += more->lost_end_missed;
	t->lost_vanished += more->lost_vanished;
	t->unchecked += more->unchecked;
	t->unchecked_known = t->unchecked_known && more->unchecked_known;
	t->maybe_missed += more->maybe_missed;
	t->maybe_missed_known = t->maybe_missed_known && more->maybe_missed_known;
	t->events += more->events;
	t->events_ring_full += more->events_ring_full;
	t->events_calls_full += more->events_calls_full;
	t->events_malformed += more->events_malformed;
	t->sampled_out += more->sampled_out;
	t->events_spool_full += more->events_spool_full;
}

static inline uint64_t run_counts_lost_events(const struct run_counts *t)
{
	return t->events_ring_full + t->events_calls_full + t->events_malformed;
}

static inline uint64_t run_counts_lost_endpoints(const struct run_counts *t)
{
	return t->lost_table_full + t->lost_end_missed + t->lost_vanished;
}

/* Segments of a stream that are missing, or were refused. */
static inline uint64_t run_counts_lost_segments(const struct run_counts *t)
{
	return t->stream.lost + stream_counts_refused(&t->stream);
}

static inline uint64_t run_counts_lost(const struct run_counts *t)
{
	return run_counts_lost_events(t) + run_counts_lost_endpoints(t) +
	       run_counts_lost_segments(t) + t->events_spool_full;
}
