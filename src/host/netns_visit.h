/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Visits each network namespace that is visible now once: our own, those of the processes in /proc,
 * and those with a name in /run/netns or /run/docker/netns.
 *
 * Another namespace is entered for a moment. What is opened inside (a socket, a BPF iterator) stays
 * bound to it, and is read after returning to our own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"

/* The callbacks. Both return 0 or -errno: then the namespace counts as left out. */
struct netns_visitor {
	int (*inside)(void *arg, uint32_t inum);	/* in the namespace */
	int (*after)(void *arg, uint32_t inum);	/* in our own; called if inside() returned 0 */
	bool (*is_over)(void *arg);	/* visit no more of them; NULL: never */
	void *arg;
};

struct netns_visits {
	int own;		/* our own namespace, to return to */
	uint32_t own_inum;
	uint32_t wanted[FILTER_NETNS];	/* --netns; none: all */
	unsigned nr_wanted;
	struct visited_netns *seen;
	unsigned nr, cap;
	unsigned hidden;	/* processes whose namespace we may not look up */
	int hidden_why;		/* errno for the last of them */
};

/* The result of the visits. */
struct netns_totals {
	unsigned visited;
	unsigned left_out;	/* those that could not be entered, or in which a callback failed */
	unsigned hidden;
	bool own_only;		/* our own was visited, and others are left out or hidden */
	int why;		/* errno for the last of those left out or hidden */
};

/* Open our own namespace. Returns 0, or -errno if /proc is not mounted. */
int netns_visits_open(struct netns_visits *v, const struct filter *filter);
void netns_visits_release(struct netns_visits *v);

/*
 * Visit all of them, as if none had been visited before. Returns -errno only if the rest could not
 * be visited; then the calling thread may be in another namespace.
 */
int netns_visits_run(struct netns_visits *v, const struct netns_visitor *visitor);

/* Count a namespace that has a socket but was not found: it has neither a process nor a name. */
void netns_visits_note_unreachable(struct netns_visits *v, uint32_t inum);

struct netns_totals netns_visits_count(const struct netns_visits *v);
