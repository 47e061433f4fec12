/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "deadline_heap.h"

#include <stdlib.h>

#include "array.h"

static bool is_before(const struct deadline_heap_item *a, const struct deadline_heap_item *b)
{
	return a->deadline_ns < b->deadline_ns ||
	       (a->deadline_ns == b->deadline_ns && a->nr < b->nr);
}

static void put_item(struct deadline_heap *h, size_t at, const struct deadline_heap_item *n)
{
	h->items[at] = *n;
	n->node->slot = at + 1;
}

/* Place n at the free index `at`, or further up, so that its parent is not later than it. */
static void sift_up(struct deadline_heap *h, size_t at, const struct deadline_heap_item *n)
{
	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (!is_before(n, &h->items[parent]))
			break;
		put_item(h, at, &h->items[parent]);
		at = parent;
	}
	put_item(h, at, n);
}

/* Place n at the free index `at`, or further down, so that no child is earlier than it. */
static void sift_down(struct deadline_heap *h, size_t at, const struct deadline_heap_item *n)
{
	size_t child;

	while ((child = 2 * at + 1) < h->len) {
		if (child + 1 < h->len && is_before(&h->items[child + 1], &h->items[child]))
			child++;
		if (!is_before(&h->items[child], n))
			break;
		put_item(h, at, &h->items[child]);
		at = child;
	}
	put_item(h, at, n);
}

bool deadline_heap_add(struct deadline_heap *h, struct deadline_heap_node *n)
{
	struct deadline_heap_item item = { .deadline_ns = n->deadline_ns, .node = n };

	if (!ARRAY_GROW(h->items, h->len, h->cap, SIZE_MAX))
		return false;
	item.nr = n->nr = h->added++;
	sift_up(h, h->len++, &item);
	return true;
}

void deadline_heap_remove(struct deadline_heap *h, struct deadline_heap_node *n)
{
	const struct deadline_heap_item last = h->items[--h->len];
	size_t at = n->slot - 1;

	n->slot = 0;
	if (last.node == n)
		return;
	if (at > 0 && is_before(&last, &h->items[(at - 1) / 2]))
		sift_up(h, at, &last);
	else
		sift_down(h, at, &last);
}

struct deadline_heap_node *deadline_heap_first(const struct deadline_heap *h)
{
	return h->len ? h->items[0].node : NULL;
}

void deadline_heap_release(struct deadline_heap *h)
{
	free(h->items);
	*h = (struct deadline_heap){ 0 };
}
