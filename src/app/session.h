/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One run of a view over events, live or replayed: its output, the recording that it makes, the
 * annotations of events (cgroup paths, stacks, names), the reports of losses, and its pipeline.
 *
 * A session reads no clock and never waits: the source (trace.c, replay.c) feeds it events and the
 * current time. The session records everything that affects its output, so a replay takes the same
 * steps.
 *
 * Functions that return an exit status have logged the reason unless the status is EXIT_FINE.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "judge.h"
#include "options.h"
#include "output.h"
#include "pipeline.h"
#include "pod_logs.h"
#include "reader.h"
#include "symbolize.h"
#include "text_cache.h"
#include "texts.h"
#include "view.h"
#include "writer.h"

/* How a session records to a stream (stream_export.h). */
struct stream_recording {
	/* Open the writer of a run. Returns an exit status, with the reason logged. */
	int (*open)(void *arg, struct record_writer **writer, const struct run_info *meta);
	/* The story of an endpoint is over; or NULL. */
	void (*settled)(void *arg, const struct story *s, const struct verdict *v);
	void *arg;
};

struct session {
	const struct options *o;
	const struct view *view;
	struct run_info meta;	/* filled by the source before session_begin() */
	struct view_context context;
	struct output out;
	struct pipeline *pipeline;
	struct endpoint_table *endpoints;	/* the pipeline's */
	struct record_writer *writer;	/* NULL: nothing is recorded */
	/* Set by a source that records to a stream; or NULL: the recording is a file. */
	const struct stream_recording *stream;
	struct judge judge;	/* of --fail-on */
	struct siphash_key fleet_key;	/* --fleet-key */
	struct time_range range;	/* set by a replay before session_begin() */
	struct story_filter story_filter;	/* of the options, with access to cgroups */
	struct text_cache *cgroups;
	/* Looks up the path of a live cgroup, for the caller to free. NULL in a replay. */
	char *(*cgroup_path)(void *arg, uint64_t id);
	void *cgroup_arg;
	struct text_cache *pods;	/* the names of Kubernetes pods, by cgroup */
	struct pod_logs *pod_logs;	/* where a live run looks them up; NULL in a replay */
	uint64_t pods_due_ns;		/* when to look for names that were missing; 0: none */
	/* Counts the events that the kernel may have skipped; false: unknown. NULL in a replay. */
	bool (*count_misses)(void *arg, uint64_t *misses);
	void *misses_arg;
	struct text_cache *stacks;
	struct text_cache *processes;	/* process_names.h */
	struct process_tree *tree;	/* with meta.tree, else NULL */
	unsigned tree_file;	/* file of the recording that has the members of the tree */
	struct texts texts;	/* the executables of processes, for example */
	struct symbolizer *symbolizer;	/* set by the live source, freed by the session; or NULL */
	uint64_t latest_ns;	/* ts_ns of the latest event */
	uint64_t lost_reported;	/* number of losses reported so far */
	uint64_t loss_ns;	/* time of the latest report */
	bool loss_pending;	/* an endpoint was given up since then, without an event */
	bool loss_noted;	/* endpoint_table_set_lossy() was called */
	bool lost;		/* there was a loss; lost_reported can be 0 again */
	uint64_t events_lost;	/* as of the last session_advance() */
	uint64_t maybe_missed, unchecked;	/* see struct run_counts */
	bool maybe_missed_known, unchecked_known;
	uint64_t sampled_out, spool_full;	/* see struct run_counts */
	struct run_counts past;	/* of the earlier runs of the same recording */
	bool has_past;		/* there was one */
	uint64_t past_events;	/* of these runs, as -n counts them */
	/* Of one of several hosts: the session of all of them (session_hosts.h); or NULL */
	struct session *all;
	unsigned host;		/* index in the table of hosts */
	unsigned clock;		/* of the first host with the same boot id */
	int64_t shift_ns;	/* see struct host */
	struct kernel_counters counters;	/* of its runs, as of the latest mark */
	/* Of the session of all hosts: */
	struct host_table hosts;
	struct session **of_host;	/* by index */
	struct view of_hosts;		/* their view: passes stories and events to that of all */
	struct pipeline_total total;
	struct twin_exchange *exchange;
	bool is_stream;			/* the source is a stream; its counts are: */
	struct stream_counts segments;
	unsigned used_host;		/* whose meta and lookup the context has */
	bool begun;
	bool in_walk;	/* the events of a repeated walk are not for the pipeline */
};

/* Fills in the part of a context that depends on the options and on where the output goes. */
void session_init_context(struct view_context *v, const struct options *o, struct output *out);

/* Opens the output. Returns an exit status. */
int session_open(struct session *s, const struct options *o);

/* Opens the pipeline and the recording, and starts the view. Returns an exit status. */
int session_begin(struct session *s, uint64_t now_ns, const struct kernel_counters *counters);

/* The time between two runs that are in the same recording. */
struct session_gap {
	uint64_t from_ns, to_ns;
	bool ended;		/* the run before was ended; false: its recorder was killed */
};

/*
 * Another run begins in the recording that is replayed: ends the pipeline of the run before, and
 * opens one for a run that `meta` describes. Its counters go on from `counters`. Returns an exit
 * status.
 */
int session_begin_run(struct session *s, const struct run_info *meta, const struct session_gap *gap,
		      const struct kernel_counters *counters);

/* The wall clock was set: converts the times of later stories with the new offset. */
void session_clock_changed(struct session *s, int64_t boot_to_wall_ns, uint64_t now_ns,
		   const struct kernel_counters *counters);

/* Calls tick() of the view if it is due at now_ns. */
void session_tick_view(struct session *s, uint64_t now_ns);

/* Takes one record of the source, unchecked. */
void session_feed(struct session *s, const void *bytes, unsigned long len);

/*
 * A walk over the sockets that is repeated during the run begins, or has ended, at now_ns. It goes
 * into the recording alone: its events, and whether it was complete.
 */
void session_begin_walk(struct session *s, uint64_t now_ns);
void session_record_walk(struct session *s, const struct event *e);
void session_end_walk(struct session *s, uint64_t now_ns, bool complete);

/* Takes an annotation of a recording: the path, stack or name that later events refer to. */
void session_annotate(struct session *s, const struct record_annotation *annotation);

/* Gives up an open endpoint: at looked_ns its socket was gone (endpoint_table_lose()). */
void session_lose_endpoint(struct session *s, uint64_t sk_key, uint64_t cookie,
			   uint64_t looked_ns);

/* Notes how many open endpoints could not be looked for. */
void session_set_unchecked(struct session *s, uint64_t unchecked);

/* Notes how many events the spool of the stream has dropped so far. */
void session_set_spool_full(struct session *s, uint64_t events);

/* Advances the time to now_ns. The caller has fed every event before now_ns. */
void session_advance(struct session *s, uint64_t now_ns, const struct kernel_counters *counters);

/* When session_advance() is due next; 0: never. */
uint64_t session_next_ns(const struct session *s);

/* Is no close in progress and no story waiting to be reported? As of the last session_advance(). */
bool session_is_settled(const struct session *s);

/* Is there no point in going on: has -n been reached, or has writing failed? */
bool session_is_done(const struct session *s);

/* The totals of all runs so far, and of all hosts. The kernel's counters are totals already. */
struct run_counts session_count(const struct session *s, const struct kernel_counters *counters);

/* Ends the run: reports the remaining stories and the summary. */
void session_end(struct session *s, uint64_t now_ns, const struct kernel_counters *counters);

/*
 * Closes the recording and the output. Returns an exit status: `status`, that of the run or of its
 * command, unless closing failed, --fail-on matched, or --strict or --fail-on make a loss a
 * failure.
 */
int session_close(struct session *s, int status);

/* Call it after session_close(), and after a failure at any point. */
void session_release(struct session *s);
