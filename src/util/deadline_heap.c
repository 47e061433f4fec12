/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "deadline_heap.h"

#include <stdlib.h>

#define CAP_MIN 64

static bool is_before(const struct heap_node *a, const struct heap_node *b)
{
	return a->deadline_ns < b->deadline_ns ||
	       (a->deadline_ns == b->deadline_ns && a->nr < b->nr);
}

static void put(struct heap *h, size_t at, struct heap_node *n)
{
	h->nodes[at] = n;
	n->at = at + 1;
}

/* Moves n from the free place `at` towards the top until its parent is no later. */
static void sift_up(struct heap *h, size_t at, struct heap_node *n)
{
	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (!is_before(n, h->nodes[parent]))
			break;
		put(h, at, h->nodes[parent]);
		at = parent;
	}
	put(h, at, n);
}

/* Moves n from the free place `at` towards the bottom until both children are no earlier. */
static void sift_down(struct heap *h, size_t at, struct heap_node *n)
{
	size_t child;

	while ((child = 2 * at + 1) < h->len) {
		if (child + 1 < h->len && is_before(h->nodes[child + 1], h->nodes[child]))
			child++;
		if (!is_before(h->nodes[child], n))
			break;
		put(h, at, h->nodes[child]);
		at = child;
	}
	put(h, at, n);
}

bool heap_add(struct heap *h, struct heap_node *n)
{
	if (h->len == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : CAP_MIN;
		struct heap_node **nodes = realloc(h->nodes, cap * sizeof(*nodes));

		if (!nodes)
			return false;
		h->nodes = nodes;
		h->cap = cap;
	}
	n->nr = h->added++;
	sift_up(h, h->len++, n);
	return true;
}

void heap_remove(struct heap *h, struct heap_node *n)
{
	struct heap_node *last = h->nodes[--h->len];
	size_t at = n->at - 1;

	n->at = 0;
	if (last == n)
		return;
	if (at > 0 && is_before(last, h->nodes[(at - 1) / 2]))
		sift_up(h, at, last);
	else
		sift_down(h, at, last);
}

struct heap_node *heap_first(const struct heap *h)
{
	return h->len ? h->nodes[0] : NULL;
}

void heap_release(struct heap *h)
{
	free(h->nodes);
	*h = (struct heap){ 0 };
}
