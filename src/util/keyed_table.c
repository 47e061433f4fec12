/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "keyed_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

static uint64_t hash_of(uint64_t seed, const uint8_t *key, size_t len)
{
	uint64_t h = hash_mix(seed ^ len), word;

	for (; len >= sizeof(word); key += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, key, sizeof(word));
		h = hash_mix((h ^ word) + seed);
	}
	word = 0;
	for (size_t i = 0; i < len; i++)
		word = word << 8 | key[i];
	return hash_mix((h ^ word) + seed);
}

/* Twice as many as there may be groups, so that a search ends soon. */
static uint32_t slots(const struct groups *g)
{
	uint32_t n = 2;

	while (n < 2 * g->max)
		n *= 2;
	return n;
}

static bool open_table(struct groups *g)
{
	if (!g->at)
		g->at = calloc(g->max, sizeof(*g->at));
	if (!g->slot)
		g->slot = calloc(slots(g), sizeof(*g->slot));
	return g->at && g->slot;
}

static void free_group(struct group *o)
{
	if (o)
		free(o->row);
	free(o);
}

static struct group *new_group(const struct groups *g, const void *key, size_t key_len,
			       const void *label, size_t label_len)
{
	struct group *o = calloc(1, sizeof(*o) + key_len + label_len);

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

struct group *groups_find(struct groups *g, const void *key, size_t key_len, const void *label,
			  size_t label_len)
{
	uint64_t hash = hash_of(g->seed, key, key_len);
	uint32_t mask, i;
	struct group *o;

	if (!open_table(g))
		return NULL;
	mask = slots(g) - 1;
	for (i = (uint32_t)hash & mask; g->slot[i]; i = (i + 1) & mask) {
		o = g->at[g->slot[i] - 1];
		if (o->hash == hash && o->key_len == key_len &&
		    (!key_len || !memcmp(o->bytes, key, key_len)))
			return o;
	}
	if (g->nr == g->max)
		return groups_other(g);
	o = new_group(g, key, key_len, label, label_len);
	if (!o)
		return NULL;
	o->hash = hash;
	g->at[g->nr++] = o;
	g->slot[i] = g->nr;
	return o;
}

struct group *groups_other(struct groups *g)
{
	if (!g->other)
		g->other = new_group(g, NULL, 0, NULL, 0);
	return g->other;
}

struct group *groups_at(const struct groups *g, uint32_t i)
{
	if (i < g->nr)
		return g->at[i];
	return i == g->nr ? g->other : NULL;
}

void groups_clear(struct groups *g, void (*done)(void *row))
{
	struct group *o;

	for (uint32_t i = 0; (o = groups_at(g, i)); i++) {
		done(o->row);
		free_group(o);
	}
	free(g->at);
	free(g->slot);
	*g = (struct groups){ .row_size = g->row_size, .max = g->max, .seed = g->seed };
}
