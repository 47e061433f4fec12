/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One sock_diag handle for each network namespace that is visible now, to be used later without
 * privileges. A namespace is entered for a moment, through a process or a name in /run/netns or
 * /run/docker/netns, if that is permitted.
 *
 * A handle keeps its namespace alive, so it is closed when the process or the name is gone through
 * which the namespace was found: diag_netns_fd() becomes readable, and diag_netns_release_gone()
 * closes it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "sock_diag.h"

#define DIAG_NETNS_MAX 256	/* namespaces: each takes two descriptors */

struct diag_netns {
	struct diag_netns_entry *entries;
	size_t nr, cap;
	int epoll, inotify;	/* -1: not open */
};

/* For diag_netns_release(): nothing is open. */
void diag_netns_init(struct diag_netns *n);

/*
 * Open the handles of all namespaces, or of those that the filter names. A namespace that cannot be
 * entered has none, nor has one beyond DIAG_NETNS_MAX. Returns 0 or -errno. After an error some may
 * be missing, and the calling thread may be in another network namespace.
 */
int diag_netns_open(struct diag_netns *n, const struct filter *filter);
void diag_netns_release(struct diag_netns *n);

/* The handle of a namespace, by its inode number; NULL if there is none. */
struct sock_diag *diag_netns_find(const struct diag_netns *n, uint32_t netns);

/* A descriptor to poll; -1 if it is not available. */
int diag_netns_fd(const struct diag_netns *n);

/* Close the handles of the namespaces whose process or name is gone. Costs little if none is. */
void diag_netns_release_gone(struct diag_netns *n);
