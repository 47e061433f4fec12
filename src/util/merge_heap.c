/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "merge_heap.h"

#include <stdlib.h>

void merge_heap_release(struct merge_heap *h)
{
	free(h->items);
	h->items = NULL;
	h->nr = h->cap = 0;
}

bool merge_heap_add(struct merge_heap *h, void *item)
{
	size_t cap = h->cap ? 2 * h->cap : 16, at = h->nr;
	void **grown;

	if (h->nr == h->cap) {
		grown = realloc(h->items, cap * sizeof(*grown));
		if (!grown)
			return false;
		h->items = grown;
		h->cap = cap;
	}
	h->nr++;
	for (; at && h->is_before(item, h->items[(at - 1) / 2]); at = (at - 1) / 2)
		h->items[at] = h->items[(at - 1) / 2];
	h->items[at] = item;
	return true;
}

void merge_heap_advance_first(struct merge_heap *h)
{
	void *item = h->items[0];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < h->nr) {
		if (child + 1 < h->nr && h->is_before(h->items[child + 1], h->items[child]))
			child++;
		if (!h->is_before(h->items[child], item))
			break;
		h->items[at] = h->items[child];
		at = child;
	}
	h->items[at] = item;
}

void merge_heap_remove_first(struct merge_heap *h)
{
	h->items[0] = h->items[--h->nr];
	if (h->nr)
		merge_heap_advance_first(h);
}
