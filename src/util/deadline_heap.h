/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Deadlines: a binary heap of nodes that stand in the caller's structs, the earliest first. Pure.
 *
 * A node knows its place, so that it can be taken out wherever it is. Logarithmic, whatever the
 * order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct deadline_heap_node {
	uint64_t deadline_ns;
	uint64_t nr;		/* of those added: equal deadlines keep their order */
	size_t slot;		/* place in the heap plus 1; 0: in none */
};

struct deadline_heap {
	struct deadline_heap_node **nodes;	/* owned; the nodes are not */
	size_t len, cap;
	uint64_t added;
};

/* False if out of memory. The node must be in no heap. */
bool deadline_heap_add(struct deadline_heap *h, struct deadline_heap_node *n);
void deadline_heap_remove(struct deadline_heap *h, struct deadline_heap_node *n);

/* The earliest, NULL if empty. */
struct deadline_heap_node *deadline_heap_first(const struct deadline_heap *h);

void deadline_heap_release(struct deadline_heap *h);
