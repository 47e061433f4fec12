/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "keyed_table.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "hash_table.h"

static uint64_t hash_key(uint64_t seed, const uint8_t *key, size_t len)
{
	uint64_t h = hash_fmix64(seed ^ len), word;

	for (; len >= sizeof(word); key += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, key, sizeof(word));
		h = hash_fmix64((h ^ word) + seed);
	}
	word = 0;
	for (size_t i = 0; i < len; i++)
		word = word << 8 | key[i];
	return hash_fmix64((h ^ word) + seed);
}

static void free_entry(struct keyed_entry *o)
{
	if (o)
		free(o->row);
	free(o);
}

static struct keyed_entry *make_entry(const struct keyed_table *g, const void *key, size_t key_len,
				      const void *label, size_t label_len)
{
	struct keyed_entry *o = calloc(1, sizeof(*o) + key_len + label_len);

	if (!o)
		return NULL;
	o->row = calloc(1, g->row_size);
	if (!o->row) {
		free(o);
		return NULL;
	}
	o->key_len = key_len;
	o->label_len = label_len;
	if (key_len)
		memcpy(o->bytes, key, key_len);
	if (label_len)
		memcpy(o->bytes + key_len, label, label_len);
	return o;
}

struct keyed_entry *keyed_table_get_or_add(struct keyed_table *g, const void *key, size_t key_len,
					   const void *label, size_t label_len)
{
	unsigned hash = (unsigned)hash_key(g->seed, key, key_len);
	struct keyed_entry *o;

	key = key_len ? key : "";	/* memcmp() must not get NULL */
	HASH_FIND_BYHASHVALUE(hh, g->entries, key, key_len, hash, o);
	if (o)
		return o;
	if (g->nr == g->max)
		return keyed_table_other(g);
	if (!g->items)
		g->items = calloc(g->max, sizeof(*g->items));
	o = g->items ? make_entry(g, key, key_len, label, label_len) : NULL;
	if (!o)
		return NULL;
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, g->entries, o->bytes, key_len, hash, o);
	if (!o->hh.tbl) {
		free_entry(o);
		return NULL;
	}
	g->items[g->nr++] = o;
	return o;
}

struct keyed_entry *keyed_table_other(struct keyed_table *g)
{
	if (!g->other)
		g->other = make_entry(g, NULL, 0, NULL, 0);
	return g->other;
}

struct keyed_entry *keyed_table_at(const struct keyed_table *g, uint32_t i)
{
	if (i < g->nr)
		return g->items[i];
	return i == g->nr ? g->other : NULL;
}

void keyed_table_clear(struct keyed_table *g, void (*done)(void *row))
{
	struct keyed_entry *o;

	HASH_CLEAR(hh, g->entries);
	for (uint32_t i = 0; (o = keyed_table_at(g, i)); i++) {
		if (done)
			done(o->row);
		free_entry(o);
	}
	free(g->items);
	*g = (struct keyed_table){ .row_size = g->row_size, .max = g->max, .seed = g->seed };
}
