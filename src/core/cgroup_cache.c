/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cgroup_cache.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

#define BUCKETS 4096		/* a power of two */

struct cgroup_cache {
	unsigned nr, oldest, latest;	/* latest: found last, most likely the next too */
	unsigned bucket[BUCKETS];	/* index + 1 in entry, 0 none */
	struct cached_cgroup entry[CGROUP_CACHE_MAX];
};

struct cgroup_cache *cgroup_cache_new(void)
{
	return calloc(1, sizeof(struct cgroup_cache));
}

void cgroup_cache_free(struct cgroup_cache *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->nr; i++)
		free(p->entry[i].path);
	free(p);
}

static unsigned *find_bucket(struct cgroup_cache *p, uint64_t id)
{
	return &p->bucket[hash_fmix64(id) & (BUCKETS - 1)];
}

struct cached_cgroup *cgroup_cache_find(struct cgroup_cache *p, uint64_t id)
{
	if (p->latest < p->nr && p->entry[p->latest].id == id)
		return &p->entry[p->latest];
	for (unsigned at = *find_bucket(p, id); at; at = p->entry[at - 1].next) {
		if (p->entry[at - 1].id != id)
			continue;
		p->latest = at - 1;
		return &p->entry[p->latest];
	}
	return NULL;
}

/* Empties the slot of the one that was added first. */
static unsigned evict_oldest(struct cgroup_cache *p)
{
	unsigned slot = p->oldest++ % CGROUP_CACHE_MAX;
	struct cached_cgroup *old = &p->entry[slot];
	unsigned *at = find_bucket(p, old->id);

	while (*at != slot + 1)
		at = &p->entry[*at - 1].next;
	*at = old->next;
	free(old->path);
	return slot;
}

struct cached_cgroup *cgroup_cache_add(struct cgroup_cache *p, uint64_t id, const char *path, unsigned long len)
{
	unsigned slot = p->nr < CGROUP_CACHE_MAX ? p->nr++ : evict_oldest(p);
	unsigned *first = find_bucket(p, id);
	char *copy = path ? malloc(len + 1) : NULL;

	if (copy) {
		memcpy(copy, path, len);
		copy[len] = '\0';
	}
	p->entry[slot] = (struct cached_cgroup){ .id = id, .path = copy, .next = *first };
	*first = slot + 1;
	return &p->entry[slot];
}

const char *cgroup_cache_path(struct cgroup_cache *p, uint64_t id)
{
	const struct cached_cgroup *cached = cgroup_cache_find(p, id);

	return cached ? cached->path : NULL;
}
