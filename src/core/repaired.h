/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sockets that were taken away in repair mode (TCP_REPAIR: checkpoint and restore). Pure.
 *
 * A restored socket continues the sequence numbers of the old one but counts its bytes anew, so its
 * events do not show the initial numbers by which it finds its twin (twin.h). The socket that was
 * taken away has them. The two are the same connection if their addresses are equal, and if the new
 * socket continues where the old one had unacknowledged and unread data (tcp_repair, CRIU).
 */
#pragma once

#include "event.h"
#include "filter.h"
#include "twin.h"

#define REPAIRED_MAX 64		/* the latest are kept */

/* Initialize with { 0 }. A ring buffer. */
struct repaired {
	struct repaired_socket {
		struct flow flow;	/* without the network namespace, which may be another */
		struct twin_key isns;
		uint32_t snd_una, write_seq, copied_seq, rcv_nxt;
	} sockets[REPAIRED_MAX];	/* family 0: none */
	unsigned next;
};

/* Remember the socket of this event, its change to CLOSE in repair mode. */
void repaired_add(struct repaired *r, const struct event *e, const struct twin_key *isns);

/* The initial numbers of a socket that is restored by this event; NULL unknown. */
const struct twin_key *repaired_find(const struct repaired *r, const struct event *e);
