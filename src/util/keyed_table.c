/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "keyed_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

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

/* Return the size of the hash table: a power of two, at least twice `max`, to keep probes short. */
static uint32_t count_slots(const struct keyed_table *g)
{
	uint32_t n = 2;

	while (n < 2 * g->max)
		n *= 2;
	return n;
}

static bool alloc_table(struct keyed_table *g)
{
	if (!g->items)
		g->items = calloc(g->max, sizeof(*g->items));
	if (!g->slot)
		g->slot = calloc(count_slots(g), sizeof(*g->slot));
	return g->items && g->slot;
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
	uint64_t hash = hash_key(g->seed, key, key_len);
	uint32_t mask, i;
	struct keyed_entry *o;

	if (!alloc_table(g))
		return NULL;
	mask = count_slots(g) - 1;
	for (i = (uint32_t)hash & mask; g->slot[i]; i = (i + 1) & mask) {
		o = g->items[g->slot[i] - 1];
		if (o->hash == hash && o->key_len == key_len &&
		    (!key_len || !memcmp(o->bytes, key, key_len)))
			return o;
	}
	if (g->nr == g->max)
		return keyed_table_other(g);
	o = make_entry(g, key, key_len, label, label_len);
	if (!o)
		return NULL;
	o->hash = hash;
	g->items[g->nr++] = o;
	g->slot[i] = g->nr;
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

	for (uint32_t i = 0; (o = keyed_table_at(g, i)); i++) {
		done(o->row);
		free_entry(o);
	}
	free(g->items);
	free(g->slot);
	*g = (struct keyed_table){ .row_size = g->row_size, .max = g->max, .seed = g->seed };
}
