/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Makes the three streams of a fleet, or brings what is there closer to what is wanted. Calling it
 * again changes nothing. A stream that has messages keeps them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "nats_client.h"

#define STREAM_MAX_AGE_NS (7 * 86400 * UINT64_C(1000000000))
#define STREAM_MAX_BYTES (10ull << 30)
#define STREAM_DUPLICATES_NS (600 * INT64_C(1000000000))	/* window for message ids */

/* 0: the default for a new stream, and no change of one that exists. */
struct stream_wanted {
	const char *events;	/* the name of the events' stream, the start of the others */
	uint64_t max_age_ns, max_bytes;
	unsigned replicas;
	unsigned partitions;
};

/*
 * Appends one line for each stream to b: what was done. False, with the reason in why, if something
 * could not be made or changed; what was done before stays.
 */
bool stream_init(struct nats_client *c, const struct stream_wanted *wanted, struct buf *b,
		 char why[NATS_WHY_BYTES]);

/* The configuration of a fleet: "tcpclose config\npartitions N\nhash_key 32HEX\n". */
struct stream_config {
	unsigned partitions;	/* a power of two */
	char hash_key[33];
};

/* False: the text is not one. */
bool stream_config_parse(const char *text, size_t len, struct stream_config *config);

/* 1, 0: there is none, or -1 with the reason in why. */
int stream_config_read(struct nats_client *c, const char *stream, struct stream_config *config,
		       char why[NATS_WHY_BYTES]);
