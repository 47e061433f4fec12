/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Conclusions about a stuck socket: who owns it, and why it does not go away. Pure.
 */
#pragma once

#include "stuck_table.h"

/* Who owns the socket. nr_holders must be set already. */
enum owner stuck_owner(const struct stuck_socket *g);

/* Who must act, in the order of the output. */
enum urgency {
	URGENCY_LOCAL,		/* a program of this host, or its administrator */
	URGENCY_REMOTE,		/* the peer or the network */
	URGENCY_RELAY,		/* another socket of the same process must go first */
	URGENCY_NONE,		/* it ends by itself */
};

enum urgency stuck_urgency(unsigned advice);

/* What the socket waits for, from its state, queues and owner. */
enum advice stuck_advice(const struct stuck_socket *g);

/*
 * Find relays among the sockets, which have owners and advice already, and whose holders are
 * joined: a process that has read the end of one connection and has closed its side of another may
 * pass the half-close on. Their advice becomes ADVICE_RELAYING. Returns false if out of memory.
 */
bool stuck_find_relays(struct stuck_table *h);
