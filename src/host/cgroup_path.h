/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Looks up the path of a cgroup. The kernel side reports cgroup ids. On cgroup v2 an id is the
 * content of a file handle, which is opened to read the path. If that fails (without cgroup v2, for
 * example), or if the result is only "/", the path is read from /proc/PID/cgroup (proc_cgroup.h).
 *
 * Paths are cached. At most CGROUP_PATHS_MAX are kept, then the oldest is replaced.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CGROUP_PATHS_MAX 1024
#define CGROUP_TASKS 1024

struct cgroup_path_entry {
	uint64_t id;
	uint32_t pid;		/* the process whose /proc was read, 0: looked up by id */
	char *path;		/* NULL: unknown */
};

/* A process that has no path in v2. */
struct cgroup_task {
	uint64_t id;		/* made of its path; 0: it has none */
	uint64_t checked_ns;
	uint32_t pid;
};

struct cgroup_paths {
	int mount;		/* descriptor of the cgroup v2 mount, -1: none */
	char *root;		/* its path */
	uint64_t root_id;	/* its id */
	bool has_v1;		/* there is the hierarchy name=systemd */
	struct cgroup_task task[CGROUP_TASKS];
	struct cgroup_path_entry entry[CGROUP_PATHS_MAX];
	unsigned nr, oldest;
	struct cgroup_path_entry *scanned;	/* by cgroup_paths_scan(), sorted by id */
	size_t nr_scanned, cap_scanned;
};

/* Initialise the cache and open the cgroup v2 mount, if there is one. */
void cgroup_paths_init(struct cgroup_paths *c);

/* Free the paths and close the mount. */
void cgroup_paths_release(struct cgroup_paths *c);

/*
 * Read the paths of all cgroups, so that a cgroup removed later can still be looked up. Replaces
 * the result of an earlier scan.
 */
void cgroup_paths_scan(struct cgroup_paths *c);

/*
 * Look up a cgroup by its id alone, without the cache. If opening handles is not permitted (it
 * takes CAP_DAC_READ_SEARCH), the tree is scanned. Returns a path for the caller to free, or NULL
 * if it is unknown.
 */
char *cgroup_path_by_id(struct cgroup_paths *c, uint64_t id);

/*
 * Return the path of the cgroup of a task, for example "/system.slice/nginx.service", or NULL if it
 * is unknown. id or pid may be 0. The path is valid until CGROUP_PATHS_MAX others are looked up.
 */
const char *cgroup_path_of_task(struct cgroup_paths *c, uint64_t id, uint32_t pid);

/*
 * Return the id of the cgroup of a task that the kernel side reported with this id of v2. It is
 * another one, made of the path, if the task has no path in v2 but one in name=systemd: the tasks
 * of a host with cgroup v1 would all have the id of the same root. The other functions know it
 * while its path is cached. now_ns is on any clock; a process is looked up again after a second.
 */
uint64_t cgroup_paths_task_id(struct cgroup_paths *c, uint64_t id, uint32_t pid, uint64_t now_ns);
