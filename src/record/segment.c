/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "gzip.h"

#define GZIP_WINDOW (15 + 16)	/* zlib: the largest window, in the gzip format */

struct segment_reader {
	struct gzip_decoder *gzip;	/* decompresses most members; NULL: none */
	z_stream z;			/* the others */
	uint8_t plain[RECORD_MEMBER_MAX + 1];	/* 1 byte more, to detect a member too long */
	struct record_annotation annotation;
};

struct segment_reader *segment_reader_new(void)
{
	struct segment_reader *r = calloc(1, sizeof(*r));

	if (!r || inflateInit2(&r->z, GZIP_WINDOW)) {
		free(r);
		return NULL;
	}
	r->gzip = gzip_decoder_new();
	return r;
}

void segment_reader_free(struct segment_reader *r)
{
	if (!r)
		return;
	inflateEnd(&r->z);
	gzip_decoder_free(r->gzip);
	free(r);
}

/*
 * Decompress the member at bytes[*at] and move *at behind it. Returns its length; 0 if it is
 * damaged, cut short, empty or too long.
 */
static size_t read_member(struct segment_reader *r, const uint8_t *bytes, size_t size, size_t *at)
{
	size_t used, len = gzip_decode(r->gzip, bytes + *at, size - *at, r->plain,
				       RECORD_MEMBER_MAX, &used);

	if (len) {
		*at += used;
		return len;
	}
	inflateReset(&r->z);
	r->z.next_in = (Bytef *)(uintptr_t)(bytes + *at);
	r->z.avail_in = (uInt)(size - *at);
	r->z.next_out = r->plain;
	r->z.avail_out = sizeof(r->plain);
	if (inflate(&r->z, Z_FINISH) != Z_STREAM_END || !r->z.avail_out)
		return 0;
	*at = size - r->z.avail_in;
	return sizeof(r->plain) - r->z.avail_out;
}

bool segment_read_header(struct segment_reader *r, const uint8_t *bytes, size_t size,
			 struct record_header *h, size_t *body, char why[RECORD_WHY])
{
	size_t len;

	*body = 0;
	len = read_member(r, bytes, size, body);
	if (!len) {
		snprintf(why, RECORD_WHY, "it is damaged");
		return false;
	}
	if (!record_header_parse(h, (const char *)r->plain, len, why))
		return false;
	if (h->segment.present && h->segment.run[0] && !h->meta.merged)
		return true;
	snprintf(why, RECORD_WHY, "it is not a segment");
	return false;
}

void segment_cursor_begin(struct segment_cursor *c, const uint8_t *bytes, size_t size, size_t body)
{
	c->bytes = bytes;
	c->size = size;
	c->at = body;
	c->pos = c->end = NULL;
	c->records = 0;
	c->syscall = NULL;
}

void segment_cursor_release(struct segment_cursor *c)
{
	free(c->member);
	c->member = NULL;
	c->room = 0;
	c->pos = c->end = NULL;
}

/* Keep what the shared buffer has. */
static bool keep_member(const struct segment_reader *r, struct segment_cursor *c, size_t len)
{
	if (len > c->room) {
		free(c->member);
		c->member = malloc(len);
		c->room = c->member ? len : 0;
	}
	if (!c->member)
		return false;
	memcpy(c->member, r->plain, len);
	c->pos = c->member + 1;		/* behind the type */
	c->end = c->member + len;
	delta_begin(&c->delta);
	return true;
}

/* Advance to the next member with records. */
static enum record_got next_member(struct segment_reader *r, struct segment_cursor *c)
{
	size_t len;

	do {
		if (c->at == c->size)
			return RECORD_GOT_END;
		len = read_member(r, c->bytes, c->size, &c->at);
		if (!len || r->plain[0] != RECORD_BODY)
			return RECORD_GOT_CORRUPT;
	} while (len == 1);
	return keep_member(r, c, len) ? RECORD_GOT_EVENT : RECORD_GOT_CORRUPT;
}

/* Decode the next record. NULL: there is none, for the reason *got. */
static struct event *decode_next(struct segment_reader *r, struct segment_cursor *c,
				 enum record_got *got)
{
	struct event *e;

	*got = c->pos == c->end ? next_member(r, c) : RECORD_GOT_EVENT;
	if (*got != RECORD_GOT_EVENT)
		return NULL;
	e = c->records++ < SEGMENT_RECORDS_MAX ? delta_decode(&c->delta, &c->pos, c->end) : NULL;
	if (!e)
		*got = RECORD_GOT_CORRUPT;
	delta_prefetch(&c->delta, c->pos, c->end);
	return e;
}

/* Append a part of a text. False if it is too long. */
static bool append_part(struct record_annotation *a, const struct record_annotation_part *part)
{
	if (part->len > sizeof(part->bytes) || a->len + part->len > sizeof(a->bytes))
		return false;
	a->type = part->type;
	a->key = part->key;
	a->at_ns = part->at_ns;
	memcpy(a->bytes + a->len, part->bytes, part->len);
	a->len += part->len;
	return true;
}

/* Read the rest of an annotation, whose first part is e. */
static struct record read_annotation(struct segment_reader *r, struct segment_cursor *c,
				     const struct event *e)
{
	const struct record_annotation_part *part = (const struct record_annotation_part *)e;
	enum record_got got;

	r->annotation.len = 0;
	while (append_part(&r->annotation, part)) {
		if (!part->more)
			return (struct record){ .got = RECORD_GOT_ANNOTATION,
						.annotation = &r->annotation };
		e = decode_next(r, c, &got);
		if (!e || e->kind != RECORD_KIND_ANNOTATION)
			break;
		part = (const struct record_annotation_part *)e;
	}
	return (struct record){ .got = RECORD_GOT_CORRUPT };
}

/* Replace the recorder's system call number by this machine's. */
static void translate_syscall(const struct segment_cursor *c, struct event *e)
{
	bool known = e->syscall_nr >= 0 && e->syscall_nr < RECORD_SYSCALLS;
	bool compat = e->task_flags & TASKF_COMPAT;

	if (c->syscall && e->task_flags & TASKF_SYSCALL)
		e->syscall_nr = known ? c->syscall[compat][e->syscall_nr] : -1;
}

struct record segment_read(struct segment_reader *r, struct segment_cursor *c)
{
	enum record_got got;
	struct event *e = decode_next(r, c, &got);

	if (!e)
		return (struct record){ .got = got };
	if (e->kind == RECORD_KIND_ANNOTATION)
		return read_annotation(r, c, e);
	if (e->kind == RECORD_KIND_MARK)
		return (struct record){ .got = RECORD_GOT_MARK,
					.mark = (const struct record_mark *)e };
	translate_syscall(c, e);
	return (struct record){ .got = RECORD_GOT_EVENT, .event = e };
}
