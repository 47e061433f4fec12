/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "deadline_heap.h"

#include <stdlib.h>

#include "array.h"

static bool is_before(const struct deadline_heap_node *a, const struct deadline_heap_node *b)
{
	return a->deadline_ns < b->deadline_ns ||
	       (a->deadline_ns == b->deadline_ns && a->nr < b->nr);
}

static void put_node(struct deadline_heap *h, size_t at, struct deadline_heap_node *n)
{
	h->nodes[at] = n;
	n->slot = at + 1;
}

/* Place n at the free index `at`, or further up, so that its parent is not later than it. */
static void sift_up(struct deadline_heap *h, size_t at, struct deadline_heap_node *n)
{
	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (!is_before(n, h->nodes[parent]))
			break;
		put_node(h, at, h->nodes[parent]);
		at = parent;
	}
	put_node(h, at, n);
}

/* Place n at the free index `at`, or further down, so that no child is earlier than it. */
static void sift_down(struct deadline_heap *h, size_t at, struct deadline_heap_node *n)
{
	size_t child;

	while ((child = 2 * at + 1) < h->len) {
		if (child + 1 < h->len && is_before(h->nodes[child + 1], h->nodes[child]))
			child++;
		if (!is_before(h->nodes[child], n))
			break;
		put_node(h, at, h->nodes[child]);
		at = child;
	}
	put_node(h, at, n);
}

bool deadline_heap_add(struct deadline_heap *h, struct deadline_heap_node *n)
{
	if (!ARRAY_GROW(h->nodes, h->len, h->cap, SIZE_MAX))
		return false;
	n->nr = h->added++;
	sift_up(h, h->len++, n);
	return true;
}

void deadline_heap_remove(struct deadline_heap *h, struct deadline_heap_node *n)
{
	struct deadline_heap_node *last = h->nodes[--h->len];
	size_t at = n->slot - 1;

	n->slot = 0;
	if (last == n)
		return;
	if (at > 0 && is_before(last, h->nodes[(at - 1) / 2]))
		sift_up(h, at, last);
	else
		sift_down(h, at, last);
}

struct deadline_heap_node *deadline_heap_first(const struct deadline_heap *h)
{
	return h->len ? h->nodes[0] : NULL;
}

void deadline_heap_release(struct deadline_heap *h)
{
	free(h->nodes);
	*h = (struct deadline_heap){ 0 };
}
