/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "texts.h"

#include <string.h>

#include "process_names.h"
#include "time_units.h"

/*
 * A text is looked up again after this time: a process id may be used again, and a program may be
 * replaced by another one of the same name. In between, a new name or an exit causes a look.
 */
#define LOOK_AGAIN_NS (5 * NS_PER_S)
/* A process that exits has further events. Its id is not used again before all others were. */
#define EXIT_NS NS_PER_S
#define NETNS_MAX 4096

void text_source_init(struct text_source *x, bool cmdline)
{
	*x = (struct text_source){ .cmdline = cmdline };
	proc_exe_init(&x->exe);
}

void text_source_release(struct text_source *x)
{
	netns_names_release(&x->netns);
}

bool texts_init(struct texts *t)
{
	t->exe = text_history_new(PROCESS_NAMES_MAX);
	t->cmdline = text_history_new(PROCESS_NAMES_MAX);
	t->netns = text_history_new(NETNS_MAX);
	return t->exe && t->cmdline && t->netns;
}

void texts_release(struct texts *t)
{
	text_history_free(t->exe);
	text_history_free(t->cmdline);
	text_history_free(t->netns);
	t->exe = t->cmdline = t->netns = NULL;
	buf_release(&t->words);
}

/* Adds a text if it differs from the one that is valid now. */
static struct text_versions *update_text(struct text_history *h, uint64_t key, uint64_t from_ns,
					 const char *text, size_t len)
{
	struct text_versions *v = text_history_find(h, key);
	const struct text_version *now = v ? v->version : NULL;

	if (now && !now->text && !text)
		return v;
	if (now && now->text && text && now->len == len && !memcmp(now->text, text, len))
		return v;
	return text_history_add(h, key, from_ns, text, len);
}

static bool has_new_name(const struct text_versions *v, const uint8_t *name)
{
	return name[0] && v->name[0] && memcmp(v->name, name, EVENT_COMM_LEN) != 0;
}

static bool is_stale(const struct text_versions *v, uint64_t now_ns)
{
	return v->stale_ns && now_ns >= v->stale_ns;
}

static bool is_look_due(const struct text_versions *v, uint64_t now_ns)
{
	return !v || is_stale(v, now_ns) || now_ns >= v->checked_ns + LOOK_AGAIN_NS;
}

static void look_up_cmdline(struct texts *t, const struct event *e, bool known)
{
	struct proc_exe *x = &t->source->exe;

	if (!t->source->cmdline)
		return;
	if (known)
		proc_exe_read_cmdline(x, e->pid);
	update_text(t->cmdline, e->pid, e->ts_ns, known && x->cmdline_len ? x->cmdline : NULL,
		    x->cmdline_len);
}

/*
 * Looks up the program of the event's process. If the process has ended since, or is about to, the
 * text that was found earlier remains, unless it may be that of another process.
 */
static void look_up_program(struct texts *t, const struct event *e, const uint8_t *name)
{
	struct proc_exe *x = &t->source->exe;
	struct text_versions *v = text_history_find(t->exe, e->pid);
	bool known = proc_exe_read(x, e, name);
	bool other;

	other = v && (is_stale(v, e->ts_ns) || has_new_name(v, name) ||
		      (x->started && v->started && x->started != v->started));
	if (known || !v || other) {
		look_up_cmdline(t, e, known);
		v = update_text(t->exe, e->pid, e->ts_ns, known ? x->path : NULL, strlen(x->path));
	}
	if (!v)
		return;
	v->checked_ns = e->ts_ns;
	v->read_ns = x->read_ns;
	if (known || other)
		v->stale_ns = 0;
	v->started = x->started || other ? x->started : v->started;
	memcpy(v->name, name, EVENT_COMM_LEN);
}

/*
 * The process executes another program, perhaps with the same name. If that was before the lookup,
 * the text may be that of the new program, although the event was one of the old program.
 */
static void note_execve(struct texts *t, const struct event *e)
{
	struct text_versions *v = text_history_find(t->exe, e->pid);

	if (v && v->version[0].text && e->ts_ns <= v->read_ns &&
	    e->ts_ns > v->version[0].from_ns) {
		update_text(t->cmdline, e->pid, v->version[0].from_ns, NULL, 0);
		v = update_text(t->exe, e->pid, v->version[0].from_ns, NULL, 0);
	}
	if (v)
		v->stale_ns = e->ts_ns;
}

/* During an execve() the program may be the old one or the new one. */
static void note_program(struct texts *t, const struct event *e, const struct text_cache *names)
{
	struct text_versions *v = text_history_find(t->exe, e->pid);
	bool replaces = e->task_flags & TASKF_SYSCALL && e->syscall == SYSCALL_EXECVE;
	uint8_t name[EVENT_COMM_LEN];

	process_names_read(names, e, name);
	if (replaces)
		note_execve(t, e);
	else if (is_look_due(v, e->ts_ns) || has_new_name(v, name))
		look_up_program(t, e, name);
	v = text_history_find(t->exe, e->pid);
	if (v && !v->stale_ns && e->task_flags & TASKF_EXITING && e->tid == e->pid)
		v->stale_ns = e->ts_ns + EXIT_NS;
}

static void note_netns(struct texts *t, const struct event *e)
{
	struct text_versions *v = text_history_find(t->netns, e->netns);
	const char *name;

	if (!is_look_due(v, e->ts_ns))
		return;
	name = netns_names_find(&t->source->netns, e->netns, e->ts_ns);
	v = update_text(t->netns, e->netns, e->ts_ns, name, name ? strlen(name) : 0);
	if (v)
		v->checked_ns = e->ts_ns;
}

/*
 * Writes the valid text, unless the file has it. An unknown one replaces only one that was known.
 */
static void record_version(struct record_writer *writer, enum record_annotation_type type,
			   uint64_t key, struct text_history *h)
{
	struct text_versions *v = text_history_find(h, key);
	struct text_version *now = v ? v->version : NULL;

	if (!now || (!now->text && v->nr == 1) || now->file == record_writer_file(writer))
		return;
	record_writer_annotate(writer, type, key, now->from_ns, now->text ? now->text : "",
			       now->text ? now->len : 0);
	now->file = record_writer_file(writer);
}

void texts_note(struct texts *t, const struct event *e, const struct text_cache *names,
		struct record_writer *writer)
{
	bool has_program = e->pid && e->kind != EVENT_SOCKET && e->task_flags & TASKF_VALID &&
			   !(e->task_flags & TASKF_KTHREAD);

	if (t->source && has_program)
		note_program(t, e, names);
	if (!writer)
		return;
	if (t->source && e->netns)
		note_netns(t, e);
	if (has_program) {
		record_version(writer, RECORD_ANNOTATION_EXE, e->pid, t->exe);
		record_version(writer, RECORD_ANNOTATION_CMDLINE, e->pid, t->cmdline);
	}
	record_version(writer, RECORD_ANNOTATION_NETNS, e->netns, t->netns);
}

void texts_take(struct texts *t, const struct record_annotation *a)
{
	struct text_history *h = a->type == RECORD_ANNOTATION_EXE ? t->exe :
				 a->type == RECORD_ANNOTATION_CMDLINE ? t->cmdline :
				 a->type == RECORD_ANNOTATION_NETNS ? t->netns : NULL;

	if (h)
		update_text(h, a->key, a->at_ns, a->len ? a->bytes : NULL, a->len);
}

/* The executable of the program that made a call. */
static const char *find_exe_path(void *texts, const struct socket_call *a)
{
	const struct texts *t = texts;
	uint64_t ns = a->effect_ns > a->ts_ns ? a->effect_ns : a->ts_ns;

	return text_history_at(t->exe, a->pid, ns);
}

/* The arguments of a holder's process, as they were last recorded, with spaces in between. */
static const char *find_cmdline(void *texts, const struct stuck_holder *o, size_t *len)
{
	struct texts *t = texts;
	const struct text_versions *v = o->pid ? text_history_find(t->cmdline, o->pid) : NULL;
	const struct text_version *latest = v ? v->version : NULL;

	if (!latest || !latest->text)
		return NULL;
	buf_reset(&t->words);
	buf_add(&t->words, latest->text, latest->len);
	if (t->words.failed)
		return NULL;
	while (t->words.len && !t->words.data[t->words.len - 1])
		t->words.len--;		/* the NUL of the last argument */
	for (size_t i = 0; i < t->words.len; i++)
		if (!t->words.data[i])
			t->words.data[i] = ' ';
	*len = t->words.len;
	return t->words.len ? t->words.data : NULL;
}

void texts_set_lookup(struct texts *t, struct lookup *lookup)
{
	lookup->exe_path = find_exe_path;
	lookup->cmdline = find_cmdline;
	lookup->exe_arg = lookup->cmdline_arg = t;
}
