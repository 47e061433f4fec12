/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A member of records (format.h) while it is filled, and the parts of an annotation. Pure, except
 * for the compression.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "delta.h"
#include "format.h"
#include "gzip.h"

/* Bytes that a compressed member may have. */
#define RECORD_MEMBER_OUT (RECORD_MEMBER_MAX + RECORD_MEMBER_MAX / 8 + 128)

/* Starts as { 0 }, and with record_member_begin(). */
struct record_member {
	struct delta delta;
	struct base_choice {
		size_t cost[DELTA_BASES];	/* latest: bytes per 1000 records */
		enum delta_base best;
		unsigned members;		/* full ones so far */
	} choice;
	size_t records;
	size_t len;
	uint8_t bytes[RECORD_MEMBER_MAX];
};

/* Empty the member. */
void record_member_begin(struct record_member *m);

static inline bool record_member_is_empty(const struct record_member *m)
{
	return m->len <= 1;
}

/* Is there room for so many records? */
static inline bool record_member_has_room(const struct record_member *m, size_t records)
{
	return m->len + records * DELTA_ENCODED_MAX <= sizeof(m->bytes);
}

/* Add an event, a mark or a part of an annotation. There must be room. */
static inline void record_member_add(struct record_member *m, const void *record)
{
	m->len += delta_encode(&m->delta, record, m->bytes + m->len);
	m->records++;
}

/*
 * Compress the member into `out`, which has RECORD_MEMBER_OUT bytes. Returns the length, 0 if that
 * fails. The member is not emptied.
 */
size_t record_member_compress(struct record_member *m, struct gzip_encoder *gzip, uint8_t *out);

/* An annotation that is split into parts. The caller sets all members. */
struct record_annotation_parts {
	enum record_annotation_type type;
	uint64_t key, at_ns, near_ns;	/* as in struct record_annotation_part */
	const void *bytes;		/* may be NULL if left is 0 */
	size_t left;			/* at most RECORD_ANNOTATION_MAX */
};

/* The number of parts of a text of len bytes, or one more. */
#define RECORD_ANNOTATION_PARTS(len) ((len) / RECORD_ANNOTATION_PART_BYTES + 1)

/* Make the next part. Returns whether another one follows. */
bool record_annotation_next(struct record_annotation_parts *a, struct record_annotation_part *part);
