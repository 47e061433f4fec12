/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "exemplars.h"

#include <string.h>

#include "time_units.h"

static void advance(struct exemplars *x, uint64_t minute)
{
	if (minute <= x->minute)
		return;
	if (minute == x->minute + 1)
		memcpy(x->last, x->present, sizeof(x->last));
	else
		memset(x->last, 0, sizeof(x->last));
	memset(x->present, 0, sizeof(x->present));
	x->minute = minute;
}

void exemplars_add(struct exemplars *x, unsigned phase, unsigned bucket, const struct exemplar *e,
		   uint64_t at_ns)
{
	uint64_t minute = at_ns / (60 * NS_PER_S);
	struct exemplar *slowest = &x->present[phase][bucket];

	advance(x, minute);
	if (minute == x->minute && (!slowest->known || e->ns > slowest->ns))
		*slowest = *e;
}

const struct exemplar *exemplars_of(struct exemplars *x, unsigned phase, uint64_t now_ns)
{
	advance(x, now_ns / (60 * NS_PER_S));
	return x->last[phase];
}
