/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One file, pipe or standard input with a recording, open for reading.
 *
 * Functions that return an exit status have logged the reason unless the status is EXIT_FINE.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "follow.h"
#include "options.h"
#include "process.h"
#include "reader.h"

#define REPLAY_FOLLOW_POLL_MS 100	/* with --follow: how often to look for more */

struct replay_source {
	const struct options *o;
	const char *path;	/* as given, "-" is standard input */
	struct process *process;
	struct record_reader *reader;	/* NULL: nothing is written yet */
	int file;
	bool is_written;	/* a recorder was writing it when it was opened */
	struct follow follow;
	bool follows;		/* --follow, of a file: at its end, waits for more */
	uint64_t stop_ns;	/* with --follow: end of -d, CLOCK_MONOTONIC; 0 none */
	/*
	 * With --follow: called when there is nothing to read at present. Returns false to stop
	 * reading. NULL: only waits.
	 */
	bool (*idle)(void *arg);
	void *idle_arg;
	/*
	 * While a pipe has nothing to read: called when `watched` is readable. Returns false to
	 * stop. NULL: nothing else is watched.
	 */
	bool (*act)(void *arg);
	void *act_arg;
	int watched;
};

/* Open a recording and read its header. Set idle before. Returns an exit status. */
int replay_source_open(struct replay_source *s, const struct options *o, const char *path,
		       struct process *process);
void replay_source_close(struct replay_source *s);

/*
 * The records end with `got`. If that is before the end of the recording, reports why. A recorder
 * that still writes it, or that did when the file was opened, is a good reason: the end is not
 * lost. Returns an exit status.
 */
int replay_source_check_end(const struct replay_source *s, enum record_got got);

/* Has the source at present nothing to read? Only with --follow, and never at the end of a pipe. */
bool replay_source_is_dry(struct replay_source *s);

/* Log that the recording cannot be replayed. Returns EXIT_INPUT. */
int replay_source_log_unusable(const struct replay_source *s, const char *why);

/* The same: --since or --until counts from its end, and that is not known. */
int replay_source_log_no_end(const struct replay_source *s);

/* Is an interrupt pending, or one that arrives within wait_ms? */
bool replay_source_is_interrupted(struct process *process, int wait_ms);

/*
 * With --follow, at the present end: nanoseconds since 1970 of a time before which nothing more
 * comes, a little earlier than now. A recorder writes its events within a second.
 */
uint64_t replay_source_follow_ns(void);
