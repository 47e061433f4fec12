/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A child process that looks around for a recorder that records to a stream: at the addresses of
 * all network namespaces, for the heartbeats; and at the sockets that are closing (scan.h), so that
 * a reader of the stream knows what is stuck on the host now. It keeps the privileges for that,
 * which the recorder drops, and may take its time while the recorder reads the ring.
 *
 * A walk is a part of the recording: events between its beginning and its end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "addresses.h"
#include "event.h"
#include "options.h"

#define SCOUT_ADDRESSES_NS (60 * NS_PER_S)	/* addresses seldom change */
#define SCOUT_WALK_MAX_NS (60 * NS_PER_S)	/* then a walk ends, and is incomplete */

/* What a walk finds. */
struct scout_walker {
	void (*begin)(void *arg);
	void (*event)(void *arg, const struct event *e);
	void (*end)(void *arg, bool complete);
	void *arg;
};

struct scout {
	pid_t pid;		/* 0: none, or it has ended */
	int fd;			/* readable when there is something to take; -1 */
	bool busy;		/* it lists addresses, or walks */
	bool walks;		/* a walk has begun and has not ended */
	uint64_t addresses_ns, walk_ns;	/* when to ask again */
	uint64_t walk_every_ns;	/* 0: never */
	struct scout_walker walker;	/* set by the caller */
	uint64_t took_ns;	/* the last look */
	struct addresses last, coming;
};

void scout_init(struct scout *s);

/*
 * Start the child, which opens what it needs with the privileges of the caller. Returns 0 or
 * -errno.
 */
int scout_start(struct scout *s, const struct options *o);
void scout_stop(struct scout *s);

/*
 * Ask for the addresses or for a walk, if it is time. sk_xor: live_sk_xor(). The first walk is due
 * walk_every_ns after the first call, because a run begins with one of its own.
 */
void scout_ask(struct scout *s, uint64_t now_ns, uint64_t sk_xor);

/*
 * Take what has come, a bounded part of it. Returns true if there may be more. The child is reaped
 * if it has ended: then the list is incomplete, and a walk that goes on too.
 */
bool scout_take(struct scout *s);
