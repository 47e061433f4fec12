/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "rate_meter.h"

#include <string.h>

#include "partition_hash.h"

/* Forget the steps that are more than a second old. An earlier time counts as the latest one. */
static void advance_to(struct rate_meter *m, uint64_t now_ns)
{
	uint64_t step = now_ns / RATE_STEP_NS;

	if (step <= m->step)
		return;
	if (step - m->step >= RATE_STEPS) {
		memset(m->n, 0, sizeof(m->n));
		m->total = 0;
		m->step = step;
	}
	while (m->step < step) {
		uint32_t *oldest = &m->n[++m->step % RATE_STEPS];

		m->total -= *oldest;
		*oldest = 0;
	}
}

void rate_meter_count(struct rate_meter *m, uint64_t now_ns)
{
	advance_to(m, now_ns);
	m->n[m->step % RATE_STEPS]++;
	m->total++;
}

uint32_t rate_meter_share(struct rate_meter *m, uint64_t now_ns)
{
	uint64_t share;

	advance_to(m, now_ns);
	if (m->total <= m->max)
		return SAMPLING_ALL;
	share = m->max * SAMPLING_ALL / m->total;
	return share ? (uint32_t)share : 1;
}
