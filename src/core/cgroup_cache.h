/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The cgroups that tasks acted in: the path of each id, as far as it is known. Pure.
 *
 * Filled by the source as it hears of them, since a cgroup may be gone by the time that a story is
 * told: by the live one from the kernel, by a replay from the recording. An id is never used twice
 * while the host is up. CGROUP_CACHE_MAX are kept; then the one that was added first makes room, and is
 * asked for again if it comes back.
 */
#pragma once

#include <stdint.h>

#define CGROUP_CACHE_MAX 4096

struct cached_cgroup {
	uint64_t id;
	char *path;		/* NULL not known */
	unsigned file;		/* the source's: the file of a recording that has it, 0 none */
	unsigned next;		/* internal: in its bucket */
};

struct cgroup_cache;

/* NULL if out of memory. */
struct cgroup_cache *cgroup_cache_new(void);
void cgroup_cache_free(struct cgroup_cache *p);

/* NULL: never heard of. Valid until the next cgroup_cache_add(). */
struct cached_cgroup *cgroup_cache_find(struct cgroup_cache *p, uint64_t id);

/* One that cgroup_cache_find() does not find; path is copied, NULL not known. */
struct cached_cgroup *cgroup_cache_add(struct cgroup_cache *p, uint64_t id, const char *path, unsigned long len);

/* "/system.slice/nginx.service", valid until the next cgroup_cache_add(); NULL not known. */
const char *cgroup_cache_path(struct cgroup_cache *p, uint64_t id);
