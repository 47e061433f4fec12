/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A writer of segments: segment_writer.c decides what goes into which partition, segment_cut.c
 * makes the segments of a partition.
 */
#pragma once

#include "member.h"
#include "partitioner.h"
#include "process_tree.h"
#include "segment_texts.h"
#include "segment_writer.h"
#include "writer_ops.h"

/* The segments of one partition. */
struct partition {
	uint64_t sequence;	/* of the next segment, or of the one that is being filled */
	uint32_t serial;	/* of the segment that is being filled, among all; 0: none is */
	uint32_t rate;		/* the lowest since the last segment */
	uint32_t events;
	uint64_t begun_ns;	/* time of its first record */
	int64_t boot_to_wall_ns;	/* as of its beginning */
	uint64_t sampled_out;	/* the last number that was written */
	bool tree_is_written;
	bool ends_with_time;	/* its last record is a RECORD_MARK_TIME */
	struct buf out;		/* members that are finished */
	struct record_syscalls calls;
	struct record_member member;
};

struct segment_writer {
	struct record_writer writer;
	struct segment_writer_config config;
	bool redacts;
	struct redactor redactor;
	struct record_mark latest;	/* the latest mark: a segment begins with its counters */
	bool has_ended;
	int64_t boot_to_wall_ns;
	uint64_t latest_ns;		/* the latest time of any record */
	unsigned partitions;
	struct partition *partition[PARTITIONS_MAX];	/* NULL: no record yet */
	uint32_t serials;
	uint32_t rate;
	struct partitioner *partitioner;
	struct segment_texts *texts;
	struct process_tree *tree;
	struct gzip_encoder *gzip;
	struct segment_counts counts;
	int error;
	unsigned put_partition;		/* for put_text() */
	uint8_t compressed[RECORD_MEMBER_OUT];
};

/*
 * The segment of a partition, with room for so many records in its member. If there is none, the
 * member is finished, and the segment is cut unless it has room for another member. NULL: an error,
 * which is noted.
 */
struct partition *segment_reserve(struct segment_writer *w, unsigned n, size_t records);

/* Put the latest mark into a segment that has room, as one of that type. */
void segment_put_mark(struct segment_writer *w, struct partition *p, enum record_mark_type type);

/* Put an annotation into the segment of a partition. */
void segment_annotate(struct segment_writer *w, unsigned n, enum record_annotation_type type,
		      uint64_t key, uint64_t at_ns, const void *bytes, size_t len);

/* End the segment of a partition with a mark, and hand it over. Nothing if there is none. */
void segment_cut(struct segment_writer *w, unsigned n, enum record_mark_type last);
