/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Functions that the files of the session share: session_vanished.c handles endpoints whose sockets
 * are gone, and the counts of what the kernel may have skipped; session_hosts.c several hosts.
 */
#pragma once

#include "session.h"

#define LOSS_REPORT_EVERY_NS 1000000000ULL

/* Takes an annotation of a recording, if it is about these. */
void session_take_vanished(struct session *s, const struct record_annotation *a);

/* Takes an annotation of a recording, if a walk begins or ends. */
void session_take_walk(struct session *s, const struct record_annotation *a);

/* Is the event one of a repeated walk? It says nothing new about the stories. */
bool session_skips_event(const struct session *s, const struct event *e);

/* Notes the texts that an event refers to, also in the recording. */
void session_note_texts(struct session *s, const struct event *e);

/*
 * The names of the pod that a cgroup with this path belongs to, as a text of pod_names.h; NULL if
 * there are none, or if they are not known yet.
 */
struct cached_text *session_find_pod(struct session *s, uint64_t cgroup, const char *path,
				     uint64_t now_ns);

/* Takes an annotation of a recording, if it is about these. */
void session_take_pod(struct session *s, const struct record_annotation *a);

/* Reads the kernel's count before a report that contains it. In a recording it comes before too. */
void session_update_misses(struct session *s);

/* Both return an exit status, with the reason logged. */
int session_open_caches(struct session *s);
int session_open_pipeline(struct session *s);

/* session_count() of a session of several hosts. */
struct run_counts session_count_hosts(const struct session *all);

/* Report the remaining stories, and return the totals. */
struct run_counts session_end_stories(struct session *s, uint64_t now_ns,
				      const struct kernel_counters *counters);

/* Keep the counts of a run that has ended, and release its pipeline. Views may use its texts. */
void session_leave_run(struct session *s);

/* Release what a run has. */
void session_release_run(struct session *s);
