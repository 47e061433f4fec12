/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "index.h"

#include <stdlib.h>

#define SLOTS_MIN 1024

static void put(struct index *x, struct index_slot slot)
{
	size_t at = slot.hash;

	while (x->slots[at & x->mask].item)
		at++;
	x->slots[at & x->mask] = slot;
}

static bool grow(struct index *x, size_t slots)
{
	struct index was = *x;

	x->slots = calloc(slots, sizeof(*x->slots));
	if (!x->slots) {
		*x = was;
		return false;
	}
	x->mask = slots - 1;
	for (size_t at = 0; was.slots && at <= was.mask; at++)
		if (was.slots[at].item)
			put(x, was.slots[at]);
	free(was.slots);
	return true;
}

bool index_init(struct index *x)
{
	*x = (struct index){ 0 };
	return grow(x, SLOTS_MIN);
}

void index_release(struct index *x)
{
	free(x->slots);
	*x = (struct index){ 0 };
}

bool index_add(struct index *x, uint32_t hash, uint32_t item)
{
	if (x->len > x->mask / 2 && !grow(x, 2 * (x->mask + 1)))
		return false;
	put(x, (struct index_slot){ hash, item });
	x->len++;
	return true;
}

/* Knuth, The Art of Computer Programming, volume 3, 6.4, algorithm R: what could not be at its place moves up. */
void index_remove(struct index *x, uint32_t hash, uint32_t item)
{
	size_t gap = hash, at;

	while (x->slots[gap & x->mask].item != item)
		gap++;
	for (at = gap + 1; x->slots[at & x->mask].item; at++) {
		size_t from_home = (at - x->slots[at & x->mask].hash) & x->mask;

		if (from_home < ((at - gap) & x->mask))
			continue;
		x->slots[gap & x->mask] = x->slots[at & x->mask];
		gap = at;
	}
	x->slots[gap & x->mask].item = 0;
	x->len--;
}
