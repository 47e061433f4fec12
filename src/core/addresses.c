/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "addresses.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

void addresses_release(struct addresses *a)
{
	free(a->at);
	*a = (struct addresses){ .complete = false };
}

/* The index of the first address that is not smaller. */
static unsigned find_place(const struct addresses *a, const struct address *address)
{
	unsigned low = 0, high = a->nr;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (memcmp(&a->at[middle], address, sizeof(*address)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void addresses_add(struct addresses *a, const struct address *address)
{
	unsigned i = find_place(a, address);
	size_t cap = a->cap;

	if (i < a->nr && !memcmp(&a->at[i], address, sizeof(*address)))
		return;
	if (!ARRAY_GROW(a->at, (size_t)a->nr, cap, (size_t)ADDRESSES_MAX)) {
		a->complete = false;
		return;
	}
	a->cap = (unsigned)cap;
	memmove(&a->at[i + 1], &a->at[i], (a->nr - i) * sizeof(*a->at));
	a->at[i] = *address;
	a->nr++;
}
