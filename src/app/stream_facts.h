/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the heartbeats say of the hosts: the kernel, the hooks and how they are attached. Segments
 * have these only at the beginning of a run.
 */
#pragma once

#include <stdbool.h>

#include "hash_table.h"
#include "header.h"

struct stream_fact {
	char host[72];			/* HOST of the subject */
	UT_hash_handle hh;
	struct record_header header;	/* of the latest heartbeat */
};

struct stream_facts {
	struct stream_fact *by_host;
	uint64_t seed;
};

void stream_facts_release(struct stream_facts *t);

/* Keep what a heartbeat says. False if out of memory, or there are too many hosts. */
bool stream_facts_take(struct stream_facts *t, const char *host, const struct record_header *h);

/*
 * The header of a run with everything that is known about it: that of its first segment, and what
 * a heartbeat of the same run adds. The caller frees it. NULL if out of memory.
 */
struct record_header *stream_facts_make(const struct stream_facts *t, const char *host,
					const struct record_header *run);
