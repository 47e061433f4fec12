/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A child process that looks around for a recorder that records to a stream: at the addresses of
 * all network namespaces, for the heartbeats. It keeps the privilege to enter namespaces, which the
 * recorder drops, and may take its time while the recorder reads the ring.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "addresses.h"
#include "options.h"

#define SCOUT_EVERY_NS (60 * NS_PER_S)	/* addresses seldom change */

struct scout {
	pid_t pid;		/* 0: none, or it has ended */
	int fd;			/* readable when there is something to take; -1 */
	bool busy;
	uint64_t next_ns;	/* when to ask again */
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

/* Ask for the addresses, if it is time. */
void scout_ask(struct scout *s, uint64_t now_ns);

/* Take what has come. The child is reaped if it has ended: the list is incomplete from then on. */
void scout_take(struct scout *s);
