/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "hash_index.h"

#include <stdlib.h>

#define BUCKETS_MIN 1024

/*
 * Double the number of buckets: each chain splits into two that keep the order. Does nothing if
 * out of memory.
 */
static void double_buckets(struct hash_index *x)
{
	size_t n = x->mask + 1;
	uint32_t *first = calloc(2 * n, sizeof(*first));

	if (!first)
		return;
	for (size_t at = 0; at < n; at++) {
		uint32_t *end[2] = { &first[at], &first[at + n] }, last[2] = { 0, 0 };

		for (uint32_t item = x->first[at], next; item; item = next) {
			struct hash_index_link *l = hash_index_link(x, item);
			bool upper = l->hash & n;

			next = l->next;
			l->next = 0;
			l->prev = last[upper];
			last[upper] = *end[upper] = item;
			end[upper] = &l->next;
		}
	}
	free(x->first);
	x->first = first;
	x->mask = 2 * n - 1;
}

bool hash_index_init(struct hash_index *x, const struct pool *pool, size_t link_offset)
{
	*x = (struct hash_index){ .pool = pool, .link_offset = link_offset,
				  .mask = BUCKETS_MIN - 1 };
	x->first = calloc(BUCKETS_MIN, sizeof(*x->first));
	return x->first;
}

void hash_index_release(struct hash_index *x)
{
	free(x->first);
	*x = (struct hash_index){ 0 };
}

void hash_index_add(struct hash_index *x, uint32_t hash, uint32_t item)
{
	uint32_t *first;

	if (x->len > x->mask / 2)
		double_buckets(x);
	first = hash_index_bucket(x, hash);
	if (*first)
		hash_index_link(x, *first)->prev = item;
	*hash_index_link(x, item) = (struct hash_index_link){ .hash = hash, .next = *first };
	*first = item;
	x->len++;
}

void hash_index_remove(struct hash_index *x, uint32_t item)
{
	const struct hash_index_link *l = hash_index_link(x, item);

	*(l->prev ? &hash_index_link(x, l->prev)->next : hash_index_bucket(x, l->hash)) = l->next;
	if (l->next)
		hash_index_link(x, l->next)->prev = l->prev;
	x->len--;
}
