/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "recording.h"
#include "session_private.h"

#define WALK_AGAIN "again"

static void record_walk(struct session *s, uint64_t now_ns, bool begins, const char *text)
{
	if (s->writer)
		record_writer_annotate(s->writer, RECORD_ANNOTATION_WALK, begins, now_ns, text,
				       strlen(text));
}

void session_begin_walk(struct session *s, uint64_t now_ns)
{
	record_walk(s, now_ns, true, WALK_AGAIN);
}

void session_record_walk(struct session *s, const struct event *e)
{
	if (!s->writer || !recording_wants(&s->o->filter, e))
		return;
	session_note_texts(s, e);
	record_writer_add_event(s->writer, e);
}

void session_end_walk(struct session *s, uint64_t now_ns, bool complete)
{
	record_walk(s, now_ns, false, complete ? "complete" : "incomplete");
}

void session_take_walk(struct session *s, const struct record_annotation *a)
{
	if (a->type != RECORD_ANNOTATION_WALK)
		return;
	s->in_walk = a->key && a->len == strlen(WALK_AGAIN) && !memcmp(a->bytes, WALK_AGAIN, a->len);
	if (s->writer)
		record_writer_annotate(s->writer, a->type, a->key, a->at_ns, a->bytes, a->len);
}

bool session_skips_event(const struct session *s, const struct event *e)
{
	return s->in_walk && (e->kind == EVENT_SOCKET || e->kind == EVENT_HOLDER);
}
