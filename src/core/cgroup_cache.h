/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The cgroups that tasks acted in: the path of each id, as far as it is known. Pure.
 *
 * Filled by the source as it hears of them, since a cgroup may be gone by the time that a story is
 * told: by the live one from the kernel, by a replay from the recording. An id is never used twice
 * while the host is up. PLACES_MAX are kept; then the one that was added first makes room, and is
 * asked for again if it comes back.
 */
#pragma once

#include <stdint.h>

#define PLACES_MAX 4096

struct place {
	uint64_t id;
	char *path;		/* NULL not known */
	unsigned file;		/* the source's: the file of a recording that has it, 0 none */
	unsigned next;		/* internal: in its bucket */
};

struct places;

/* NULL if out of memory. */
struct places *places_new(void);
void places_free(struct places *p);

/* NULL: never heard of. Valid until the next places_add(). */
struct place *places_find(struct places *p, uint64_t id);

/* One that places_find() does not find; path is copied, NULL not known. */
struct place *places_add(struct places *p, uint64_t id, const char *path, unsigned long len);

/* "/system.slice/nginx.service", valid until the next places_add(); NULL not known. */
const char *places_path(struct places *p, uint64_t id);
