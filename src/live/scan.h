/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Scans for sockets that are half-closed or closing, or in other states if asked, in every network
 * namespace that we may enter, and for the descriptors of these sockets. Needs no tracing. Its
 * events are SOCKET and HOLDER (bpf/abi/event.h), the sockets before their holders. A HOLDER may
 * come several times (bpf/iter.bpf.c).
 *
 * iter/tcp lists the sockets of the namespace in which it is opened, so each namespace is entered
 * for a moment, through a process or a name. iter/task_file lists the files of all processes. It
 * is not run if no socket was found.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "live.h"

struct scan_config {
	const struct filter *filter;	/* applied in the kernel */
	uint32_t states;		/* set of 1 << enum tcp_state_id; 0: all closing states */
	bool partners;			/* report possible relays whatever the filter says */
	uint64_t sk_xor;		/* live_sk_xor(): keys as in the traced events */
	uint64_t max_ns;		/* then the scan stops and keeps its results; 0: 10 s */
	const char *btf;		/* as in struct live_config */
	bool verbose;
};

/* The result of a scan. */
struct scan_stats {
	unsigned long sockets, holders;	/* events delivered */
	unsigned namespaces;		/* scanned */
	unsigned left_out;		/* namespaces that could not be entered */
	unsigned hidden;		/* processes whose namespace we may not look up */
	unsigned hidden_fds;		/* processes whose descriptors we may not look up */
	bool own_only;			/* only our own namespace, of several or perhaps several */
	int left_out_why;		/* errno for the last of these namespaces or processes */
	bool cut_short;			/* the scan took too long and was stopped */
	unsigned long orphans;		/* among the sockets: closed, but not minisocks */
	long orphans_of_host;		/* as the kernel counts them; -1 unknown */
};

struct scan;

/* Load the iterators. Returns 0, or -errno with the reason in why, like live_open(). */
int scan_open(struct scan **scan, const struct scan_config *config, char why[LIVE_WHY_BYTES]);
void scan_close(struct scan *w);

/*
 * Scan once. Calls between_batches (may be NULL) after each batch of events, so that the caller can
 * process other input. 0, or -errno if the scan failed; a namespace that is left out is not an
 * error.
 */
int scan_run(struct scan *w, live_event_fn *fn, void (*between_batches)(void *arg), void *arg,
	     struct scan_stats *stats);

/* The descriptor of the link that iterates over all open files, for holders.h. */
int scan_files_fd(const struct scan *w);

/* The object file with the iterators, as live_object() of live.h. */
const void *scan_object(size_t *bytes);
