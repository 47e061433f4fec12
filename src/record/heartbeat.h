/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The heartbeat of a recorder that records to a stream: text, one "key value" per line. Pure.
 *
 *	tcpclose heartbeat
 *	the lines of a segment's header, without its partition, sequence number and calls
 *	the lines of record_header_write_run()
 *	time_ns N		since 1970, by the clock of the host
 *	sequence PARTITION N	the number of the next segment, if the partition has had one
 *	seen, told, filtered, open, sampled_out: N	endpoints, as in the summary of JSON
 *	lost CAUSE N		endpoints and events, the causes as in JSON
 *	spool_waiting N		events that are not in the stream yet
 *	spool_dropped N		events that the spool dropped, or the broker refused
 *	addresses complete	(or: incomplete)
 *	address ADDRESS		of each visible network namespace, without loopback
 *	ended			the last heartbeat of the run
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "addresses.h"
#include "buf.h"
#include "header.h"
#include "redact.h"

struct heartbeat {
	const struct run_info *meta;	/* its host is that of the subject */
	const char *run;
	uint64_t time_ns;
	const uint64_t *sequence;	/* of each partition, 0: no segment yet */
	unsigned partitions;
	struct run_counts counts;
	uint64_t sampled_out;		/* by this recorder: counts has what it read */
	uint32_t rate;			/* in millionths */
	uint64_t spool_waiting, spool_dropped;
	const struct addresses *addresses;
	const struct redactor *redactor;	/* of the addresses; or NULL */
	bool ended;
};

void heartbeat_write(struct buf *b, const struct heartbeat *h);
