/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What leaves the process besides the output and the recording: metrics (serve.h), and requests of
 * OTLP (otlp_export.h). Every function does nothing unless the view has one of these.
 */
#pragma once

#include "otlp_export.h"
#include "serve.h"

#define EXPORTS_FDS 2

struct exports {
	struct serve_run serve;
	struct otlp_export otlp;
	struct session *session;
	bool live;
};

void exports_init(struct exports *x, const struct options *o, struct session *session,
		  struct process *process);
void exports_release(struct exports *x);

/*
 * Starts the processes that are needed, and opens sockets. Call it before memory is filled and
 * privileges are dropped. Returns an exit status, with the reason logged.
 */
int exports_open(struct exports *x);

/* The session has begun: nothing was reported yet. Returns an exit status. */
int exports_begin(struct exports *x, uint64_t now_ns);

/* The descriptors that are readable when exports_advance() has something to do, -1 for none. */
void exports_fds(const struct exports *x, int fds[EXPORTS_FDS]);

/*
 * Waits as epoll_wait(epoll, ..., ms) does, and answers requests meanwhile. Returns 0 or -errno;
 * -EINTR is no failure.
 */
int exports_wait(struct exports *x, int epoll, int ms);

/* Does what can be done at once, without waiting. */
void exports_pump(struct exports *x);

/* Does what is due at now_ns. */
void exports_advance(struct exports *x, uint64_t now_ns, const struct kernel_counters *counters);

/* When exports_advance() is due next; 0: never. */
uint64_t exports_next_ns(const struct exports *x);

/* Call it after session_end(). Returns an exit status. */
int exports_end(struct exports *x, uint64_t now_ns, const struct kernel_counters *counters);
