/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The path of a cgroup: from the id that the kernel side tells, by the file handle that the id is
 * half of; else, where there is no cgroup v2 or it says nothing, from /proc/PID/cgroup.
 *
 * Paths are kept for as long as the struct lives, CGROUP_PATHS_MAX of them at most; then the oldest go.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CGROUP_PATHS_MAX 1024

struct cgroup_path_entry {
	uint64_t id;
	uint32_t pid;		/* of those that the pid was asked for, else 0 */
	char *path;		/* NULL not known */
};

struct cgroup_paths {
	int mount;		/* of cgroup v2, -1 none */
	char *root;		/* its path */
	struct cgroup_path_entry entry[CGROUP_PATHS_MAX];
	unsigned nr, oldest;
	struct cgroup_path_entry *scanned;	/* of cgroup_paths_scan(), by id */
	size_t nr_scanned, cap_scanned;
};

void cgroup_paths_init(struct cgroup_paths *c);
void cgroup_paths_release(struct cgroup_paths *c);

/* Notes all that there are, lest one is gone when it is asked for. */
void cgroup_paths_scan(struct cgroup_paths *c);

/*
 * By its id alone, not kept: the caller's to free. Where handles may not be opened (CAP_DAC_READ_SEARCH) the
 * tree is searched. NULL not known.
 */
char *cgroup_path_by_id(struct cgroup_paths *c, uint64_t id);

/* "/system.slice/nginx.service", valid until CGROUP_PATHS_MAX others were asked for; NULL not known. */
const char *cgroup_path_of_task(struct cgroup_paths *c, uint64_t id, uint32_t pid);
