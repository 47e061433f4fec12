/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "retry_pause.h"

#include "time_units.h"

/* From 5/8 to 11/8 of the pause. */
static unsigned vary(unsigned ms, uint8_t random)
{
	return ms * 5 / 8 + ms * 3 / 4 * random / 255;
}

uint32_t retry_pause_fail(struct retry_pause *p, uint64_t now_ns, uint8_t random)
{
	if (now_ns >= p->until_ns) {
		if (!p->ms)
			p->ms = RETRY_PAUSE_MIN_MS;
		else
			p->ms = p->ms * 2 < RETRY_PAUSE_MAX_MS ? p->ms * 2 : RETRY_PAUSE_MAX_MS;
		p->until_ns = now_ns + vary(p->ms, random) * NS_PER_MS;
	}
	return (uint32_t)((p->until_ns - now_ns) / NS_PER_MS) ?: 1;
}

void retry_pause_succeed(struct retry_pause *p)
{
	p->ms = 0;
}
