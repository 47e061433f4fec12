/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One of several hosts in a replay: takes its records in order, from one recording after the other,
 * as successive runs with a gap between them.
 */
#pragma once

#include "reader.h"
#include "replay_runs.h"
#include "session_hosts.h"

struct replay_host {
	struct session session;
	struct replay_runs runs;
	struct replay_shifted *shifted;	/* shared by all hosts */
	const void *input;	/* where the present run comes from; NULL: there is none */
	const void *latest_input;	/* of the run before, otherwise */
	struct record_header *facts;	/* that the hooks of its run are in: owned; or NULL */
	uint64_t now_ns;	/* of the latest mark */
};

void replay_host_free(struct replay_host *h);

/* Begin the life of a host that has been added to the session of all. */
void replay_host_init(struct replay_host *h);

/* The time of the latest mark or event. */
uint64_t replay_host_latest_ns(const struct replay_host *h);

/*
 * A run begins, with this record or, as `first` is no start mark, before it. The caller has made
 * sure that it does not overlap with the run before. Returns an exit status, with the reason
 * logged.
 */
int replay_host_begin(struct replay_host *h, const void *input,
		      const struct run_info *run, const struct record *first, uint64_t now_ns);

/* The run ends: report what is left. Without effect if none has begun. */
void replay_host_end(struct replay_host *h, uint64_t now_ns);

/* Play a record, whose times are those of the host's clock. The mark of the end ends the run. */
void replay_host_play(struct replay_host *h, struct record *record);
