/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Twins: the two ends of one connection, where both are on this host. Pure.
 *
 * What both ends know, whatever lies between them (a veth, another namespace, NAT of addresses or
 * ports), are the initial sequence numbers, ours and the peer's (RFC 9293 section 3.4.1: drawn at
 * random by each): the twin is whoever has the same two the other way round. What changes them on
 * the way (a proxy, a SYN proxy) makes two connections of it, which are no twins.
 *
 * A hash table whose nodes are the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../bpf/event.h"

struct twin_node {
	struct twin_node *next, **at;	/* at: what points to it */
	uint32_t iss, irs;	/* initial numbers: sent, received */
	bool known;		/* both are; then it is in the table */
};

/* Starts as { 0 }. */
struct twins {
	struct twin_node **bucket;
	size_t buckets, len;	/* buckets: a power of two, or 0 */
};

void twins_release(struct twins *t);

/*
 * Works out the initial numbers from an event that shows the socket's own; does nothing if they
 * are known already or the event does not show them. Out of memory: they stay unknown.
 */
void twins_learn(struct twins *t, struct twin_node *n, const struct event *e);
void twins_remove(struct twins *t, struct twin_node *n);

/*
 * The other end, NULL if it is not there or not known. Of very many that share their numbers
 * (TCP_REPAIR lets a program choose both) only some are looked at.
 */
struct twin_node *twins_find(const struct twins *t, const struct twin_node *n);
