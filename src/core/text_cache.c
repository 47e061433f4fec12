/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "text_cache.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "hash_table.h"

struct text_key {
	uint64_t key, at_ns;
};

struct text_entry {
	struct cached_text cached;
	struct text_key key;
	UT_hash_handle hh;
	char bytes[];
};

struct text_cache {
	unsigned max;
	struct text_entry *latest;	/* found last: the next event is often of the same cgroup */
	struct text_entry *oldest;	/* the table: uthash links its items in order of addition */
};

struct text_cache *text_cache_new(unsigned max)
{
	struct text_cache *c = calloc(1, sizeof(*c));

	if (c)
		c->max = max;
	return c;
}

void text_cache_free(struct text_cache *c)
{
	if (!c)
		return;
	HASH_TABLE_RELEASE(c->oldest, free);
	free(c);
}

static unsigned hash_key(const struct text_key *k)
{
	return (unsigned)hash_fmix64(hash_fmix64(k->key) ^ k->at_ns);
}

static struct text_entry *find_entry(const struct text_cache *c, const struct text_key *k)
{
	unsigned hash = hash_key(k);
	struct text_entry *e;

	HASH_FIND_BYHASHVALUE(hh, c->oldest, k, sizeof(*k), hash, e);
	return e;
}

struct cached_text *text_cache_find(struct text_cache *c, uint64_t key, uint64_t at_ns)
{
	struct text_entry *e = c->latest;

	if (!e || e->key.key != key || e->key.at_ns != at_ns)
		e = find_entry(c, &(struct text_key){ key, at_ns });
	if (!e)
		return NULL;
	c->latest = e;
	return &e->cached;
}

static void remove_entry(struct text_cache *c, struct text_entry *e)
{
	if (c->latest == e)
		c->latest = NULL;
	HASH_DEL(c->oldest, e);
	free(e);
}

struct cached_text *text_cache_add(struct text_cache *c, uint64_t key, uint64_t at_ns,
				   const char *text, size_t len)
{
	struct text_entry *e = calloc(1, sizeof(*e) + (text ? len + 1 : 0)), *old;
	unsigned hash;

	if (!e)
		return NULL;
	e->key = (struct text_key){ key, at_ns };
	if (text)
		e->cached.text = memcpy(e->bytes, text, len);
	hash = hash_key(&e->key);
	old = find_entry(c, &e->key);
	if (!old && HASH_COUNT(c->oldest) >= c->max)
		old = c->oldest;
	HASH_ADD_BYHASHVALUE(hh, c->oldest, key, sizeof(e->key), hash, e);
	if (!e->hh.tbl) {
		free(e);
		return NULL;
	}
	if (old)
		remove_entry(c, old);
	return &e->cached;
}

const char *text_cache_text(const struct text_cache *c, uint64_t key, uint64_t at_ns)
{
	const struct text_entry *e = find_entry(c, &(struct text_key){ key, at_ns });

	return e ? e->cached.text : NULL;
}
