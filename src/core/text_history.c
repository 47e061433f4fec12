/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "text_history.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "hash_table.h"

struct history_entry {
	struct text_versions versions;
	uint64_t key;
	UT_hash_handle hh;
};

struct text_history {
	unsigned max;
	struct history_entry *oldest;	/* the table: uthash links its items in order of addition */
};

struct text_history *text_history_new(unsigned max)
{
	struct text_history *h = calloc(1, sizeof(*h));

	if (h)
		h->max = max;
	return h;
}

static void free_entry(struct history_entry *e)
{
	for (unsigned i = 0; i < e->versions.nr; i++)
		free((char *)(uintptr_t)e->versions.version[i].text);
	free(e);
}

void text_history_free(struct text_history *h)
{
	if (!h)
		return;
	HASH_TABLE_RELEASE(h->oldest, free_entry);
	free(h);
}

static struct history_entry *find_entry(const struct text_history *h, uint64_t key)
{
	struct history_entry *e;

	HASH_FIND_BYHASHVALUE(hh, h->oldest, &key, sizeof(key), (unsigned)hash_fmix64(key), e);
	return e;
}

static struct history_entry *add_entry(struct text_history *h, uint64_t key)
{
	struct history_entry *e = calloc(1, sizeof(*e)), *old = h->oldest;
	bool full = HASH_COUNT(h->oldest) >= h->max;

	if (!e)
		return NULL;
	e->key = key;
	HASH_ADD_BYHASHVALUE(hh, h->oldest, key, sizeof(e->key), (unsigned)hash_fmix64(key), e);
	if (!e->hh.tbl) {
		free(e);
		return NULL;
	}
	if (full && old) {
		HASH_DEL(h->oldest, old);
		free_entry(old);
	}
	return e;
}

struct text_versions *text_history_find(const struct text_history *h, uint64_t key)
{
	struct history_entry *e = find_entry(h, key);

	return e ? &e->versions : NULL;
}

struct text_versions *text_history_add(struct text_history *h, uint64_t key, uint64_t from_ns,
				       const char *text, size_t len)
{
	struct history_entry *e = find_entry(h, key);
	char *copy = text ? malloc(len + 1) : NULL;
	struct text_versions *v;

	if (!e && (!text || copy))
		e = add_entry(h, key);
	if (!e || (text && !copy)) {
		free(copy);
		return NULL;
	}
	if (copy) {
		memcpy(copy, text, len);
		copy[len] = '\0';
	}
	v = &e->versions;
	if (v->nr == TEXT_HISTORY_VERSIONS)
		free((char *)(uintptr_t)v->version[--v->nr].text);
	memmove(v->version + 1, v->version, v->nr * sizeof(*v->version));
	v->version[0] = (struct text_version){ .from_ns = from_ns, .text = copy, .len = len };
	v->nr++;
	return v;
}

const char *text_history_at(const struct text_history *h, uint64_t key, uint64_t ns)
{
	const struct text_versions *v = text_history_find(h, key);

	for (unsigned i = 0; v && i < v->nr; i++)
		if (v->version[i].from_ns <= ns)
			return v->version[i].text;
	return NULL;
}
