/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads a heartbeat (heartbeat.h). It comes from the network: lines that are not understood are
 * passed over, and what is too much is cut.
 */
#pragma once

#include "header.h"
#include "members.h"

#define HEARTBEAT_ADDRESSES_MAX 4096
#define HEARTBEAT_PARTITIONS_MAX 64

struct heartbeat_facts {
	struct record_header *header;	/* host, boot, kernel and hooks; the caller's */
	/* Of the next segment in each partition; 0: none was sent. */
	uint64_t sequence[HEARTBEAT_PARTITIONS_MAX];
	uint64_t lost, sampled_out, spool_dropped;	/* lost: events and endpoints */
	bool complete, ended;
	unsigned nr;		/* of the addresses */
	struct member_address address[HEARTBEAT_ADDRESSES_MAX];
};

/* h->header is set. False, with the reason in `why`, if it is none that this version reads. */
bool heartbeat_read(struct heartbeat_facts *h, const char *text, size_t len, char why[RECORD_WHY]);
