/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes the recording of a host as segments, in memory, for a stream.
 *
 * A segment is a recording of its own: a header (record_header_write_segment()), a
 * RECORD_MARK_START with the counters of that moment, records, and a RECORD_MARK_TIME, or the
 * RECORD_MARK_END of the run. It has at most RECORD_SEGMENT_MAX bytes, and spans at most
 * RECORD_MEMBER_NS. It repeats the annotations that its own events need.
 *
 * The events are divided among the partitions of the fleet (partitioner.h). Marks go into each
 * partition that has had a record; annotations about the run, and events of no single connection,
 * also into partition 0. The records of a partition, segment by segment, are complete and, for each
 * socket, in order. The segment numbers of a partition count from 0 without a gap. A partition
 * without a record has no segment.
 *
 * The functions of writer.h feed it. It differs from a file in these: record_writer_file() is
 * always 1, so each text is passed once; and record_writer_add_host() is refused.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "header.h"
#include "partition_hash.h"
#include "redact.h"
#include "run_info.h"
#include "writer.h"

#define RECORD_SEGMENT_MAX (256u << 10)	/* bytes, as sent */
#define RECORD_SEGMENT_ID_BYTES 64

/* A finished segment. The bytes are valid during the call. */
struct finished_segment {
	char id[RECORD_SEGMENT_ID_BYTES];	/* RUN-PARTITION-SEQUENCE */
	unsigned partition;
	uint64_t sequence;
	uint32_t events;
	const void *bytes;
	size_t size;
};

struct segment_writer_config {
	const struct run_info *meta;	/* borrowed; its host is the one of the subjects */
	char run[RECORD_RUN_BYTES];	/* 32 random hexadecimal digits */
	uint64_t seed;			/* random, of the hash tables */
	const struct redactor *redactor;	/* or NULL; copied. meta is redacted already */
	uint64_t max_rate;		/* --max-rate, 0: all endpoints */
	uint32_t max_open;		/* sockets whose partition is remembered */
	size_t target_bytes;		/* a segment of this size is cut; 0: RECORD_SEGMENT_MAX */
	void (*take)(void *arg, const struct finished_segment *s);
	void *arg;
};

/* What was written, and what was not. */
struct segment_counts {
	uint64_t segments, events, bytes;	/* finished */
	uint64_t waiting;		/* events that wait for their partition, or are held */
	uint64_t overflowed, evicted;	/* sockets whose events could not wait any longer */
	uint64_t sampled_out;		/* endpoints that --max-rate left out */
	uint64_t sampled_out_events;
	uint32_t rate;			/* the present one, in millionths */
};

/* Returns 0 or -errno. Close it with record_writer_close(). */
int segment_writer_open(struct record_writer **writer, const struct segment_writer_config *config);

/*
 * The configuration of the stream is known: from now on there are so many partitions, a power of
 * two up to PARTITIONS_MAX. Before, there is one, and no endpoint is left out.
 */
void segment_writer_set_partitions(struct record_writer *writer, unsigned partitions,
				   const struct siphash_key *hash_key);

/* The story of an endpoint is over; with a maximum rate the writer must know. */
void segment_writer_settle(struct record_writer *writer, uint64_t sk_key, uint64_t cookie,
			   bool clean);

/* Pass on the endpoints that were held long enough. */
void segment_writer_advance(struct record_writer *writer, uint64_t now_ns);

/* When segment_writer_advance() has something to do; 0: never. */
uint64_t segment_writer_next_ns(const struct record_writer *writer);

struct segment_counts segment_writer_counts(struct record_writer *writer, uint64_t now_ns);

/* The number of the next segment of a partition; 0: it has none yet. */
uint64_t segment_writer_sequence(const struct record_writer *writer, unsigned partition);

unsigned segment_writer_partitions(const struct record_writer *writer);
