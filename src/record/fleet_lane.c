/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fleet_private.h"

#include <stdlib.h>
#include <string.h>

#include "partitioner.h"

#define TEXTS_MAX (64u << 10)	/* bytes of annotations that wait for their event */
#define SLACK_NS 100000000ULL	/* clocks that NTP keeps are not further apart */
#define AHEAD_NS 1000000000ULL	/* a clock that is this much ahead of the broker's is reported */

struct fleet_lane *fleet_lane_get(struct fleet_run_state *run, unsigned partition, bool from_start)
{
	struct fleet_lane *l = run->lane[partition];

	if (l)
		return l;
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->run = run;
	l->partition = partition;
	segment_order_init(&l->order, from_start);
	run->lane[partition] = l;
	return l;
}

static void free_segment(struct fleet *f, struct fleet_lane *l, struct held_segment *s)
{
	f->held -= s->link.bytes;
	l->run->host->held -= s->link.bytes;
	free(s->syscall);
	free(s);
}

static void close_segment(struct fleet *f, struct fleet_lane *l)
{
	free_segment(f, l, l->open);
	l->open = NULL;
}

void fleet_lane_free(struct fleet *f, struct fleet_lane *l)
{
	struct segment_link *s;
	uint64_t gap;

	while ((s = segment_order_take(&l->order, 0, true, &gap)))
		free_segment(f, l, (struct held_segment *)s);
	if (l->open)
		close_segment(f, l);
	if (l->cursor)
		segment_cursor_release(l->cursor);
	free(l->cursor);
	buf_release(&l->texts);
	free(l);
}

static struct held_segment *copy_segment(const struct fleet *f, uint64_t broker_ns,
					 const void *bytes, size_t size, size_t body)
{
	const struct record_header *h = f->header;
	struct held_segment *s = malloc(sizeof(*s) + size);

	if (!s)
		return NULL;
	*s = (struct held_segment){ .size = size, .body = body,
				    .boot_to_wall_ns = h->meta.boot_to_wall_ns };
	s->link.sequence = h->segment.sequence;
	s->link.broker_ns = broker_ns;
	s->link.bytes = sizeof(*s) + size;
	memcpy(s->bytes, bytes, size);
	if (!h->syscalls_differ)
		return s;
	s->syscall = malloc(sizeof(h->syscall));
	if (!s->syscall) {
		free(s);
		return NULL;
	}
	memcpy(s->syscall, h->syscall, sizeof(h->syscall));
	s->link.bytes += sizeof(h->syscall);
	return s;
}

void fleet_lane_add(struct fleet *f, struct fleet_lane *l, uint64_t broker_ns, const void *bytes,
		    size_t size, size_t body)
{
	struct held_segment *s = copy_segment(f, broker_ns, bytes, size, body);
	enum segment_fate fate;

	if (!s) {
		f->failed = true;
		return;
	}
	f->held += s->link.bytes;
	l->run->host->held += s->link.bytes;
	fate = l->ended ? SEGMENT_LATE : segment_order_add(&l->order, &s->link);
	if (fate == SEGMENT_HELD)
		return;
	f->counts.repeated += fate == SEGMENT_REPEATED;
	f->counts.late += fate == SEGMENT_LATE;
	free_segment(f, l, s);
}

static bool open_segment(struct fleet *f, struct fleet_lane *l, struct held_segment *s)
{
	l->open = s;
	if (!l->cursor)
		l->cursor = calloc(1, sizeof(*l->cursor));
	if (!l->cursor) {
		f->failed = true;
		return false;
	}
	segment_cursor_begin(l->cursor, s->bytes, s->size, s->body);
	l->cursor->syscall = (const int16_t (*)[RECORD_SYSCALLS])s->syscall;
	l->boot_to_wall_ns = s->boot_to_wall_ns;
	f->counts.segments++;
	return true;
}

/* Take the next segment. False: none has come, or it must wait for others. */
static bool take_segment(struct fleet *f, struct fleet_lane *l)
{
	bool hurry = f->over || (f->held > FLEET_HELD_MAX && !lane_heap_first(&f->heap));
	struct segment_link *s;
	uint64_t gap;

	s = segment_order_take(&l->order, f->newest_ns, hurry, &gap);
	if (!s)
		return false;
	l->gap += gap;
	f->counts.lost += gap;
	return open_segment(f, l, (struct held_segment *)s);
}

/* The texts stay with their event, while other lanes are read. */
static void keep_text(struct fleet_lane *l, const struct record_annotation *a)
{
	size_t head = offsetof(struct record_annotation, bytes);

	if (l->texts_given) {
		buf_reset(&l->texts);
		l->texts_given = 0;
	}
	if (l->texts.len < TEXTS_MAX)
		buf_add(&l->texts, a, head + a->len);
	while (l->texts.len % _Alignof(struct record_annotation))
		buf_char(&l->texts, 0);
}

static void report_ahead(struct fleet *f, struct fleet_lane *l, uint64_t ahead_ns)
{
	struct fleet_host *host = l->run->host;

	if (host->ahead_reported)
		return;
	host->ahead_reported = true;
	f->config.ahead(f->config.arg, host->name, ahead_ns);
}

/* Nothing happened after the broker got the segment that reports it. */
static void place_record(struct fleet *f, struct fleet_lane *l, uint64_t ts_ns)
{
	uint64_t wall_ns = ts_ns + (uint64_t)l->run->public.shift_ns;
	uint64_t latest_ns = l->open->link.broker_ns;

	if (wall_ns > latest_ns + SLACK_NS) {
		if (wall_ns - latest_ns > AHEAD_NS)
			report_ahead(f, l, wall_ns - latest_ns);
		wall_ns = latest_ns;
	}
	if (wall_ns > l->order_ns)
		l->order_ns = wall_ns;
}

/* Is the event in the segments of all partitions? It is taken from the lowest one. */
static bool comes_again(const struct fleet *f, const struct fleet_lane *l, const struct event *e)
{
	return l->partition != f->lowest && partitioner_is_for_all(e);
}

/* Take a record of the open segment. False: read on. */
static bool take_record(struct fleet *f, struct fleet_lane *l, const struct record *record)
{
	const struct record_mark *m = record->mark;

	if (record->got == RECORD_GOT_ANNOTATION) {
		keep_text(l, record->annotation);
		return false;
	}
	if (record->got == RECORD_GOT_EVENT && comes_again(f, l, record->event))
		return false;
	if (record->got == RECORD_GOT_MARK &&
	    (m->type == RECORD_MARK_HOST || m->type == RECORD_MARK_NEXT_FILE))
		return false;
	l->record = *record;
	place_record(f, l, record->got == RECORD_GOT_EVENT ? record->event->ts_ns : m->now_ns);
	if (record->got == RECORD_GOT_MARK && m->type == RECORD_MARK_CLOCK_SET)
		l->boot_to_wall_ns = m->boot_to_wall_ns;
	return true;
}

bool fleet_lane_advance(struct fleet *f, struct fleet_lane *l)
{
	struct record record;

	if (l->ended)
		return false;
	while (l->open || take_segment(f, l)) {
		record = segment_read(f->reader, l->cursor);
		if (record.got < RECORD_GOT_RUN) {
			if (take_record(f, l, &record))
				return true;
			continue;
		}
		if (record.got == RECORD_GOT_CORRUPT)
			fleet_refuse(f, l->run->host, STREAM_REFUSED_DAMAGED, "");
		close_segment(f, l);
	}
	return false;
}

void fleet_lane_queue(struct fleet *f, struct fleet_lane *l)
{
	if (l->queued || l->run != TAILQ_FIRST(&l->run->host->runs) || !fleet_lane_advance(f, l))
		return;
	l->queued = lane_heap_add(&f->heap, l);
	f->failed |= !l->queued;
}

bool fleet_lane_is_empty(const struct fleet_lane *l)
{
	return !l->queued && !l->order.nr;
}
