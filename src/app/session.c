/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "key_file.h"
#include "log.h"
#include "loss_text.h"
#include "process.h"
#include "process_name.h"
#include "process_names.h"
#include "process_tree.h"
#include "recording.h"
#include "session_private.h"
#include "session_tree.h"
#include "time_units.h"

#define LOSS_REPORT_EVERY_NS 1000000000ULL

/* The lookup of views and filters. The path is valid as long as the session. */
static const char *find_cgroup_path(void *arg, uint64_t id, uint32_t pid)
{
	(void)pid;
	return text_cache_text(arg, id, 0);
}

/* The same for the names of pods, "" if there are none. */
static const char *find_pod(void *arg, uint64_t cgroup, uint32_t pid)
{
	(void)pid;
	return text_cache_text(arg, cgroup, 0);
}

int session_open_caches(struct session *s)
{
	s->cgroups = text_cache_new(CGROUPS_MAX);
	s->pods = text_cache_new(CGROUPS_MAX);
	s->stacks = text_cache_new(STACKS_MAX);
	s->processes = text_cache_new(PROCESS_NAMES_MAX);
	if (!s->cgroups || !s->pods || !s->stacks || !s->processes || !texts_init(&s->texts)) {
		log_error("cannot allocate the caches of cgroups, stacks and names: %s",
			  strerror(ENOMEM));
		return EXIT_FAILED;
	}
	s->tree_file = 0;
	s->context.lookup.stacks = s->stacks;
	s->context.lookup.pod = find_pod;
	s->context.lookup.pod_arg = s->pods;
	texts_set_lookup(&s->texts, &s->context.lookup);
	s->context.shows_stacks = s->o->capture.stack;
	s->story_filter = s->o->story_filter;
	s->story_filter.cgroup_path = s->context.lookup.cgroup_path = find_cgroup_path;
	s->story_filter.cgroup_arg = s->context.lookup.cgroup_arg = s->cgroups;
	return EXIT_FINE;
}

/* Called after each story, because a tick or the end of the run may report many stories at once. */
static void flush_if_full(void *arg)
{
	struct session *s = arg;

	output_flush_if_full(&s->out);
}

static void judge_one_story(void *arg, const struct story *story, const struct verdict *v)
{
	struct session *s = arg;

	judge_story(s->all ? &s->all->judge : &s->judge, story, v);
}

static void visit_closing(void *arg, uint64_t now_ns,
			  void (*visit)(void *visit_arg, const struct story *s,
					const struct verdict *v), void *visit_arg)
{
	struct session *s = arg;

	if (s->pipeline)
		pipeline_visit_closing(s->pipeline, now_ns, visit, visit_arg);
}

static int read_fleet_key(struct session *s, const char *path)
{
	char secret[KEY_FILE_MAX + 1];
	size_t len;
	int status = key_file_read(secret, &len, path, "--fleet-key");

	if (!status)
		siphash_make_key(&s->fleet_key, secret, len);
	explicit_bzero(secret, sizeof(secret));
	s->context.fleet_key = &s->fleet_key;
	return status;
}

/* Without --fleet-key the ids of traces are random. */
static int make_fleet_key(struct session *s)
{
	if (getrandom(&s->fleet_key, sizeof(s->fleet_key), 0) != sizeof(s->fleet_key)) {
		log_error("cannot make a key for the ids of traces: %s", strerror(errno));
		return EXIT_FAILED;
	}
	s->context.fleet_key = &s->fleet_key;
	log_warn("the ids of traces are random: want --fleet-key FILE, the same on all hosts, for "
		 "both ends of a connection to be in one trace");
	return EXIT_FINE;
}

int session_open(struct session *s, const struct options *o)
{
	int status;

	*s = (struct session){ .o = o, .view = view_printer(o->view, o->view_options.format) };
	status = process_open_output(&s->out, o->output.path);
	if (status)
		return status;
	s->context.meta = &s->meta;
	s->context.flush = flush_if_full;
	s->context.flush_arg = s;
	s->context.visit_closing = visit_closing;
	s->context.visit_closing_arg = s;
	session_init_context(&s->context, o, &s->out);
	if (o->output.fleet_key)
		status = read_fleet_key(s, o->output.fleet_key);
	else if (o->view->id == VIEW_OTLP)
		status = make_fleet_key(s);
	return status ?: session_open_caches(s);
}

/* Does -n count events? It counts stories in the other views. */
static bool counts_events(const struct session *s)
{
	return s->view->event || s->o->view->id == VIEW_RECORD;
}

/*
 * What -n leaves for this run; 0: no limit. The runs before ended before it was reached. Those of
 * several hosts count together.
 */
static uint64_t count_left(const struct session *s, uint64_t past)
{
	return s->o->run.count ? s->o->run.count - (s->all ? 0 : past) : 0;
}

int session_open_pipeline(struct session *s)
{
	struct pipeline_config config = {
		.view = s->view,
		.context = &s->context,
		.main = s->all ? &s->all->context : NULL,
		.filter = &s->o->filter,
		.story_filter = &s->story_filter,
		.max_stories = counts_events(s) ? 0 : s->view->counts_itself ? s->o->run.count :
			       count_left(s, s->past.reported),
		.max_events = counts_events(s) ? count_left(s, s->past_events) : 0,
		.total = s->all ? &s->all->total : NULL,
		.range = s->range,
		.never_open = s->o->capture.all,
		.judge = fail_on_is_empty(&s->o->run.fail_on) ? NULL : judge_one_story,
		.after_story = flush_if_full,
		.arg = s,
		.endpoint_table = { .max_open = s->o->capture.max_open,
			   .calls = run_info_watches_calls(&s->meta),
			   .timewait = run_info_has_hook(&s->meta, "late"),
			   .resets = run_info_has_hook(&s->meta, "reset_sent"),
			   .minisock_resets = run_info_has_hook(&s->meta, "reset_late"),
			   .host = (uint16_t)s->host,
			   .clock = (uint16_t)s->clock,
			   .exchange = s->all ? s->all->exchange : NULL,
			   .names = s->processes },
	};

	if (getrandom(&config.endpoint_table.seed, sizeof(config.endpoint_table.seed), 0) < 0)
		config.endpoint_table.seed = (uint64_t)(uintptr_t)s;
	s->context.seed = config.endpoint_table.seed;
	s->tree = s->meta.tree ? process_tree_new() : NULL;
	config.endpoint_table.tree = s->tree;
	s->pipeline = s->tree || !s->meta.tree ? pipeline_new(&config) : NULL;
	if (!s->pipeline) {
		log_error("cannot allocate the endpoint table: %s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	s->endpoints = pipeline_endpoints(s->pipeline);
	return EXIT_FINE;
}

void session_tick_view(struct session *s, uint64_t now_ns)
{
	if (!s->context.due_ns || s->context.due_ns > now_ns)
		return;
	endpoint_table_flush(s->endpoints);
	s->view->tick(&s->context, now_ns);
}

int session_begin(struct session *s, uint64_t now_ns, const struct kernel_counters *counters)
{
	int status;

	judge_init(&s->judge, &s->o->run.fail_on, &s->context);
	status = session_open_pipeline(s);
	if (!status && s->o->record.wanted)
		status = recording_open(&s->writer, s->o, &s->meta);
	if (status)
		return status;
	if (s->writer)
		record_writer_add_mark(s->writer, RECORD_MARK_START, now_ns, counters);
	if (s->view->start)
		s->view->start(&s->context);
	session_tick_view(s, now_ns);
	output_flush(&s->out);
	return EXIT_FINE;
}

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
static void note_texts(struct session *s, const struct event *e)
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

/* Queued events still have the old name of the process. */
static void set_process_name(struct session *s, uint64_t pid, const void *name, size_t len)
{
	if (s->endpoints)
		endpoint_table_flush(s->endpoints);
	process_names_set(s->processes, (uint32_t)pid, name, len);
}

/* A stack comes before its event, here and in the recording. */
static void note_stack(struct session *s, uint32_t tid, uint64_t ts_ns, const char *text,
		       size_t len)
{
	text_cache_add(s->stacks, tid, ts_ns, text, len);
	if (s->writer)
		record_writer_annotate(s->writer, RECORD_ANNOTATION_STACK, tid, ts_ns, text, len);
}

static void symbolize_stack(struct session *s, const struct stack *stack)
{
	struct buf text = { 0 };

	symbolizer_append_text(s->symbolizer, stack, &text);
	if (!text.failed && text.len)
		note_stack(s, stack->tid, stack->ts_ns, text.data, text.len);
	buf_release(&text);
}

void session_annotate(struct session *s, const struct record_annotation *annotation)
{
	const struct record_annotation *a = annotation;

	if (a->type == RECORD_ANNOTATION_CGROUP && !text_cache_find(s->cgroups, a->key, 0))
		text_cache_add(s->cgroups, a->key, 0, a->bytes, a->len);
	session_take_pod(s, a);
	if (a->type == RECORD_ANNOTATION_STACK)
		note_stack(s, (uint32_t)a->key, a->at_ns, a->bytes, a->len);
	if (a->type == RECORD_ANNOTATION_PROCESS)
		set_process_name(s, a->key, a->bytes, a->len);
	session_take_vanished(s, a);
	texts_take(&s->texts, a);
	session_tree_take(s, a);
}

void session_clock_changed(struct session *s, int64_t boot_to_wall_ns, uint64_t now_ns,
		   const struct kernel_counters *counters)
{
	s->meta.boot_to_wall_ns = boot_to_wall_ns;
	if (s->writer)
		record_writer_add_clock(s->writer, boot_to_wall_ns, now_ns, counters);
}

void session_feed(struct session *s, const void *bytes, unsigned long len)
{
	const struct process_name *name = bytes;
	const struct event *e = bytes;

	if (len == sizeof(struct stack) && s->symbolizer) {
		symbolize_stack(s, bytes);
		return;
	}
	if (len == sizeof(*name)) {
		set_process_name(s, name->pid, name->name, sizeof(name->name));
		return;
	}
	/* the view record prints no event, so what comes after the last one is left out here */
	if (s->o->view->id == VIEW_RECORD && pipeline_is_done(s->pipeline))
		return;
	if (len == sizeof(struct tree_change)) {
		session_tree_feed(s, bytes);
		return;
	}
	if (len == sizeof(*e)) {
		bool wanted = !s->writer || recording_wants(&s->o->filter, e);

		if (e->ts_ns > s->latest_ns)
			s->latest_ns = e->ts_ns;
		if (!wanted && s->o->view->id == VIEW_RECORD)
			return;
		if (wanted)
			note_texts(s, e);
		if (wanted && s->writer)
			record_writer_add_event(s->writer, e);
		session_tick_view(s, s->latest_ns);
	}
	pipeline_feed(s->pipeline, bytes, len);
	output_flush_if_full(&s->out);
}

struct run_counts session_count(const struct session *s, const struct kernel_counters *counters)
{
	struct run_counts t, past = s->past;

	if (s->of_host)
		return session_count_hosts(s);
	t = pipeline_tally(s->pipeline, counters);
	if (!s->pipeline) {	/* between two runs */
		run_counts_add(&past, &t);
		past.maybe_missed_known = s->past.maybe_missed_known;
		past.unchecked_known = s->past.unchecked_known;
		return past;
	}
	t.maybe_missed = s->maybe_missed;
	t.maybe_missed_known = s->maybe_missed_known;
	t.unchecked = s->unchecked;
	t.unchecked_known = s->unchecked_known;
	if (s->has_past)
		run_counts_add(&t, &s->past);
	return t;
}

/* The count shrinks if an endpoint that was given up acts again. */
static bool is_loss_report_due(const struct session *s, const struct run_counts *t, uint64_t now_ns)
{
	return run_counts_lost(t) > s->lost_reported &&
	       now_ns - s->loss_ns >= LOSS_REPORT_EVERY_NS;
}

static void report_loss(struct session *s, const struct run_counts *t, uint64_t now_ns)
{
	s->lost_reported = run_counts_lost(t);
	s->lost = true;
	s->loss_ns = now_ns;
	s->loss_pending = false;
	if (s->view->lost)
		s->view->lost(&s->context, t, now_ns);
	if (!s->view->reports_itself || s->o->output.verbose)
		loss_text_warn(t);
}

static void note_loss(struct session *s, const struct run_counts *t)
{
	if (s->loss_noted || !run_counts_lost_events(t))
		return;
	endpoint_table_set_lossy(s->endpoints);
	s->loss_noted = true;
}

static bool is_due(uint64_t due_ns, uint64_t now_ns)
{
	return due_ns && due_ns <= now_ns;
}

void session_advance(struct session *s, uint64_t now_ns, const struct kernel_counters *counters)
{
	bool flush = s->writer && is_due(record_writer_due_ns(s->writer), now_ns), news;
	struct run_counts t;

	t = session_count(s, counters);
	news = is_loss_report_due(s, &t, now_ns);
	s->events_lost = run_counts_lost_events(&t);
	if (news) {
		session_update_misses(s);
		t = session_count(s, counters);
	}
	/* no need to record a tick that has no effect */
	if (s->writer && (flush || news || (!s->loss_noted && run_counts_lost_events(&t)) ||
			    is_due(endpoint_table_next_ns(s->endpoints), now_ns)))
		record_writer_add_mark(s->writer, RECORD_MARK_TIME, now_ns, counters);
	if (flush)
		record_writer_flush(s->writer);
	note_loss(s, &t);
	if (news)
		report_loss(s, &t, now_ns);
	else if (is_due(s->loss_ns + LOSS_REPORT_EVERY_NS, now_ns))
		s->loss_pending = false;	/* an evicted endpoint came back meanwhile */
	session_tick_view(s, now_ns);
	endpoint_table_expire(s->endpoints, now_ns);
	output_flush(&s->out);
}

uint64_t session_next_ns(const struct session *s)
{
	uint64_t next = endpoint_table_next_ns(s->endpoints);
	uint64_t due = s->writer ? record_writer_due_ns(s->writer) : 0;
	uint64_t report = s->loss_pending ? s->loss_ns + LOSS_REPORT_EVERY_NS : 0;

	next = pick_earlier(pick_earlier(next, due), report);
	return pick_earlier(next, s->context.due_ns);
}

bool session_is_settled(const struct session *s)
{
	return !endpoint_table_counts(s->endpoints).closing &&
	       !endpoint_table_next_ns(s->endpoints);
}

bool session_is_done(const struct session *s)
{
	return s->out.error || pipeline_is_done(s->pipeline) ||
	       (s->writer && record_writer_error(s->writer));
}

struct run_counts session_end_stories(struct session *s, uint64_t now_ns,
				      const struct kernel_counters *counters)
{
	struct run_counts t = session_count(s, counters);

	session_update_misses(s);
	if (s->writer)
		record_writer_add_mark(s->writer, RECORD_MARK_END, now_ns, counters);
	session_tick_view(s, now_ns);
	endpoint_table_end(s->endpoints, now_ns);
	note_loss(s, &t);
	t = session_count(s, counters);
	if (run_counts_lost(&t) > s->lost_reported)
		report_loss(s, &t, now_ns);
	return t;
}
