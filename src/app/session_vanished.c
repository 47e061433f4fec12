/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "session_private.h"

#include <string.h>

void session_lose_endpoint(struct session *s, uint64_t sk_key, uint64_t cookie, uint64_t looked_ns)
{
	if (!endpoint_table_lose(s->endpoints, sk_key, cookie, looked_ns))
		return;
	s->loss_pending = true;
	if (s->writer)
		record_writer_annotate(s->writer, RECORD_ANNOTATION_VANISHED, sk_key, looked_ns,
				       &cookie, sizeof(cookie));
}

static void lose_endpoint_of_recording(struct session *s, const struct record_annotation *a)
{
	uint64_t cookie;

	if (!s->endpoints || a->len != sizeof(cookie))
		return;
	memcpy(&cookie, a->bytes, sizeof(cookie));
	session_lose_endpoint(s, a->key, cookie, a->at_ns);
}

static void note_count(struct session *s, enum record_annotation_type type, uint64_t count)
{
	bool misses = type == RECORD_ANNOTATION_MAYBE_MISSED;

	*(misses ? &s->maybe_missed : &s->unchecked) = count;
	*(misses ? &s->maybe_missed_known : &s->unchecked_known) = true;
	if (s->writer)
		record_writer_annotate(s->writer, type, count, 0, NULL, 0);
}

void session_set_unchecked(struct session *s, uint64_t unchecked)
{
	note_count(s, RECORD_ANNOTATION_UNCHECKED, unchecked);
}

void session_update_misses(struct session *s)
{
	uint64_t misses;

	if (s->count_misses && s->count_misses(s->misses_arg, &misses))
		note_count(s, RECORD_ANNOTATION_MAYBE_MISSED, misses);
}

/* A count of the whole run. It is in each partition of a stream, and only grows. */
static void take_total(struct session *s, enum record_annotation_type type, uint64_t n,
		       uint64_t *total)
{
	if (n <= *total)
		return;
	*total = n;
	if (s->writer)
		record_writer_annotate(s->writer, type, n, 0, NULL, 0);
}

void session_set_spool_full(struct session *s, uint64_t events)
{
	take_total(s, RECORD_ANNOTATION_SPOOL_FULL, events, &s->spool_full);
}

void session_take_vanished(struct session *s, const struct record_annotation *a)
{
	if (a->type == RECORD_ANNOTATION_SAMPLED_OUT)
		take_total(s, a->type, a->key, &s->sampled_out);
	if (a->type == RECORD_ANNOTATION_SPOOL_FULL)
		take_total(s, a->type, a->key, &s->spool_full);
	if (a->type == RECORD_ANNOTATION_VANISHED)
		lose_endpoint_of_recording(s, a);
	if (a->type == RECORD_ANNOTATION_UNCHECKED || a->type == RECORD_ANNOTATION_MAYBE_MISSED)
		note_count(s, a->type, a->key);
}
