/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The texts that an event refers to: looked up, or taken from the recording, and written to the one
 * that is made.
 */
#include <stdlib.h>
#include <string.h>

#include "session_private.h"
#include "session_tree.h"

/* Writes a text that the next event refers to, unless this file of the recording has it already. */
static void record_text(struct session *s, enum record_annotation_type type, uint64_t key,
			struct cached_text *cached)
{
	if (!s->writer || !cached || !cached->text || cached->file == record_writer_file(s->writer))
		return;
	record_writer_annotate(s->writer, type, key, 0, cached->text, strlen(cached->text));
	cached->file = record_writer_file(s->writer);
}

/*
 * Looks up the path of the cgroup of the event's task when the cgroup is first seen, because the
 * cgroup may be removed soon. In a recording, the path comes before the event.
 */
static void note_cgroup(struct session *s, const struct event *e)
{
	struct cached_text *cached, *pod;

	if (!(e->task_flags & TASKF_VALID) || e->kind == EVENT_SOCKET || !e->cgroup)
		return;
	cached = text_cache_find(s->cgroups, e->cgroup, 0);
	if (!cached) {
		char *path = s->cgroup_path ? s->cgroup_path(s->cgroup_arg, e->cgroup) : NULL;

		cached = text_cache_add(s->cgroups, e->cgroup, 0, path, path ? strlen(path) : 0);
		free(path);
	}
	record_text(s, RECORD_ANNOTATION_CGROUP, e->cgroup, cached);
	pod = session_find_pod(s, e->cgroup, cached ? cached->text : NULL, e->ts_ns);
	record_text(s, RECORD_ANNOTATION_POD, e->cgroup, pod);
}

/* The name of a process came before the first event that needs it. */
static void note_process(struct session *s, const struct event *e)
{
	if (s->writer && e->task_flags & TASKF_PROCESS_NAMED && e->kind != EVENT_HOLDER)
		record_text(s, RECORD_ANNOTATION_PROCESS, e->pid,
			    text_cache_find(s->processes, e->pid, 0));
}

/*
 * Notes the texts that an event refers to. A text may fill the file, and then the others are needed
 * in the next file too.
 */
void session_note_texts(struct session *s, const struct event *e)
{
	unsigned file;

	do {
		file = s->writer ? record_writer_file(s->writer) : 0;
		note_cgroup(s, e);
		note_process(s, e);
		session_tree_note(s);
		texts_note(&s->texts, e, s->processes, s->writer);
	} while (s->writer && record_writer_file(s->writer) != file);
}
