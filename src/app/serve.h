/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the view serve does besides counting: it writes the metrics to the file of --textfile, and
 * answers HTTP requests (--listen). Both ask for a walk over the sockets (walker.h) if the last one
 * is old, and wait for it for a moment. If it takes longer, its result is for the next time.
 *
 * The file is written at the start, at the end, and in between at most every SERVE_WRITE_NS if a
 * connection ended or is open. Nothing wakes up while there is none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "http_server.h"
#include "metrics.h"
#include "options.h"
#include "session.h"
#include "walker.h"

#define SERVE_LATE_NS (20 * NS_PER_MS)	/* a scrape waits for a walk for that long at most */
#define SERVE_WRITE_NS (10 * NS_PER_S)

struct serve_run {
	const struct options *o;	/* NULL: the view is not serve */
	struct http_server *http;	/* NULL: --listen was not given */
	struct listen_address address;	/* of http */
	bool ready;			/* everything is attached */
	struct session *session;
	struct kernel_counters counters;	/* as of the last serve_advance() */
	struct walker walker;
	uint64_t late_ns;	/* nothing waits longer for the walk that goes on; 0: none does */
	const struct live *live;	/* set by the caller once it is open; NULL: a replay */
	struct program_run program[PROGRAM_RUN_MAX];
	struct metrics_process process;
	struct metrics_spool spool;	/* set by the caller before serve_advance() */
	uint64_t written_ns;		/* when the file was written last; 0: not yet */
	uint64_t written_closes;	/* the closes that were counted then */
	bool unwritten;			/* that failed, and was reported */
};

/* r stays empty, and every function does nothing, unless the view is serve. */
void serve_init(struct serve_run *r, const struct options *o, struct session *session);

void serve_release(struct serve_run *r);

/* A descriptor that is readable when serve_advance() has something to do; -1: none. */
int serve_fd(const struct serve_run *r);

/*
 * Starts the walker, and opens the socket. Call it before memory is filled and privileges are
 * dropped. Returns an exit status, with the reason logged.
 */
int serve_open(struct serve_run *r);

/* The session has begun: writes the file for the first time. Returns an exit status. */
int serve_begin(struct serve_run *r, uint64_t now_ns);

/* Everything is attached: reports where the metrics are, and walks for the first time. */
void serve_set_ready(struct serve_run *r);

/*
 * Waits as epoll_wait(epoll, ..., ms) does, and answers requests meanwhile. Returns 0 or -errno;
 * -EINTR is no failure.
 */
int serve_wait(struct serve_run *r, int epoll, int ms);

/* Does what is due at now_ns. */
void serve_advance(struct serve_run *r, uint64_t now_ns, const struct kernel_counters *counters);

/* When serve_advance() is due next; 0: never. */
uint64_t serve_next_ns(const struct serve_run *r);

/* Call it after session_end(): writes the file for the last time. Returns an exit status. */
int serve_end(struct serve_run *r, uint64_t now_ns, const struct kernel_counters *counters);
