/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The lanes of a fleet in the order of their next records. Unlike merge_heap.h it has the times of
 * the records itself, because a thousand lanes do not fit into the nearest cache: a comparison
 * touches a lane only if two times are equal.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fleet_lane;

struct lane_heap_item {
	uint64_t order_ns;	/* of the lane's record */
	struct fleet_lane *lane;
};

/* Starts as { 0 }. */
struct lane_heap {
	struct lane_heap_item *items;
	size_t nr, cap;
};

void lane_heap_release(struct lane_heap *h);

/* Returns false if out of memory. */
bool lane_heap_add(struct lane_heap *h, struct fleet_lane *lane);

static inline struct fleet_lane *lane_heap_first(const struct lane_heap *h)
{
	return h->nr ? h->items[0].lane : NULL;
}

/* The first lane has another record, which is not earlier: move it to its place. */
void lane_heap_advance_first(struct lane_heap *h);

/* Remove the first lane. */
void lane_heap_remove_first(struct lane_heap *h);
