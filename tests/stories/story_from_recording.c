/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * story_from_recording [-P PORT] RECORDING
 *
 * Prints a recording as a story (script.h): the events of each socket as text, with the numbers
 * that changed, and the results of the tool as expectations. tools/story calls it to make a test.
 * With -P it takes only connections with that port at either end. Exit status: 0, 1 if the
 * recording cannot be expressed as a story, 64 usage, 66 the file cannot be used.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fmt.h"
#include "options.h"
#include "reader.h"
#include "syscall_names.h"
#include "pipeline.h"
#include "process_names.h"
#include "facts.h"
#include "script.h"
#include "script_put.h"

struct socket {
	struct event now;	/* the numbers that persist */
	bool printed;
};

/* One line of the story: an event or a tick. */
struct line {
	bool tick;
	struct event event;	/* for a tick: only ts_ns */
	uint8_t process[EVENT_COMM_LEN];
};

struct conversion {
	struct view_context context;	/* first, because a view gets a pointer to it */
	unsigned port;		/* 0: any port */
	struct socket socket[SCRIPT_SOCKETS];
	struct line line[SCRIPT_STEPS];
	unsigned sockets, lines;
	uint64_t base_ns, end_ns;
	struct kernel_counters counters, before;
	struct buf out;
	struct text_cache *names;	/* of processes */
	struct buf places;	/* the lines with the paths of cgroups */
	bool overflow;
};

static bool is_same(const struct event *a, const struct event *b)
{
	if (a->cookie && b->cookie && a->cookie != b->cookie)
		return false;
	if (a->sk_key && b->sk_key && a->sk_key != b->sk_key)
		return false;
	return a->local_port == b->local_port && a->peer_port == b->peer_port &&
	       a->netns == b->netns && !memcmp(a->local_addr, b->local_addr, 16) &&
	       !memcmp(a->peer_addr, b->peer_addr, 16);
}

/* Finds the latest socket of this event: its addresses may have been used before. -1: none. */
static int find_socket(const struct conversion *t, const struct event *e)
{
	for (unsigned i = t->sockets; i-- > 0;)
		if (is_same(&t->socket[i].now, e))
			return (int)i;
	return -1;
}

static void add_line(struct conversion *t, bool tick, const struct event *e)
{
	if (t->lines == SCRIPT_STEPS) {
		t->overflow = true;
		return;
	}
	t->line[t->lines] = (struct line){ tick, *e, { 0 } };
	process_names_read(t->names, e, t->line[t->lines++].process);
}

static void take_event(struct conversion *t, const struct event *e)
{
	int at = find_socket(t, e);
	struct event *now;

	if (t->port && e->local_port != t->port && e->peer_port != t->port)
		return;
	if (at < 0 && t->sockets == SCRIPT_SOCKETS)
		t->overflow = true;
	if (t->overflow)
		return;
	if (at < 0) {
		at = (int)t->sockets++;
		t->socket[at].now = *e;
	}
	now = &t->socket[at].now;
	now->cookie = now->cookie ? now->cookie : e->cookie;
	now->sk_key = now->sk_key ? now->sk_key : e->sk_key;
	if (!t->base_ns || e->ts_ns < t->base_ns)
		t->base_ns = e->ts_ns;
	add_line(t, false, e);
}

/* Stores a mark as a tick. Of several ticks in a row only the last is kept. */
static void take_mark(struct conversion *t, const struct record_mark *m)
{
	struct event at = { .ts_ns = m->now_ns };

	if (m->type == RECORD_MARK_START && !t->lines)
		t->before = m->counters;
	t->counters = m->counters;
	t->end_ns = m->now_ns;
	if (m->type != RECORD_MARK_TIME || !t->lines)
		return;
	if (t->line[t->lines - 1].tick)
		t->line[t->lines - 1].event.ts_ns = m->now_ns;
	else
		add_line(t, true, &at);
}

/* Stores each text once. A path that is not a plain word is quoted. */
static void take_text(struct conversion *t, const struct record_annotation *text)
{
	struct buf *b = &t->places;

	if (text->type == RECORD_ANNOTATION_PROCESS)
		process_names_set(t->names, (uint32_t)text->key, text->bytes, text->len);
	if (text->type != RECORD_ANNOTATION_CGROUP)
		return;
	buf_str(b, "cgroup ");
	buf_u64(b, text->key);
	buf_char(b, ' ');
	script_put_quoted(b, text->bytes, text->len);
	buf_char(b, '\n');
}

static void put_socket(struct buf *b, unsigned at)
{
	buf_char(b, (char)('A' + at));
}

static void put_hooks(struct buf *b, const struct run_info *m)
{
	static const char *const usual[][2] = {
		{ "calls", "tracepoint" }, { "late", "tp_btf" }, { "reset_sent", "tp_btf" },
		{ "reset_received", "tp_btf" }, { "fin_resent", "tp_btf" },
	};

	for (unsigned i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		const char *how = run_info_hook(m, usual[i][0]);

		if (!strcmp(how, usual[i][1]))
			continue;
		buf_str(b, "hooks ");
		buf_str(b, usual[i][0]);
		buf_char(b, '=');
		buf_str(b, how);
		buf_char(b, '\n');
	}
}

/* Writes the sockets and their initial numbers. */
static void put_sockets(struct conversion *t)
{
	struct buf *b = &t->out;

	for (unsigned i = 0; i < t->sockets; i++) {
		struct event *e = &t->socket[i].now;

		buf_str(b, "socket ");
		put_socket(b, i);
		buf_char(b, ' ');
		fmt_endpoint(b, e->family, e->local_addr, e->local_port);
		buf_char(b, ' ');
		fmt_endpoint(b, e->family, e->peer_addr, e->peer_port);
		buf_str(b, " cookie=");
		fmt_hex(b, e->cookie);
		buf_str(b, " netns=");
		buf_u64(b, e->netns);
		for (unsigned k = 0; k < i; k++) {
			if (t->socket[k].now.sk_key != e->sk_key)
				continue;
			buf_str(b, " sk=");
			put_socket(b, k);
			break;
		}
		buf_char(b, '\n');
	}
	buf_char(b, '\n');
}

static void put_event(struct conversion *t, const struct line *line)
{
	const struct event *e = &line->event;
	int at = find_socket(t, e);
	struct socket *s = &t->socket[at];
	struct buf *b = &t->out;

	if (!s->printed) {
		buf_str(b, "set ");
		put_socket(b, (unsigned)at);
		script_put_numbers(b, e, &s->now, true);
		buf_char(b, '\n');
		s->printed = true;
	}
	script_put_time(b, e->ts_ns - t->base_ns);
	buf_char(b, ' ');
	put_socket(b, (unsigned)at);
	buf_char(b, ' ');
	script_put_event(b, e, &s->now, line->process);
	buf_char(b, '\n');
}

static void put_lines(struct conversion *t)
{
	for (unsigned i = 0; i < t->lines; i++) {
		const struct event *e = &t->line[i].event;

		if (!t->line[i].tick) {
			put_event(t, &t->line[i]);
		} else if (e->ts_ns >= t->base_ns) {
			buf_str(&t->out, "tick ");
			script_put_time(&t->out, e->ts_ns - t->base_ns);
			buf_char(&t->out, '\n');
		}
	}
	if (t->end_ns > t->base_ns) {
		buf_str(&t->out, "end ");
		script_put_time(&t->out, t->end_ns - t->base_ns);
		buf_char(&t->out, '\n');
	}
}

static void put_counters(struct conversion *t)
{
	uint64_t full = 0;

	for (unsigned i = 0; i <= EVENT_KIND_MAX; i++)
		full += t->counters.ring_full[i] - t->before.ring_full[i];
	if (!full && t->counters.calls_full == t->before.calls_full)
		return;
	buf_str(&t->out, "kernel ring-full=");
	buf_u64(&t->out, full);
	buf_str(&t->out, " calls-full=");
	buf_u64(&t->out, t->counters.calls_full - t->before.calls_full);
	buf_char(&t->out, '\n');
}

/* The view that writes the expectations. */
static void print_expectation(struct view_context *v, const struct story *s,
			      const struct verdict *verdict)
{
	static const char *const keys[] = { "ending", "initiator", "reason", "trigger", "pid", "fd",
					    "blame", "partial", "calls", "states", "waves" };
	struct conversion *t = (struct conversion *)v;
	struct event e = { .sk_key = s->sk_key, .cookie = s->cookie, .netns = s->flow.netns,
			   .local_port = s->flow.local_port, .peer_port = s->flow.peer_port };
	int at;

	memcpy(e.local_addr, s->flow.local_addr, sizeof(e.local_addr));
	memcpy(e.peer_addr, s->flow.peer_addr, sizeof(e.peer_addr));
	at = find_socket(t, &e);
	if (at < 0)
		return;
	buf_str(&t->out, "expect ");
	put_socket(&t->out, (unsigned)at);
	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		buf_char(&t->out, ' ');
		buf_str(&t->out, keys[i]);
		buf_char(&t->out, '=');
		facts_story(&t->out, keys[i], s, verdict);
	}
	buf_char(&t->out, '\n');
}

static const struct view expecting = { .name = "expecting", .story = print_expectation };

static bool put_expectations(struct conversion *t, const struct run_info *m)
{
	static const struct filter any_flow;
	static const struct story_filter any_story;
	struct pipeline_config config = { .view = &expecting, .context = &t->context,
					  .filter = &any_flow,
					.story_filter = &any_story,
					.endpoint_table = { .max_open = OPTIONS_MAX_OPEN,
						   .calls = run_info_watches_calls(m),
						   .timewait = run_info_has_hook(m, "late") } };
	struct pipeline *pipeline = pipeline_new(&config);

	if (!pipeline)
		return false;
	for (unsigned i = 0; i < t->lines; i++) {
		if (t->line[i].tick)
			endpoint_table_expire(pipeline_endpoints(pipeline), t->line[i].event.ts_ns);
		else
			pipeline_feed(pipeline, &t->line[i].event, sizeof(struct event));
	}
	endpoint_table_end(pipeline_endpoints(pipeline), t->end_ns);
	pipeline_free(pipeline);
	return true;
}

static ssize_t read_file(void *arg, void *bytes, size_t len)
{
	return read(*(int *)arg, bytes, len);
}

static int print_error(int status, const char *path, const char *why)
{
	fprintf(stderr, "story_from_recording: %s: %s\n", path, why);
	return status;
}

/* Reads the recording as far as it is readable. */
static int read_all(struct conversion *t, struct record_reader *reader, const char *path)
{
	struct record got;

	while ((got = record_reader_next(reader)).got < RECORD_GOT_END) {
		if (got.got == RECORD_GOT_EVENT)
			take_event(t, got.event);
		else if (got.got == RECORD_GOT_ANNOTATION)
			take_text(t, got.annotation);
		else if (got.got == RECORD_GOT_MARK)
			take_mark(t, got.mark);
	}
	if (got.got == RECORD_GOT_CORRUPT)
		print_error(EXIT_INPUT, path, record_reader_why(reader));
	if (t->overflow)
		return print_error(EXIT_FAILED, path, "too large for a story: use -P PORT");
	return t->lines ? 0 : print_error(EXIT_FAILED, path, "no matching events");
}

static int convert(struct conversion *t, int fd, const char *path)
{
	char why[RECORD_WHY];
	struct record_reader *reader = record_reader_open(read_file, &fd, why);
	int status;

	if (!reader)
		return print_error(EXIT_INPUT, path, why);
	status = read_all(t, reader, path);
	if (!status) {
		buf_str(&t->out, "# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n"
				 "# From a recording. The expectations are the tool's own results: "
				 "correct what is wrong.\n");
		put_hooks(&t->out, record_reader_run_info(reader));
		put_counters(t);
		buf_add(&t->out, t->places.data ? t->places.data : "", t->places.len);
		put_sockets(t);
		put_lines(t);
		buf_char(&t->out, '\n');
		if (!put_expectations(t, record_reader_run_info(reader)) || t->out.failed)
			status = print_error(EXIT_FAILED, path, "out of memory");
	}
	if (!status && fwrite(t->out.data, 1, t->out.len, stdout) != t->out.len)
		status = print_error(EXIT_FAILED, path, strerror(errno));
	record_reader_close(reader);
	return status;
}

int main(int argc, char **argv)
{
	static struct conversion t;
	int option, fd, status;

	while ((option = getopt(argc, argv, "P:")) == 'P')
		t.port = (unsigned)strtoul(optarg, NULL, 10);
	if (option != -1 || optind != argc - 1) {
		fprintf(stderr, "usage: story_from_recording [-P PORT] RECORDING\n");
		return EXIT_USAGE;
	}
	fd = open(argv[optind], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return print_error(EXIT_INPUT, argv[optind], strerror(errno));
	t.names = text_cache_new(PROCESS_NAMES_MAX);
	if (!t.names)
		return print_error(EXIT_FAILED, argv[optind], strerror(ENOMEM));
	status = convert(&t, fd, argv[optind]);
	buf_release(&t.out);
	buf_release(&t.places);
	text_cache_free(t.names);
	close(fd);
	return status;
}
