/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ladder.h"

#include "time_units.h"

#define HIDE_GAP_NS NS_PER_MS	/* shorter gaps between a call and its segment are not drawn */

/* Did call a cause segment r, which followed ns later? */
static bool is_cause_of_segment(const struct rung *a, const struct rung *r, uint64_t ns)
{
	return a->kind == RUNG_CALL && r->kind != RUNG_CALL && a->side == r->side &&
	       ns < HIDE_GAP_NS;
}

uint64_t ladder_gap_before_ns(const struct ladder *l, unsigned i)
{
	const struct rung *r = &l->rung[i];
	uint64_t since_ns;
	unsigned k = i;

	if (!r->dated)
		return 0;
	while (k && !l->rung[k - 1].dated)
		k--;
	if (!k)
		return 0;
	since_ns = l->rung[k - 1].ts_ns + l->rung[k - 1].transit_ns;
	if (r->ts_ns <= since_ns || is_cause_of_segment(&l->rung[k - 1], r, r->ts_ns - since_ns))
		return 0;
	return r->ts_ns - since_ns;
}

uint64_t ladder_longest_gap_ns(const struct ladder *l, uint64_t first_ns)
{
	uint64_t longest = HIDE_GAP_NS - 1;

	if (first_ns > longest)
		longest = first_ns;
	for (unsigned i = 0; i < l->nr; i++)
		if (ladder_gap_before_ns(l, i) > longest)
			longest = ladder_gap_before_ns(l, i);
	return longest;
}
