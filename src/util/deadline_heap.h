/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Deadlines: a binary heap of nodes embedded in the caller's structs, earliest first. Pure.
 *
 * A node stores its position in the heap, so any node can be removed. Adding and removing take
 * O(log n) time, whatever the order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct deadline_heap_node {
	uint64_t deadline_ns;	/* set by the caller, unchanged while in the heap */
	uint64_t nr;		/* sequence number: equal deadlines expire in the order added */
	size_t slot;		/* index in the heap plus 1; 0: not in a heap */
};

/* The key of a node beside it: comparing two does not read the nodes, which are anywhere. */
struct deadline_heap_item {
	uint64_t deadline_ns, nr;
	struct deadline_heap_node *node;	/* the caller's */
};

/* Starts as { 0 }. */
struct deadline_heap {
	struct deadline_heap_item *items;	/* owned */
	size_t len, cap;
	uint64_t added;		/* nodes added so far */
};

/* Add a node that is not in any heap. Returns false if out of memory. */
bool deadline_heap_add(struct deadline_heap *h, struct deadline_heap_node *n);

/* Remove a node, which must be in this heap. */
void deadline_heap_remove(struct deadline_heap *h, struct deadline_heap_node *n);

/* Return the node with the earliest deadline without removing it, NULL if the heap is empty. */
struct deadline_heap_node *deadline_heap_first(const struct deadline_heap *h);

/* Free the heap's memory. The nodes are not touched. */
void deadline_heap_release(struct deadline_heap *h);
