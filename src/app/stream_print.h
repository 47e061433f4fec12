/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What stream info found, as text and as JSON. */
#pragma once

#include "buf.h"
#include "json_select.h"
#include "nats_client.h"
#include "stream_hosts.h"

struct stream_facts {
	struct nats_stream stream[3];	/* events, hosts, configuration; those that exist */
	unsigned nr;
	unsigned partitions;		/* 0: not configured */
	struct stream_hosts hosts;
	uint64_t now_ns;		/* since 1970 */
};

void stream_print_text(struct buf *b, const struct stream_facts *f);
void stream_print_json(struct buf *b, const struct stream_facts *f,
		       const struct json_select *fields);
