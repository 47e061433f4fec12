/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Lists the network namespaces that are visible now: those of the processes in /proc, and those
 * with a name. A namespace is listed once for each process and each name.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct netns_lister {
	/*
	 * Called for each namespace with its inode number and a path that leads to it; pid is 0 if
	 * the path is a name. Returns 0, or -errno to end the list.
	 */
	int (*found)(void *arg, uint32_t inum, const char *path, pid_t pid);
	void (*hidden)(void *arg, int why);	/* a process that may not be looked up; or NULL */
	void *arg;
};

/* The i-th folder in which namespaces have names (ip netns, docker); NULL past the last. */
const char *netns_list_folder(unsigned i);

/* Each returns 0, or -errno: of found(), or because /proc cannot be read. */
int netns_list_processes(const struct netns_lister *lister);
int netns_list_names(const struct netns_lister *lister);
