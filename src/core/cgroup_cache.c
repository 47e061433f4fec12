/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cgroup_cache.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

#define BUCKETS 4096		/* a power of two */

struct places {
	unsigned nr, oldest, latest;	/* latest: found last, most likely the next too */
	unsigned bucket[BUCKETS];	/* index + 1 in place, 0 none */
	struct place place[PLACES_MAX];
};

struct places *places_new(void)
{
	return calloc(1, sizeof(struct places));
}

void places_free(struct places *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->nr; i++)
		free(p->place[i].path);
	free(p);
}

static unsigned *bucket_of(struct places *p, uint64_t id)
{
	return &p->bucket[hash_fmix64(id) & (BUCKETS - 1)];
}

struct place *places_find(struct places *p, uint64_t id)
{
	if (p->latest < p->nr && p->place[p->latest].id == id)
		return &p->place[p->latest];
	for (unsigned at = *bucket_of(p, id); at; at = p->place[at - 1].next) {
		if (p->place[at - 1].id != id)
			continue;
		p->latest = at - 1;
		return &p->place[p->latest];
	}
	return NULL;
}

/* Empties the slot of the one that was added first. */
static unsigned make_room(struct places *p)
{
	unsigned slot = p->oldest++ % PLACES_MAX;
	struct place *old = &p->place[slot];
	unsigned *at = bucket_of(p, old->id);

	while (*at != slot + 1)
		at = &p->place[*at - 1].next;
	*at = old->next;
	free(old->path);
	return slot;
}

struct place *places_add(struct places *p, uint64_t id, const char *path, unsigned long len)
{
	unsigned slot = p->nr < PLACES_MAX ? p->nr++ : make_room(p);
	unsigned *first = bucket_of(p, id);
	char *copy = path ? malloc(len + 1) : NULL;

	if (copy) {
		memcpy(copy, path, len);
		copy[len] = '\0';
	}
	p->place[slot] = (struct place){ .id = id, .path = copy, .next = *first };
	*first = slot + 1;
	return &p->place[slot];
}

const char *places_path(struct places *p, uint64_t id)
{
	const struct place *place = places_find(p, id);

	return place ? place->path : NULL;
}
