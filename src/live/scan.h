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

struct scan_config {
	const struct filter *filter;	/* of addresses, ports, namespaces: decided in the kernel */
	uint64_t sk_xor;		/* makes event.sk_key equal to that of the events traced */
	const char *btf;		/* as in struct live_config */
	bool verbose;
};

/* What a walk came to. */
struct scan_stats {
	unsigned long sockets, holders;	/* events handed on */
	unsigned namespaces;		/* walked */
	unsigned left_out;		/* namespaces that could not be entered */
	unsigned hidden;		/* processes whose namespace may not be looked up */
	int left_out_why;		/* errno of the last of these two */
	bool cut_short;			/* it took too long and was given up */
};

struct scan;

/* Loads the iterators. 0, or -errno with why as one clause for people, as live_open(). */
int scan_open(struct scan **scan, const struct scan_config *config, char why[LIVE_WHY_BYTES]);
void scan_close(struct scan *w);

/*
 * Walks once; between two batches of events calls between_batches (may be NULL), for the caller to look at
 * what else came meanwhile. 0, or -errno of the whole; a namespace that is left out is no error.
 */
int scan_run(struct scan *w, live_event_fn *fn, void (*between_batches)(void *arg), void *arg,
	     struct scan_stats *stats);
