/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "hash_index.h"

#include <stdlib.h>

#define PLACES_MIN 1024

/* Each chain becomes two, in the same order. */
static void grow(struct index *x)
{
	size_t n = x->mask + 1;
	uint32_t *first = calloc(2 * n, sizeof(*first));

	if (!first)
		return;
	for (size_t at = 0; at < n; at++) {
		uint32_t *end[2] = { &first[at], &first[at + n] }, last[2] = { 0, 0 };

		for (uint32_t item = x->first[at], next; item; item = next) {
			struct index_link *l = index_link(x, item);
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

bool index_init(struct index *x, const struct pool *pool, size_t link_at)
{
	*x = (struct index){ .pool = pool, .link_at = link_at, .mask = PLACES_MIN - 1 };
	x->first = calloc(PLACES_MIN, sizeof(*x->first));
	return x->first;
}

void index_release(struct index *x)
{
	free(x->first);
	*x = (struct index){ 0 };
}

void index_add(struct index *x, uint32_t hash, uint32_t item)
{
	uint32_t *first;

	if (x->len > x->mask / 2)
		grow(x);
	first = index_place(x, hash);
	if (*first)
		index_link(x, *first)->prev = item;
	*index_link(x, item) = (struct index_link){ .hash = hash, .next = *first };
	*first = item;
	x->len++;
}

void index_remove(struct index *x, uint32_t item)
{
	const struct index_link *l = index_link(x, item);

	*(l->prev ? &index_link(x, l->prev)->next : index_place(x, l->hash)) = l->next;
	if (l->next)
		index_link(x, l->next)->prev = l->prev;
	x->len--;
}
