/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which ephemeral ports are in use towards each destination, and when none is left. Pure.
 *
 * A connection is named by four values, so every destination (address and port) can be reached from
 * each local address once per ephemeral port. The side that closes first stays in TIME_WAIT for
 * 60 s, and keeps its port: a client that opens and closes more than ports / 60 connections per
 * second runs out of ports.
 *
 * The age of each TIME_WAIT socket shows how many were made in each of the last 60 s, so one look
 * gives the rate, and for the next 60 s how many will expire.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "port_pool.h"

#define PORT_TIME_WAIT_S 60	/* TCP_TIMEWAIT_LEN of the kernel */
#define PORT_RATE_S 5		/* the rate is that of the last 5 s */
#define PORT_RATE_BUSY_S 3	/* a forecast takes closes in at least so many of them */
#define PORT_DESTS 10		/* destinations that are reported */

/* A destination, as seen from one local address of one network namespace. */
struct port_dest {
	uint32_t netns;
	uint8_t family;
	uint8_t local_addr[16], peer_addr[16];
	uint16_t peer_port;
	uint16_t low, high;	/* ip_local_port_range */
	uint32_t usable;	/* ephemeral ports of the namespace, without the reserved ones */
	uint32_t used;		/* of them: ports of sockets with this destination */
	uint32_t time_wait;	/* of these: ports in TIME_WAIT */
	uint32_t recent;	/* of these: of the last PORT_RATE_S seconds */
	bool reusable;		/* connect() takes ports in TIME_WAIT: they are no limit */
	bool runs_out;		/* at this rate; exhausted_s is valid */
	uint32_t exhausted_s;	/* seconds until no port is left, 0: none is left now */
};

struct port_use {
	struct port_dest dest[PORT_DESTS];	/* the largest share of the ports first */
	unsigned nr;
	uint64_t omitted;	/* destinations beyond these */
	uint64_t lost;		/* sockets that did not fit into memory */
	unsigned unread;	/* network namespaces whose sockets or ports could not be read */

	struct port_socket *socket;	/* private */
	size_t nr_sockets, cap, max;
	struct port_netns *netns;
	size_t nr_netns, cap_netns;
};

/* At most max sockets are kept. */
void port_use_init(struct port_use *u, size_t max);
void port_use_release(struct port_use *u);

/* Announce a network namespace, before its sockets. Returns false if out of memory. */
bool port_use_add_netns(struct port_use *u, uint32_t netns, const struct port_pool *pool);

/*
 * Add a socket that is connected, whose local port the pool of its namespace has. left_ms: how long
 * it remains in TIME_WAIT; ignored if it is in another state.
 */
void port_use_add(struct port_use *u, const struct flow *flow, bool time_wait, uint32_t left_ms);

/*
 * Count, and find the destinations with the largest share; local ports of the filter do not matter.
 * Frees the sockets.
 */
void port_use_finish(struct port_use *u, const struct filter *filter);

/* The share in percent, rounded down. */
static inline unsigned port_dest_percent(const struct port_dest *d)
{
	return d->usable ? (unsigned)((uint64_t)d->used * 100 / d->usable) : 0;
}
