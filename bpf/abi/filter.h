/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Filter for endpoints by address, port, family and network namespace: one predicate, compiled for
 * the kernel side and for replay. Conditions on the story (process, ending, times) are tested in
 * user space (story_filter.h).
 *
 * An endpoint matches if every list of wanted values that is not empty contains it, and no list of
 * excluded values does.
 */
#pragma once

#include "event.h"

#define FILTER_PORTS 16		/* ranges */
#define FILTER_ADDRS 8
#define FILTER_NETNS 8

/* One endpoint as the filter sees it. Ports in host order, addresses as in struct event. */
struct flow {
	__u8 local_addr[16];
	__u8 peer_addr[16];
	__u32 netns;
	__u16 local_port;
	__u16 peer_port;
	__u8 family;
	__u8 pad[3];
};

struct filter_addr {
	union {
		__u8 addr[16];		/* network order, host bits 0 */
		__u32 addr_word[4];
	};
	union {
		__u8 mask[16];
		__u32 mask_word[4];
	};
	__u8 family;		/* 4 or 6 */
	__u8 pad[3];
};

/* Ranges of ports in host order, their ends included; a single port is a range. */
struct filter_range {
	__u16 first, last;
};

struct filter_ports {
	__u16 nr, nr_excluded;	/* number of used elements of each array */
	struct filter_range range[FILTER_PORTS];
	struct filter_range excluded[FILTER_PORTS];
};

struct filter {
	__u8 active;		/* 0: everything matches, the fields below are not used */
	__u8 family;		/* 4 or 6, 0 both */
	__u8 nr_addrs;		/* number of used elements of each array */
	__u8 nr_excluded_addrs;
	__u8 nr_netns;
	__u8 nr_excluded_netns;
	__u8 never_open;	/* also trace sockets that never were ESTABLISHED */
	struct filter_ports local_ports;
	struct filter_ports peer_ports;
	struct filter_ports either_ports;
	__u32 netns[FILTER_NETNS];
	__u32 excluded_netns[FILTER_NETNS];
	struct filter_addr addr[FILTER_ADDRS];
	struct filter_addr excluded_addr[FILTER_ADDRS];
};

/*
 * Keeps the verifier from learning about an operand what a comparison says of this value. Otherwise
 * each element of a list leaves another state behind, and the states of all lists multiply: filters
 * with many values would be rejected.
 */
#define FILTER_HIDE(value) __asm__ volatile("" : "+r"(value))

static inline __attribute__((always_inline)) bool
filter_has_port(const volatile struct filter_range *range, __u16 n, __u16 port)
{
	for (int i = 0; i < FILTER_PORTS; i++) {
		__u32 above = (__u16)(port - range[i].first);	/* wraps below the range */

		if (i >= n)
			break;
		FILTER_HIDE(above);
		if (above <= (__u16)(range[i].last - range[i].first))
			return true;
	}
	return false;
}

static inline __attribute__((always_inline)) bool
filter_matches_port(const volatile struct filter_ports *ports, __u16 port)
{
	if (ports->nr && !filter_has_port(ports->range, ports->nr, port))
		return false;
	return !ports->nr_excluded || !filter_has_port(ports->excluded, ports->nr_excluded, port);
}

/* One of the two ports must match, and neither may be in an excluded range. */
static inline __attribute__((always_inline)) bool
filter_matches_either_port(const volatile struct filter_ports *ports, __u16 a, __u16 b)
{
	if (ports->nr && !filter_has_port(ports->range, ports->nr, a) &&
	    !filter_has_port(ports->range, ports->nr, b))
		return false;
	return !ports->nr_excluded ||
	       (!filter_has_port(ports->excluded, ports->nr_excluded, a) &&
		!filter_has_port(ports->excluded, ports->nr_excluded, b));
}

static inline __attribute__((always_inline)) bool
filter_addr_in_prefix(const volatile struct filter_addr *a, const __u8 *addr)
{
	for (int i = 0; i < 4; i++) {
		__u32 word;

		__builtin_memcpy(&word, (const __u8 *)__builtin_assume_aligned(addr, 4) + 4 * i, 4);
		if ((word & a->mask_word[i]) != a->addr_word[i])
			return false;
	}
	return true;
}

/* Is one of the two addresses of the endpoint in one of these prefixes? */
static inline __attribute__((always_inline)) bool
filter_has_addr(const volatile struct filter_addr *addr, __u8 n, const struct flow *w)
{
	for (int i = 0; i < FILTER_ADDRS; i++) {
		if (i >= n)
			break;
		if (addr[i].family != w->family)
			continue;
		if (filter_addr_in_prefix(&addr[i], w->local_addr) ||
		    filter_addr_in_prefix(&addr[i], w->peer_addr))
			return true;
	}
	return false;
}

static inline __attribute__((always_inline)) bool
filter_matches_addrs(const volatile struct filter *f, const struct flow *w)
{
	if (f->nr_addrs && !filter_has_addr(f->addr, f->nr_addrs, w))
		return false;
	return !f->nr_excluded_addrs ||
	       !filter_has_addr(f->excluded_addr, f->nr_excluded_addrs, w);
}

static inline __attribute__((always_inline)) bool
filter_has_netns(const volatile __u32 *list, __u8 n, __u32 netns)
{
	for (int i = 0; i < FILTER_NETNS; i++) {
		__u32 difference = list[i] - netns;

		if (i >= n)
			break;
		FILTER_HIDE(difference);
		if (!difference)
			return true;
	}
	return false;
}

static inline __attribute__((always_inline)) bool
filter_matches_netns(const volatile struct filter *f, __u32 netns)
{
	if (f->nr_netns && !filter_has_netns(f->netns, f->nr_netns, netns))
		return false;
	return !f->nr_excluded_netns ||
	       !filter_has_netns(f->excluded_netns, f->nr_excluded_netns, netns);
}

/* Does the filter match this endpoint? */
static inline __attribute__((always_inline)) bool
filter_matches_flow(const volatile struct filter *f, const struct flow *w)
{
	if (!f->active)
		return true;
	if (f->family && f->family != w->family)
		return false;
	if (!filter_matches_port(&f->local_ports, w->local_port) ||
	    !filter_matches_port(&f->peer_ports, w->peer_port) ||
	    !filter_matches_either_port(&f->either_ports, w->local_port, w->peer_port))
		return false;
	return filter_matches_addrs(f, w) && filter_matches_netns(f, w->netns);
}
