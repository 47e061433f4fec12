/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ladder.h"

void ladder_set_flights(struct ladder *l, const struct story *a,
			const struct clock_interval *from_a, const struct clock_interval *from_b)
{
	for (unsigned i = 0; i < l->nr; i++) {
		struct rung *r = &l->rung[i];
		const struct clock_interval *flight = l->s[r->side] == a ? from_a : from_b;

		if (r->kind != RUNG_SEGMENT || !r->fin || !flight->known)
			continue;
		r->transit_ns = (uint64_t)flight->low;
		r->transit_max_ns = (uint64_t)flight->high;
		r->has_transit = true;
	}
}
