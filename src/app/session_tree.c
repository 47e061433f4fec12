/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "session_tree.h"

#include "process_tree.h"
#include "session.h"

static void record_change(struct session *s, uint32_t pid, uint64_t ts_ns, bool joined)
{
	record_writer_annotate(s->writer, RECORD_ANNOTATION_TREE, pid, ts_ns, joined ? "+" : "-",
			       1);
}

void session_tree_note(struct session *s)
{
	uint32_t pid = 0;

	if (!s->tree || !s->writer || s->tree_file == record_writer_file(s->writer))
		return;
	s->tree_file = record_writer_file(s->writer);
	while ((pid = process_tree_next(s->tree, pid)))
		record_change(s, pid, 0, true);
}

static void apply_change(struct session *s, uint32_t pid, uint64_t ts_ns, bool joined)
{
	if (!s->tree)
		return;
	if (s->endpoints)
		endpoint_table_flush(s->endpoints);	/* queued events came before the change */
	process_tree_set(s->tree, pid, joined);
	if (!s->writer)
		return;
	session_tree_note(s);
	record_change(s, pid, ts_ns, joined);
}

void session_tree_feed(struct session *s, const struct tree_change *change)
{
	apply_change(s, change->pid, change->ts_ns, change->joined);
}

void session_tree_take(struct session *s, const struct record_annotation *a)
{
	if (a->type == RECORD_ANNOTATION_TREE && a->len == 1)
		apply_change(s, (uint32_t)a->key, a->at_ns, a->bytes[0] == '+');
}
