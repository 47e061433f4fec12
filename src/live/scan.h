/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A walk over the sockets that are there now: those that are half closed or closing, in every
 * network namespace that may be entered, and every descriptor of theirs. Needs no tracing; its
 * events are SOCKET and HOLDER (bpf/event.h), the sockets before their holders.
 *
 * iter/tcp shows the namespace of whoever opens it, so each is entered for that moment, by
 * whichever process or name leads there; iter/task_file shows every process. If there is no such
 * socket, nobody's descriptors are looked at.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"
#include "live.h"

struct walk_config {
	const struct filter *filter;	/* of addresses, ports, namespaces: decided in the kernel */
	uint64_t disguise;		/* makes event.sk_key equal to that of the events traced */
	const char *btf;		/* as in struct live_config */
	bool verbose;
};

/* What a walk came to. */
struct walk_stats {
	unsigned long sockets, holders;	/* events handed on */
	unsigned namespaces;		/* walked */
	unsigned left_out;		/* namespaces that could not be entered */
	unsigned hidden;		/* processes whose namespace may not be looked up */
	int left_out_why;		/* errno of the last of these two */
	bool cut_short;			/* it took too long and was given up */
};

struct walk;

/* Loads the iterators. 0, or -errno with why as one clause for people, as live_open(). */
int walk_open(struct walk **walk, const struct walk_config *config, char why[LIVE_WHY]);
void walk_close(struct walk *w);

/*
 * Walks once; between two portions of events calls pause (may be NULL), for the caller to look at
 * what else came meanwhile. 0, or -errno of the whole; a namespace that is left out is no error.
 */
int walk_run(struct walk *w, live_event_fn *fn, void (*pause)(void *arg), void *arg,
	     struct walk_stats *stats);
