/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "lane_heap.h"

#include <stdlib.h>
#include <string.h>

#include "fleet_private.h"

#define CHILDREN 4	/* of 16 bytes: one cache line */

void lane_heap_release(struct lane_heap *h)
{
	free(h->items);
	*h = (struct lane_heap){ .nr = 0 };
}

/* At one time by host, then by partition. */
static __attribute__((noinline)) bool is_first_of_equals(const struct fleet_lane *x,
							  const struct fleet_lane *y)
{
	int order = x->run == y->run ? 0 : strcmp(x->run->public.host, y->run->public.host);

	return order ? order < 0 : x->partition < y->partition;
}

static bool is_before(const struct lane_heap_item *x, const struct lane_heap_item *y)
{
	return x->order_ns != y->order_ns ? x->order_ns < y->order_ns :
					    is_first_of_equals(x->lane, y->lane);
}

bool lane_heap_add(struct lane_heap *h, struct fleet_lane *lane)
{
	const struct lane_heap_item item = { lane->order_ns, lane };
	size_t cap = h->cap ? 2 * h->cap : 16, at = h->nr;
	struct lane_heap_item *grown;

	if (h->nr == h->cap) {
		grown = realloc(h->items, cap * sizeof(*grown));
		if (!grown)
			return false;
		h->items = grown;
		h->cap = cap;
	}
	h->nr++;
	for (; at && is_before(&item, &h->items[(at - 1) / CHILDREN]); at = (at - 1) / CHILDREN)
		h->items[at] = h->items[(at - 1) / CHILDREN];
	h->items[at] = item;
	return true;
}

/* Put an item where the first one was. */
static void replace_first(struct lane_heap *h, struct lane_heap_item item)
{
	size_t at = 0, child, first, end;

	while ((first = CHILDREN * at + 1) < h->nr) {
		end = first + CHILDREN < h->nr ? first + CHILDREN : h->nr;
		for (child = first++; first < end; first++)
			if (is_before(&h->items[first], &h->items[child]))
				child = first;
		if (!is_before(&h->items[child], &item))
			break;
		h->items[at] = h->items[child];
		at = child;
	}
	h->items[at] = item;
}

void lane_heap_advance_first(struct lane_heap *h)
{
	struct lane_heap_item item = h->items[0];

	item.order_ns = item.lane->order_ns;
	replace_first(h, item);
}

void lane_heap_remove_first(struct lane_heap *h)
{
	if (--h->nr)
		replace_first(h, h->items[h->nr]);
}
