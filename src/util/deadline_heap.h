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

struct heap_node {
	uint64_t deadline_ns;
	uint64_t nr;		/* of those added: equal deadlines keep their order */
	size_t at;		/* place in the heap plus 1; 0: in none */
};

struct heap {
	struct heap_node **nodes;	/* owned; the nodes are not */
	size_t len, cap;
	uint64_t added;
};

/* False if out of memory. The node must be in no heap. */
bool heap_add(struct heap *h, struct heap_node *n);
void heap_remove(struct heap *h, struct heap_node *n);

/* The earliest, NULL if empty. */
struct heap_node *heap_first(const struct heap *h);

void heap_release(struct heap *h);
