/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The share of endpoints to keep, so that about N per second are kept. Pure.
 *
 * It counts the endpoints of the last second in steps of RATE_STEP_NS: if there were more than N,
 * the share is N of them.
 */
#pragma once

#include <stdint.h>

#include "time_units.h"

#define RATE_STEPS 10
#define RATE_STEP_NS (NS_PER_S / RATE_STEPS)

/* Starts as { .max = N }. */
struct rate_meter {
	uint64_t max;		/* endpoints per second */
	uint64_t step;		/* the latest one */
	uint64_t total;		/* of all in n */
	uint32_t n[RATE_STEPS];
};

/* Count an endpoint at that time. */
void rate_meter_count(struct rate_meter *m, uint64_t now_ns);

/* The share in millionths, 1 to SAMPLING_ALL. */
uint32_t rate_meter_share(struct rate_meter *m, uint64_t now_ns);
