/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The pauses between attempts to reach a server: each is twice as long as the last, up to a limit,
 * and varies at random, so that not all hosts come back at once. Attempts that fail together share
 * one pause. Pure.
 */
#pragma once

#include <stdint.h>

#define RETRY_PAUSE_MIN_MS 250		/* the first one */
#define RETRY_PAUSE_MAX_MS 10000

/* All zero: the last attempt succeeded. */
struct retry_pause {
	unsigned ms;		/* without the variation */
	uint64_t until_ns;	/* its end */
};

/* An attempt has failed at now_ns. Returns the rest of the pause, in ms; at least 1. */
uint32_t retry_pause_fail(struct retry_pause *p, uint64_t now_ns, uint8_t random);

/* One has succeeded: the next pause is a short one. */
void retry_pause_succeed(struct retry_pause *p);
