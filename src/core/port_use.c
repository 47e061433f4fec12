/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "port_use.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

#define MS_PER_S 1000

struct port_socket {
	struct flow flow;
	uint32_t netns;		/* index in port_use.netns */
	uint8_t age_s;		/* in TIME_WAIT */
	bool time_wait;
};

struct port_netns {
	uint32_t inum;
	uint32_t usable;
	uint16_t low, high;
	bool reuse_any, reuse_loopback;
};

void port_use_init(struct port_use *u, size_t max)
{
	*u = (struct port_use){ .max = max };
}

static void free_sockets(struct port_use *u)
{
	free(u->socket);
	free(u->netns);
	u->socket = NULL;
	u->netns = NULL;
	u->nr_sockets = u->cap = u->nr_netns = u->cap_netns = 0;
}

void port_use_release(struct port_use *u)
{
	free_sockets(u);
	*u = (struct port_use){ 0 };
}

bool port_use_add_netns(struct port_use *u, uint32_t netns, const struct port_pool *pool)
{
	if (!ARRAY_GROW(u->netns, u->nr_netns, u->cap_netns, UINT32_MAX))
		return false;
	u->netns[u->nr_netns++] = (struct port_netns){
		.inum = netns, .usable = port_pool_size(pool), .low = pool->low,
		.high = pool->high, .reuse_any = pool->reuse_any,
		.reuse_loopback = pool->reuse_loopback,
	};
	return true;
}

void port_use_add(struct port_use *u, const struct flow *flow, bool time_wait, uint32_t left_ms)
{
	uint32_t left_s = (left_ms + MS_PER_S - 1) / MS_PER_S;

	if (!u->nr_netns)
		return;
	if (!ARRAY_GROW(u->socket, u->nr_sockets, u->cap, u->max)) {
		u->lost++;
		return;
	}
	if (left_s < 1)
		left_s = 1;
	if (left_s > PORT_TIME_WAIT_S)	/* longer if the round-trip time is more than 17 s */
		left_s = PORT_TIME_WAIT_S;
	u->socket[u->nr_sockets++] = (struct port_socket){
		.flow = *flow, .netns = (uint32_t)u->nr_netns - 1, .time_wait = time_wait,
		.age_s = (uint8_t)(PORT_TIME_WAIT_S - left_s),
	};
}

static int compare_dests(const struct port_socket *x, const struct port_socket *y)
{
	int order;

	if (x->netns != y->netns)
		return x->netns < y->netns ? -1 : 1;
	if (x->flow.family != y->flow.family)
		return x->flow.family < y->flow.family ? -1 : 1;
	order = memcmp(x->flow.peer_addr, y->flow.peer_addr, sizeof(x->flow.peer_addr)) ?:
		memcmp(x->flow.local_addr, y->flow.local_addr, sizeof(x->flow.local_addr));
	return order ?: (int)x->flow.peer_port - (int)y->flow.peer_port;
}

/* By destination, then by local port; of two sockets with one port, that in TIME_WAIT is last. */
static int order_sockets(const void *a, const void *b)
{
	const struct port_socket *x = a, *y = b;

	return compare_dests(x, y) ?: (int)x->flow.local_port - (int)y->flow.local_port ?:
	       (int)x->time_wait - (int)y->time_wait;
}

static bool is_loopback(unsigned family, const uint8_t addr[16])
{
	static const uint8_t loopback6[16] = { [15] = 1 };

	return family == 4 ? addr[0] == 127 : !memcmp(addr, loopback6, sizeof(loopback6));
}

/*
 * Set when the ports run out: the first second at whose end the sockets made at this rate, and
 * those that have not expired by then, need all ports. After 60 s the number grows no more.
 */
static void forecast(struct port_dest *d, const uint32_t made[PORT_TIME_WAIT_S])
{
	uint64_t used = (uint64_t)d->used * PORT_RATE_S;
	unsigned busy = 0;

	for (unsigned age = 0; age < PORT_RATE_S; age++) {
		d->recent += made[age];
		busy += made[age] > 0;
	}
	if (d->reusable)
		return;
	d->runs_out = d->used >= d->usable;
	if (busy < PORT_RATE_BUSY_S)
		return;
	for (unsigned s = 1; !d->runs_out && s <= PORT_TIME_WAIT_S; s++) {
		used += d->recent;
		used -= (uint64_t)made[PORT_TIME_WAIT_S - s] * PORT_RATE_S;
		d->runs_out = used >= (uint64_t)d->usable * PORT_RATE_S;
		d->exhausted_s = d->runs_out ? s : 0;
	}
}

/* Count the n sockets of one destination, which are sorted by local port. */
static struct port_dest count_dest(const struct port_use *u, const struct port_socket *x, size_t n)
{
	const struct port_netns *netns = &u->netns[x->netns];
	struct port_dest d = { .netns = netns->inum, .family = x->flow.family,
			       .peer_port = x->flow.peer_port, .low = netns->low,
			       .high = netns->high, .usable = netns->usable };
	uint32_t made[PORT_TIME_WAIT_S] = { 0 };

	memcpy(d.local_addr, x->flow.local_addr, sizeof(d.local_addr));
	memcpy(d.peer_addr, x->flow.peer_addr, sizeof(d.peer_addr));
	for (size_t i = 0; i < n; i++) {
		if (i && x[i].flow.local_port == x[i - 1].flow.local_port)
			continue;
		d.used++;
		if (!x[i].time_wait)
			continue;
		d.time_wait++;
		made[x[i].age_s]++;
	}
	d.reusable = d.time_wait && (netns->reuse_any ||
				     (netns->reuse_loopback &&
				      (is_loopback(d.family, d.local_addr) ||
				       is_loopback(d.family, d.peer_addr))));
	forecast(&d, made);
	return d;
}

static bool has_larger_share(const struct port_dest *x, const struct port_dest *y)
{
	uint64_t a = (uint64_t)x->used * y->usable, b = (uint64_t)y->used * x->usable;

	return a != b ? a > b : x->used > y->used;
}

/* Keep the destinations with the largest shares, in order. */
static void keep_largest(struct port_use *u, const struct port_dest *d)
{
	unsigned at = u->nr;

	while (at > 0 && has_larger_share(d, &u->dest[at - 1]))
		at--;
	if (u->nr == PORT_DESTS)
		u->omitted++;
	else
		u->nr++;
	if (at == PORT_DESTS)
		return;
	memmove(&u->dest[at + 1], &u->dest[at], (u->nr - 1 - at) * sizeof(*d));
	u->dest[at] = *d;
}

void port_use_finish(struct port_use *u, const struct filter *filter)
{
	struct filter wanted = *filter;

	wanted.local_ports = (struct filter_ports){ 0 };
	array_sort(u->socket, u->nr_sockets, sizeof(*u->socket), order_sockets);
	for (size_t i = 0, to; i < u->nr_sockets; i = to) {
		struct flow flow = u->socket[i].flow;
		struct port_dest d;

		for (to = i + 1; to < u->nr_sockets; to++)
			if (compare_dests(&u->socket[i], &u->socket[to]))
				break;
		flow.local_port = flow.peer_port;	/* for a filter of either port */
		if (!filter_matches_flow(&wanted, &flow))
			continue;
		d = count_dest(u, &u->socket[i], to - i);
		keep_largest(u, &d);
	}
	free_sockets(u);
}
