/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One run of a view over the events of several hosts: a session for each host, and one for all.
 *
 * The session of a host has its own pipeline, texts and facts about the run. The session of all has
 * the view, the output, the recording that is made, the judge and the twins of different hosts. A
 * story goes through the pipeline of its host to the view of all, whose context then has the facts
 * of that host.
 *
 * Functions that return an exit status have logged the reason unless the status is EXIT_FINE.
 */
#pragma once

#include "session.h"

/* Open the output. Returns an exit status. */
int session_open_hosts(struct session *all, const struct options *o);

/*
 * Add a host: `host` is a session that the caller keeps until session_release_hosts(). run is what
 * its recording says, with the times of its clock; shift_ns is added to those. Returns an exit
 * status.
 */
int session_add_host(struct session *all, struct session *host, const struct run_info *run,
		     int64_t shift_ns);

/*
 * The hosts known at first have been added, in the order in which they are listed: open the
 * recording, and start the view. Others may be added later. Returns an exit status.
 */
int session_begin_hosts(struct session *all);

/* A run of a host begins. run: as in session_add_host(). Returns an exit status. */
int session_begin_host(struct session *host, const struct run_info *run, uint64_t now_ns);

/* It ends: report its remaining stories. */
void session_end_host(struct session *host, uint64_t now_ns,
		      const struct kernel_counters *counters);

/* The records that follow are of this host. */
void session_use_host(struct session *host);

/* Call tick() of the view if it is due at now_ns. */
void session_tick_hosts(struct session *all, uint64_t now_ns);

/* Apply all queued events of all hosts. */
void session_flush_hosts(struct session *all);

/* Has -n been reached, by all hosts together? */
bool session_hosts_are_done(const struct session *all);

/* The host has lost events, in segments that did not come. */
void session_lose_segments(struct session *host);

/* The counts of the stream have changed: report losses if they have grown, once per second. */
void session_count_stream(struct session *all, const struct stream_counts *counts, uint64_t now_ns);

/* End the run, in which the runs of all hosts have ended. count: the totals of a host. */
void session_end_hosts(struct session *all, uint64_t now_ns);

/* Call it after session_close() of all, and after a failure at any point. */
void session_release_hosts(struct session *all);
