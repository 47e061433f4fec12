/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A heap for merging sorted sequences: the item whose next element comes first is at the top. The
 * order is the caller's. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct merge_heap {
	/* Set by the caller: does a come before b? It must be a strict order of all items. */
	bool (*is_before)(const void *a, const void *b);
	/* Private, initially 0. */
	void **items;
	size_t nr, cap;
};

/* Free the heap. Its items are the caller's. */
void merge_heap_release(struct merge_heap *h);

/* Add an item. Returns false if out of memory. */
bool merge_heap_add(struct merge_heap *h, void *item);

/* The first item, NULL if the heap is empty. */
static inline void *merge_heap_first(const struct merge_heap *h)
{
	return h->nr ? h->items[0] : NULL;
}

/* The first item has advanced to its next element: move it to its place. */
void merge_heap_advance_first(struct merge_heap *h);

/* Remove the first item. */
void merge_heap_remove_first(struct merge_heap *h);
