/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Twins: the two ends of one connection, where both are on this host. Pure.
 *
 * What both ends know, whatever lies between them (a veth, another namespace, NAT of addresses or
 * ports), are the initial sequence numbers, ours and the peer's (RFC 9293 section 3.4.1: drawn at
 * random by each): the twin is whoever has the same two the other way round. What changes them on
 * the way (a proxy, a SYN proxy) makes two connections of it, which are no twins.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

struct twin_key {
	uint32_t iss, irs;	/* initial numbers: sent, received */
};

/* Works out the initial numbers from an event. False if it does not show the socket's own. */
bool twin_key_from_event(struct twin_key *k, const struct event *e);

/* The same for both ends. */
uint32_t twin_hash(const struct twin_key *k, uint64_t seed);

static inline bool twin_match(const struct twin_key *a, const struct twin_key *b)
{
	return a->iss == b->irs && a->irs == b->iss;
}
