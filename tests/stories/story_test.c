/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * story_test [--update|--every-ending] FILE.story...
 *
 * Plays each story (script.h) through the real pipeline: first to compare the results with the
 * expectations that a person wrote, then through every view to compare the output with the output
 * in the file. --update writes the output to the file instead; it never changes the expectations.
 * --every-ending requires that every word of the taxonomy occurs in the stories.
 *
 *	ok peer-closes-later
 *	not ok three-way
 *		tests/stories/three-way.story:12: A: ending: want 'three-way', got 'four-way'
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "view.h"
#include "pipeline.h"
#include "process_names.h"
#include "check.h"
#include "facts.h"
#include "script.h"
#include "words.h"

#define JUNK_MAX 512
#define VERSION_HERE "\"version\":\"" TCPCLOSE_VERSION "\""
#define VERSION_THERE "\"version\":\"-\""	/* so that a release does not change every story */

/* One story being played. The context is first, because a view gets a pointer to it. */
struct script_run {
	struct view_context context;
	struct script *script;
	struct text_cache *names;	/* of processes */
	struct buf out;
	struct buf said;	/* the differences found */
	struct words_seen *told;
};

/* The words of the taxonomy that have occurred so far. */
struct words_seen {
	bool ending[ENDING_COUNT], reason[REASON_COUNT], initiator[INITIATOR_COUNT];
	bool blame[BLAME_COUNT];
};

static void print_failure(struct script_run *p, unsigned line)
{
	buf_char(&p->said, '\t');
	buf_str(&p->said, p->script->path);
	buf_char(&p->said, ':');
	buf_u64(&p->said, line);
	buf_str(&p->said, ": ");
}

static void differ(struct script_run *p, const struct expect *x, const char *key, size_t key_len,
		   const char *want, struct buf *got)
{
	print_failure(p, x->line);
	buf_str(&p->said, x->socket ? x->socket->name : "tally");
	buf_str(&p->said, ": ");
	buf_add(&p->said, key, key_len);
	buf_str(&p->said, ": want '");
	buf_str(&p->said, want);
	buf_str(&p->said, "', got '");
	buf_add(&p->said, got->data, got->len);
	buf_str(&p->said, "'\n");
}

static bool expect_same(const char *key, const char *want, struct buf *got)
{
	uint64_t a, b;
	bool good;

	buf_char(got, '\0');
	if (facts_is_time(key) && words_time(want, &a) && words_time(got->data, &b))
		good = a == b;
	else
		good = !strcmp(want, got->data);
	got->len--;
	return good;
}

/* Compares one expectation with a story or, if s is NULL, with the counts. */
static void hold(struct script_run *p, const struct expect *x, const struct story *s,
		 const struct verdict *v, const struct run_counts *t)
{
	for (int i = 0; i < x->nr_words; i++) {
		const char *eq = strchr(x->word[i], '=');
		size_t len = eq ? (size_t)(eq - x->word[i]) : 0;
		struct buf got = { 0 };
		char key[32];

		snprintf(key, sizeof(key), "%.*s", (int)len, x->word[i]);
		if (!eq || !(s ? facts_story(&got, key, s, v) : facts_tally(&got, key, t))) {
			print_failure(p, x->line);
			buf_str(&p->said, "unknown key: ");
			buf_str(&p->said, x->word[i]);
			buf_char(&p->said, '\n');
		} else if (!expect_same(key, eq + 1, &got)) {
			differ(p, x, key, len, eq + 1, &got);
		}
		buf_release(&got);
	}
}

static bool is_about(const struct expect *x, const struct story *s)
{
	const struct event *now = x->socket ? &x->socket->now : NULL;

	if (!now)
		return false;
	return now->cookie ? now->cookie == s->cookie : now->sk_key == s->sk_key;
}

/* The view that checks the expectations. */
static void check_story(struct view_context *v, const struct story *s,
			const struct verdict *verdict)
{
	struct script_run *p = (struct script_run *)v;
	bool awaited = false;

	p->told->ending[verdict->ending] = p->told->reason[verdict->reason] = true;
	p->told->initiator[verdict->initiator] = p->told->blame[verdict->blame] = true;
	for (unsigned i = 0; i < p->script->expects; i++) {
		struct expect *x = &p->script->expect[i];

		if (!is_about(x, s))
			continue;
		x->seen++;
		awaited = !x->untold;
		hold(p, x, s, verdict, NULL);
	}
	if (awaited)
		return;
	buf_str(&p->said, "\tan unexpected story was reported: cookie ");
	buf_u64(&p->said, s->cookie);
	buf_char(&p->said, '\n');
}

static void check_tally(struct view_context *v, const struct run_counts *t, uint64_t now_ns)
{
	struct script_run *p = (struct script_run *)v;

	(void)now_ns;
	for (unsigned i = 0; i < p->script->expects; i++) {
		struct expect *x = &p->script->expect[i];

		if (!x->socket)
			hold(p, x, NULL, NULL, t);
		if (!x->socket || x->untold || x->seen)
			continue;
		print_failure(p, x->line);
		buf_str(&p->said, x->socket->name);
		buf_str(&p->said, ": no story of it was reported\n");
	}
	if (t->seen != t->reported + t->filtered + t->open + run_counts_lost_endpoints(t))
		buf_str(&p->said, "\tseen is not told + filtered + open + lost\n");
}

static const struct view judge = { .name = "judge", .story = check_story, .end = check_tally };

static const char *cgroup_path(void *arg, uint64_t id, uint32_t pid)
{
	(void)pid;
	return arg ? text_cache_text(arg, id, 0) : NULL;
}

static struct pipeline *open_pipeline(struct script_run *p, const struct view *view)
{
	const struct script *s = p->script;
	struct options *o = &p->script->options;
	struct pipeline_config config = {
		.view = view,
		.context = &p->context,
		.filter = &o->filter,
		.story_filter = &o->story_filter,
		.max_stories = o->run.count,
		.never_open = o->capture.all,
		.endpoint_table = { .max_open = o->capture.max_open,
			   .calls = run_info_watches_calls(&s->meta),
			   .timewait = run_info_has_hook(&s->meta, "late"),
			   .resets = run_info_has_hook(&s->meta, "reset_sent"),
			   .minisock_resets = run_info_has_hook(&s->meta, "reset_late"),
			   .names = p->names },
	};

	o->story_filter.cgroup_path = cgroup_path;
	o->story_filter.cgroup_arg = s->cgroups;
	return pipeline_new(&config);
}

/* Feeds the events up to a time, as the session does. */
static void feed_until(struct script_run *p, const struct view *view, uint64_t now_ns)
{
	if (p->context.due_ns && p->context.due_ns <= now_ns)
		view->tick(&p->context, now_ns);
}

static void play_step(struct script_run *p, const struct view *view, struct pipeline *t,
		      const struct step *step)
{
	static const uint64_t junk[JUNK_MAX / sizeof(uint64_t)];

	if (step->kind != STEP_JUNK)
		feed_until(p, view, step->kind == STEP_EVENT ? step->event.ts_ns : step->ts_ns);
	switch (step->kind) {
	case STEP_EVENT:
		if (step->process[0]) {
			endpoint_table_flush(pipeline_endpoints(t));
			process_names_set(p->names, step->event.pid, step->process,
					  sizeof(step->process));
		}
		pipeline_feed(t, &step->event, sizeof(step->event));
		break;
	case STEP_TICK:
		endpoint_table_expire(pipeline_endpoints(t), step->ts_ns);
		break;
	case STEP_GONE:
		endpoint_table_lose(pipeline_endpoints(t), step->event.sk_key, step->event.cookie,
				    step->ts_ns);
		break;
	case STEP_JUNK:
		pipeline_feed(t, junk, step->junk_bytes < JUNK_MAX ? step->junk_bytes : JUNK_MAX);
		break;
	}
}

/* Runs the script through a view, as the tool does, but without a clock. */
static void run_script(struct script_run *p, const struct view *view)
{
	struct script *s = p->script;
	struct pipeline *t;
	struct run_counts counts;

	p->context = (struct view_context){ .out = &p->out, .meta = &s->meta,
				 .terminal.wide = s->options.output.wide,
				 .times = s->options.output.times,
				 .lookup = { .cgroup_path = cgroup_path,
					     .cgroup_arg = s->cgroups,
					     .stacks = s->stacks },
				 .shows_stacks = s->options.capture.stack,
				 .options = s->options.view_options };
	p->names = text_cache_new(PROCESS_NAMES_MAX);
	t = p->names ? open_pipeline(p, view) : NULL;
	if (!t) {
		text_cache_free(p->names);
		buf_str(&p->said, "\tout of memory\n");
		return;
	}
	counts = pipeline_tally(t, &s->kernel);
	if (run_counts_lost_events(&counts))
		endpoint_table_set_lossy(pipeline_endpoints(t));
	if (view->start)
		view->start(&p->context);
	for (unsigned i = 0; i < s->steps; i++)
		play_step(p, view, t, &s->step[i]);
	feed_until(p, view, s->end_ns);
	endpoint_table_end(pipeline_endpoints(t), s->end_ns);
	counts = pipeline_tally(t, &s->kernel);
	if (run_counts_lost(&counts) && view->lost)
		view->lost(&p->context, &counts, s->end_ns);
	if (view->end)
		view->end(&p->context, &counts, s->end_ns);
	if (view->release)
		view->release(&p->context);
	pipeline_free(t);
	text_cache_free(p->names);
}

/* Replaces the version by VERSION_THERE. */
static void hide_version(struct buf *out)
{
	size_t here = strlen(VERSION_HERE), behind;
	char *at = NULL;

	if (out->len)
		at = memmem(out->data, out->len, VERSION_HERE, here);
	if (!at)
		return;
	behind = out->len - (size_t)(at - out->data) - here;
	memmove(at + strlen(VERSION_THERE), at + here, behind);
	memcpy(at, VERSION_THERE, strlen(VERSION_THERE));
	out->len -= here - strlen(VERSION_THERE);
}

static const struct section *find_section(const struct script *s, const char *name)
{
	for (unsigned i = 0; i < s->sections; i++)
		if (s->section[i].name_len == strlen(name) &&
		    !memcmp(s->section[i].name, name, s->section[i].name_len))
			return &s->section[i];
	return NULL;
}

static void quote_line(struct buf *said, const char *what, const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);

	buf_str(said, what);
	buf_add(said, text, end ? (size_t)(end - text) : len);
	buf_char(said, '\n');
}

/* Reports the first line that differs, expected and actual. */
static void compare_output(struct script_run *p, const char *view)
{
	const struct section *want = find_section(p->script, view);
	size_t i = 0, line = 0;

	if (!want) {
		buf_str(&p->said, "\tno section for the view ");
		buf_str(&p->said, view);
		buf_str(&p->said, ": --update writes it\n");
		return;
	}
	for (; i < want->len && i < p->out.len && want->text[i] == p->out.data[i]; i++)
		if (want->text[i] == '\n')
			line = i + 1;
	if (i == want->len && i == p->out.len)
		return;
	buf_str(&p->said, "\tthe output of ");
	buf_str(&p->said, view);
	buf_str(&p->said, " differs:\n");
	quote_line(&p->said, "\twant: ", want->text + line, want->len - line);
	quote_line(&p->said, "\tgot:  ", p->out.len ? p->out.data + line : "", p->out.len - line);
}

/* Plays the story through every view. Compares the output, or appends it to file if not NULL. */
static void run_views(struct script_run *p, struct buf *file)
{
	const struct view *view;

	for (unsigned i = 0; (view = view_at(i)); i++) {
		const char *wrong;

		if ((!view->event && !view->story) || view->id == VIEW_SERVE)
			continue;	/* prints nothing by itself */
		if (view->id == VIEW_TOP || view->id == VIEW_REPORT)
			continue;	/* mostly what other views print */
		buf_reset(&p->out);
		run_script(p, view);
		wrong = check_output(view->name, p->out.data, p->out.len);
		if (wrong) {
			buf_str(&p->said, "\tthe output of ");
			buf_str(&p->said, view->name);
			buf_str(&p->said, " has ");
			buf_str(&p->said, wrong);
			buf_char(&p->said, '\n');
		}
		if (view->id == VIEW_OTLP)
			continue;	/* requests, of what json prints */
		hide_version(&p->out);
		if (!file) {
			compare_output(p, view->name);
			continue;
		}
		buf_str(file, "--- ");
		buf_str(file, view->name);
		buf_char(file, '\n');
		buf_add(file, p->out.data, p->out.len);
	}
}

static bool write_file(const char *path, const struct buf *file)
{
	FILE *f = fopen(path, "wb");
	bool good = f && fwrite(file->data, 1, file->len, f) == file->len;

	return f && !fclose(f) && good;
}

enum outcome { PASSED, FAILED, SKIPPED, OUTCOMES };

static enum outcome print_outcome(const char *name, struct script_run *p)
{
	const struct script *s = p->script;

	if (s->skip) {
		printf("skipped %s\n\t%s\n", name, s->why);
		return SKIPPED;
	}
	if (!s->why[0] && !p->said.len) {
		printf("ok %s\n", name);
		return PASSED;
	}
	printf("not ok %s\n", name);
	if (s->why[0])
		printf("\t%s\n", s->why);
	fwrite(p->said.data ? p->said.data : "", 1, p->said.len, stdout);
	return FAILED;
}

static enum outcome test_file(const char *path, bool update, struct words_seen *told)
{
	static struct script script;
	struct script_run script_run = { .script = &script, .told = told };
	const char *slash = strrchr(path, '/');
	struct buf file = { 0 };
	enum outcome outcome;
	char name[128];

	snprintf(name, sizeof(name), "%s", slash ? slash + 1 : path);
	name[strcspn(name, ".")] = '\0';
	if (script_load(&script, path)) {
		run_script(&script_run, &judge);
		if (update)
			buf_add(&file, script.text, script.head_len);
		run_views(&script_run, update ? &file : NULL);
		if (update && !write_file(path, &file))
			script_bad(&script, "cannot write it");
	}
	outcome = print_outcome(name, &script_run);
	buf_release(&script_run.out);
	buf_release(&script_run.said);
	buf_release(&file);
	script_release(&script);
	return outcome;
}

/* Reports the words of a list that no story has. Returns their number. */
static unsigned untold(const char *what, const bool *told, unsigned n,
		       const char *(*name)(unsigned))
{
	unsigned missing = 0;

	for (unsigned i = 0; i < n; i++) {
		if (told[i])
			continue;
		printf("not ok every-ending\n\tno story has the %s '%s'\n", what, name(i));
		missing++;
	}
	return missing;
}

static enum outcome check_every_ending(struct words_seen *told)
{
	unsigned missing;

	/* Reserved words of the contract, which no supported kernel produces. */
	told->reason[REASON_BAD_SEGMENT] = told->reason[REASON_NETNS_GONE] = true;
	missing = untold("ending", told->ending, ENDING_COUNT, ending_name) +
		  untold("reason", told->reason, REASON_COUNT, reason_name) +
		  untold("initiator", told->initiator, INITIATOR_COUNT, initiator_name) +
		  untold("blame", told->blame, BLAME_COUNT, blame_name);
	if (!missing)
		printf("ok every-ending\n");
	return missing ? FAILED : PASSED;
}

int main(int argc, char **argv)
{
	bool update = argc > 1 && !strcmp(argv[1], "--update");
	bool every = argc > 1 && !strcmp(argv[1], "--every-ending");
	unsigned count[OUTCOMES] = { 0 };
	struct words_seen told = { .ending = { 0 } };

	setenv("TZ", "UTC", 1);
	tzset();
	for (int i = 1 + (update || every); i < argc; i++)
		count[test_file(argv[i], update, &told)]++;
	if (every)
		count[check_every_ending(&told)]++;
	printf("%u passed, %u failed, %u skipped\n", count[PASSED], count[FAILED], count[SKIPPED]);
	return count[FAILED] ? 1 : 0;
}
