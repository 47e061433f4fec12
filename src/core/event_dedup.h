/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The last words of the sockets that were told lately. Pure.
 *
 * A hook's two programs may tell a change twice (bpf/reentry.bpf.h). The second time the story may be
 * gone already: without this it would be taken for a socket that nobody knew, and told again.
 */
#pragma once

#include <stdbool.h>

#include "event.h"
#include "story.h"

#define RECENT_CLOSES 32		/* an echo is as close as other CPUs let it: a few events */

struct recent_closes {
	struct recent_close {
		uint64_t sk_key, cookie;
		uint8_t old_state, new_state;
	} last[RECENT_CLOSES];	/* a ring */
	unsigned next;
};

/* A story was told. */
void event_order_add_close(struct recent_closes *o, const struct story *s);

/* Is this change the last one that such a story had? Never without a cookie: keys come again. */
bool event_order_is_recent_close(const struct recent_closes *o, const struct event *e);

/* The same of a story that goes on. */
bool event_order_is_last_change(const struct story *s, const struct event *e);
