/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A memory of the endpoints that left the table without a report: evicted, or given up because
 * their socket vanished. If such an endpoint acts again, it is not a new endpoint. Pure.
 *
 * The memory is bounded, and allocated when the first endpoint departs (1.5 MiB). The endpoints are
 * in sets of DEPARTED_WAYS; a set that is full forgets its oldest.
 */
#pragma once

#include <stdint.h>

#include "event.h"
#include "filter.h"

#define DEPARTED_WAYS 8
#define DEPARTED_SETS 8192	/* a power of two */

enum departure { DEPARTED_NEVER, DEPARTED_EVICTED, DEPARTED_VANISHED };

/* Set the seed, and the rest to 0. */
struct departed {
	uint64_t seed;		/* random hash key */
	struct departed_endpoint *endpoints;	/* NULL: none has departed yet */
};

void departed_release(struct departed *d);

/* Remember an endpoint. If memory runs out, it is not remembered. */
void departed_add(struct departed *d, const struct flow *flow, uint64_t sk_key, uint64_t cookie,
		  enum departure why);

/*
 * Has the endpoint of this event departed? If so, forget it and return how it departed. Without
 * cookies the addresses must be the same, and an event that opens a connection is a new endpoint.
 */
enum departure departed_take(struct departed *d, const struct event *e);
