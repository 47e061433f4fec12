/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "segment_private.h"

#define HEADER_MAX (16u << 10)		/* bytes of a compressed header: all names of calls */
#define RECORDS_AT_END 2		/* SAMPLED_OUT and the last mark have room in any member */

_Static_assert((RECORD_ANNOTATION_MAX / RECORD_ANNOTATION_PART_BYTES + 5 + RECORDS_AT_END) *
	       DELTA_ENCODED_MAX < RECORD_MEMBER_MAX, "a text and its event fit into one member");

/* Append the pending member to its segment. */
static void finish_member(struct segment_writer *w, struct partition *p)
{
	size_t len;

	if (record_member_is_empty(&p->member))
		return;
	len = record_member_compress(&p->member, w->gzip, w->compressed);
	if (!len)
		w->error = EIO;
	buf_add(&p->out, w->compressed, len);
	record_member_begin(&p->member);
}

static size_t compress_header(struct segment_writer *w, unsigned n)
{
	const struct partition *p = w->partition[n];
	struct record_segment segment = { .present = true, .partition = n,
					  .sequence = p->sequence, .rate = p->rate };
	struct run_info meta = *w->config.meta;
	struct buf text = { 0 };
	size_t len = 0;

	memcpy(segment.run, w->config.run, sizeof(segment.run));
	meta.boot_to_wall_ns = p->boot_to_wall_ns;
	record_header_write_segment(&text, &meta, &segment, &p->calls);
	if (!text.failed)
		len = gzip_encode(w->gzip, text.data, text.len, w->compressed,
				  sizeof(w->compressed));
	buf_release(&text);
	return len;
}

/* Hand over the header and the members of a segment. */
static void deliver(struct segment_writer *w, unsigned n)
{
	struct partition *p = w->partition[n];
	size_t header = compress_header(w, n);
	struct finished_segment s = { .partition = n, .sequence = p->sequence, .events = p->events };
	char *room = buf_room(&p->out, header);

	if (!header || !room || p->out.failed) {
		w->error = ENOMEM;
		return;
	}
	memmove(p->out.data + header, p->out.data, p->out.len);
	memcpy(p->out.data, w->compressed, header);
	p->out.len += header;
	snprintf(s.id, sizeof(s.id), "%s-%u-%llu", w->config.run, n,
		 (unsigned long long)p->sequence);
	s.bytes = p->out.data;
	s.size = p->out.len;
	w->counts.segments++;
	w->counts.events += p->events;
	w->counts.bytes += s.size;
	w->config.take(w->config.arg, &s);
}

static void put_parts(struct segment_writer *w, struct partition *p,
		      struct record_annotation_parts *parts)
{
	struct record_annotation_part part;
	bool more;

	parts->near_ns = w->latest_ns;
	p->ends_with_time = false;
	do {
		more = record_annotation_next(parts, &part);
		record_member_add(&p->member, &part);
	} while (more);
}

static void put_sampled_out(struct segment_writer *w, struct partition *p)
{
	uint64_t n = partitioner_counts(w->partitioner).left_out;
	struct record_annotation_parts parts = { .type = RECORD_ANNOTATION_SAMPLED_OUT, .key = n };

	if (n > p->sampled_out)
		put_parts(w, p, &parts);
	p->sampled_out = n;
}

void segment_put_mark(struct segment_writer *w, struct partition *p, enum record_mark_type type)
{
	struct record_mark mark = w->latest;

	mark.type = (uint8_t)type;
	if (type != RECORD_MARK_CLOCK_SET)
		mark.boot_to_wall_ns = 0;
	record_member_add(&p->member, &mark);
	p->ends_with_time = type == RECORD_MARK_TIME;
}

void segment_cut(struct segment_writer *w, unsigned n, enum record_mark_type last)
{
	struct partition *p = w->partition[n];
	uint64_t sampled_out = p ? p->sampled_out : 0;

	if (!p || !p->serial)
		return;
	put_sampled_out(w, p);
	if (last != RECORD_MARK_TIME || !p->ends_with_time || p->sampled_out != sampled_out)
		segment_put_mark(w, p, last);
	finish_member(w, p);
	deliver(w, n);
	p->serial = 0;
	p->sequence++;
	p->events = 0;
	p->rate = w->rate;
	buf_reset(&p->out);
}

static struct partition *get_partition(struct segment_writer *w, unsigned n)
{
	struct partition *p = w->partition[n];

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p) {
		w->error = ENOMEM;
		return NULL;
	}
	p->rate = w->rate;
	record_member_begin(&p->member);
	w->partition[n] = p;
	return p;
}

static void begin_segment(struct segment_writer *w, struct partition *p)
{
	struct record_mark mark = w->latest;

	p->serial = ++w->serials ?: ++w->serials;
	p->begun_ns = w->latest_ns;
	p->boot_to_wall_ns = w->boot_to_wall_ns;
	p->calls = (struct record_syscalls){ { { 0 } } };
	p->tree_is_written = false;
	p->ends_with_time = false;
	mark.type = RECORD_MARK_START;
	mark.now_ns = w->latest_ns;
	mark.boot_to_wall_ns = 0;
	record_member_add(&p->member, &mark);
}

/* Is there room, also for the records at the end? A segment that is cut early has a target. */
static bool has_room(const struct segment_writer *w, const struct partition *p, size_t records)
{
	return record_member_has_room(&p->member, records + RECORDS_AT_END) &&
	       p->out.len + p->member.len / 2 < w->config.target_bytes;
}

struct partition *segment_reserve(struct segment_writer *w, unsigned n, size_t records)
{
	struct partition *p = get_partition(w, n);

	if (!p)
		return NULL;
	if (p->serial && !has_room(w, p, records)) {
		finish_member(w, p);
		if (p->out.len + RECORD_MEMBER_OUT + HEADER_MAX > RECORD_SEGMENT_MAX ||
		    p->out.len >= w->config.target_bytes / 4 * 3)
			segment_cut(w, n, RECORD_MARK_TIME);
	}
	if (!p->serial)
		begin_segment(w, p);
	return w->error ? NULL : p;
}

void segment_annotate(struct segment_writer *w, unsigned n, enum record_annotation_type type,
		      uint64_t key, uint64_t at_ns, const void *bytes, size_t len)
{
	struct record_annotation_parts parts = {
		.type = type, .key = key, .at_ns = at_ns, .bytes = bytes,
		.left = len < RECORD_ANNOTATION_MAX ? len : RECORD_ANNOTATION_MAX,
	};
	struct partition *p = segment_reserve(w, n, RECORD_ANNOTATION_PARTS(parts.left) + 1);

	if (p)
		put_parts(w, p, &parts);
}
