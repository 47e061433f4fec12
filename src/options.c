/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "names.h"
#include "options.h"
#include "options_fault.h"
#include "options_filter.h"
#include "options_record.h"
#include "parse.h"
#include "sink.h"
#include "usage.h"

#ifndef TCPCLOSE_VERSION
#define TCPCLOSE_VERSION "0.1.0"
#endif

#define COUNT_MAX (1ull << 53)
#define MAX_OPEN_MAX 16777216
#define BUFFER_MIN (64ull << 10)
#define BUFFER_MAX (1ull << 30)
#define TIME_MAX_NS 1000000000000000000ull	/* 10^9 s */
#define NS_PER_S 1000000000u

/* Keys of the options that have no letter. */
enum {
	KEY_ALL = KEY_FILTER_LAST + 1,
	KEY_COLOR,
	KEY_READY_FD,
	KEY_STRICT,
	KEY_CALLS,
	KEY_NO_FENTRY,
	KEY_BUFFER,
	KEY_MAX_OPEN,
	KEY_DRAIN,
	KEY_VERSION,
	KEY_WATCH,
	KEY_OLDER_THAN,
	KEY_FAIL,
	KEY_STACK,
	KEY_END,
};

static const struct argp_option options[] = {
	{ .doc = "Filters (any of one kind, all kinds together):",
	  .group = 1 },
	{ "pid", 'p', "PID", 0, "a process that acted on the socket", 1 },
	{ "comm", 'c', "COMM", 0, "its name, as ps -o comm shows it", 1 },
	{ "uid", 'u', "UID", 0, "its user: a number or a name", 1 },
	{ "local-port", 'L', "PORTS", 0, "local port, or several: 80,443", 1 },
	{ "remote-port", 'D', "PORTS", 0, "remote port", 1 },
	{ "port", 'P', "PORTS", 0, "port of either end", 1 },
	{ "addr", 'a', "ADDR[/PREFIX]", 0, "address of either end", 1 },
	{ "ipv4", '4', NULL, 0, "IPv4 only", 1 },
	{ "ipv6", '6', NULL, 0, "IPv6 only", 1 },
	{ "netns", KEY_NETNS, "NETNS", 0, "network namespace: a pid, a name, an inode", 1 },
	{ "cgroup", KEY_CGROUP, "PATH", 0, "a process in that cgroup, or below it", 1 },
	{ "container", KEY_CONTAINER, "ID", 0, "a process in that container: the id or its first digits", 1 },
	{ "slow", KEY_SLOW, "MS", 0, "some phase took at least so long", 1 },
	{ "call", KEY_CALL, "NAME", 0, "the call that ended it: close, shutdown, exit...", 1 },
	{ "ending", KEY_ENDING, "NAME", 0, "four-way, reset-sent, timed-out...", 1 },
	{ "class", KEY_CLASS, "NAME", 0, "clean, reset, timeout, aborted, failed, open", 1 },
	{ "initiator", KEY_INITIATOR, "NAME", 0, "local, peer, both, none, unknown", 1 },
	{ "all", KEY_ALL, NULL, 0, "also what never was established", 1 },

	{ .doc = "Output:", .group = 2 },
	{ "json", 'j', NULL, 0, "the view json", 2 },
	{ "output", 'o', "FILE", 0, "write to FILE, - is standard output", 2 },
	{ "times", 'T', NULL, 0, "begin lines with the time of day", 2 },
	{ "wide", 'w', NULL, 0, "do not cut lines to 80 columns", 2 },
	{ "stack", KEY_STACK, NULL, 0, "also how the program came to end it: its user stack", 2 },
	{ "color", KEY_COLOR, "WHEN", 0, "auto, always or never; NO_COLOR is heeded", 2 },
	{ "quiet", 'q', NULL, 0, "say nothing but errors and losses", 2 },
	{ "verbose", 'v', NULL, 0, "say more; twice: even more", 2 },

	{ .doc = "Recordings:", .group = 3 },
	{ "replay", KEY_REPLAY, "FILE", 0, "view a recording, - is standard input", 3 },
	{ "record", KEY_RECORD, "FILE", 0, "record besides what the view shows", 3 },
	{ "rotate", KEY_ROTATE, "SIZE", 0, "go on in a new file at so many bytes", 3 },
	{ "keep", KEY_KEEP, "N", 0, "keep so many full files, FILE.1 the latest (4)", 3 },

	{ .doc = "Running:", .group = 4 },
	{ "duration", 'd', "SECONDS", 0, "stop after so long", 4 },
	{ "count", 'n', "COUNT", 0, "stop after so many", 4 },
	{ "strict", KEY_STRICT, NULL, 0, "exit 3 if any event was lost", 4 },
	{ "drain", KEY_DRAIN, "SECONDS", 0, "wait so long for COMMAND's closes to settle (1)", 4 },
	{ "ready-fd", KEY_READY_FD, "N", 0, "write one byte to descriptor N when attached", 4 },
	{ "calls", KEY_CALLS, "MODE", 0, "watch calls by: auto, fentry, kprobe, tracepoint, inline", 4 },
	{ "no-fentry", KEY_NO_FENTRY, NULL, OPTION_HIDDEN, "as on a kernel without fentry", 4 },
	{ "buffer", KEY_BUFFER, "SIZE", 0, "ring buffer, a power of two: 64K to 1G (8M)", 4 },
	{ "max-open", KEY_MAX_OPEN, "N", 0, "follow so many endpoints at once (131072)", 4 },
	{ "older-than", KEY_OLDER_THAN, "TIME", 0, "stuck: for so long at least: 30, 5m, 2h, 1d", 4 },
	{ "watch", KEY_WATCH, "SECONDS", 0, "stuck: look again every so often", 4 },
	{ "fail", KEY_FAIL, NULL, 0, "stuck: exit 1 if anything is found", 4 },
	{ "help", 'h', NULL, 0, "this", 4 },
	{ "version", KEY_VERSION, NULL, 0, "the version", 4 },
	{ 0 },
};

static const char doc[] =
	"Tells how each TCP connection of this host ends: who said goodbye first, which\n"
	"call of which process did it, how it ended and where the time went."
	"\v"
	"Examples:\n"
	"  tcpclose                           every connection that ends, one line each\n"
	"  tcpclose -c nginx -T               those that nginx ends, with times\n"
	"  tcpclose -D 5432 --slow 200        slow goodbyes with a PostgreSQL server\n"
	"  tcpclose --class reset,timeout     only what went wrong\n"
	"  tcpclose json -d 60 -o ends.json   one minute, for jq\n"
	"  tcpclose stuck                     who holds what hangs now, and why\n"
	"  tcpclose -- curl -s example.org    while one command runs\n"
	"  tcpclose record -o ends.rec        now, to look at later and elsewhere:\n"
	"  tcpclose json --replay ends.rec";

struct parse {
	struct options *o;
	FILE *out;
	struct usage usage;
	struct filter_options filters;
	int next;		/* index in argv of the word that getopt looks at next */
	bool view_given;
	bool color_given;
	bool given[KEY_END];	/* the options that were, by key */
};

/* "before 'word': want trace, json, events or stuck (see tcpclose --help)" */
static error_t bad_view(struct parse *p, const char *before, const char *word)
{
	struct buf b = { 0 };
	error_t rc;

	buf_str(&b, ": want ");
	for (unsigned i = 0; sink_at(i); i++) {
		if (i)
			buf_str(&b, sink_at(i + 1) ? ", " : " or ");
		buf_str(&b, sink_at(i)->name);
	}
	buf_str(&b, " (see tcpclose --help)");
	buf_char(&b, '\0');
	rc = usage_complain(&p->usage, EXIT_USAGE, before, word, b.failed ? "" : b.data);
	buf_release(&b);
	return rc;
}

/* "stuck -j", in either order: what hangs, as JSON. */
static bool is_json_of_stuck(const struct parse *p, const struct sink *view)
{
	return (p->o->stuck && strcmp(view->name, "json") == 0) ||
	       (strcmp(view->name, "stuck") == 0 && strcmp(p->o->view, "json") == 0);
}

static error_t set_view(struct parse *p, const char *word)
{
	const struct sink *view = sink_find(word);

	if (!view)
		return bad_view(p, "unknown view ", word);
	if (p->view_given && strcmp(p->o->view, view->name) != 0 && !is_json_of_stuck(p, view))
		return bad_view(p, "one view too many, ", word);
	p->view_given = true;
	if (strcmp(view->name, "stuck") == 0)
		p->o->stuck = true;
	if (!p->o->stuck || strcmp(p->o->view, "json") != 0)
		p->o->view = view->name;
	return 0;
}

/* The index of arg in words, which end with NULL, or -1. */
static int index_of(const char *const *words, const char *arg)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], arg) == 0)
			return i;
	return -1;
}

static error_t set_color(struct parse *p, const char *arg)
{
	static const char *const words[] = { [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always",
					     [COLOR_NEVER] = "never", NULL };
	int v = index_of(words, arg);

	if (v < 0)
		return usage_bad(&p->usage, "bad color ", ": want auto, always or never");
	p->o->color = (enum color_mode)v;
	p->color_given = true;
	return 0;
}

static error_t set_calls(struct parse *p, const char *arg)
{
	static const char *const words[] = { [LIVE_CALLS_AUTO] = "auto",
					     [LIVE_CALLS_FENTRY] = "fentry",
					     [LIVE_CALLS_KPROBE] = "kprobe",
					     [LIVE_CALLS_TRACEPOINT] = "tracepoint",
					     [LIVE_CALLS_INLINE] = "inline", NULL };
	int v = index_of(words, arg);

	if (v < 0)
		return usage_bad(&p->usage, "bad calls mode ", ": want auto, fentry, kprobe, "
				 "tracepoint or inline");
	p->o->calls = (enum live_calls)v;
	return 0;
}

static error_t set_seconds(struct parse *p, const char *arg, uint64_t min_ns,
			   unsigned long long *ns)
{
	uint64_t v;

	if (!parse_decimal(arg, NS_PER_S, TIME_MAX_NS, &v) || v < min_ns)
		return usage_bad(&p->usage, "bad time ", min_ns ?
				 ": want seconds above 0, as 10 or 0.5" :
				 ": want seconds, as 10 or 0.5");
	*ns = v;
	return 0;
}

static error_t set_older_than(struct parse *p, const char *arg)
{
	uint64_t v;

	if (!parse_duration(arg, TIME_MAX_NS, &v) || v == 0)
		return usage_bad(&p->usage, "bad time ",
				 ": want a time above 0, as 30, 90s, 5m, 1.5h or 1d");
	p->o->older_than_ns = v;
	return 0;
}

static error_t set_count(struct parse *p, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 1, COUNT_MAX, &v))
		return usage_bad(&p->usage, "bad count ", ": want a number from 1 on");
	p->o->count = v;
	return 0;
}

static error_t set_ready_fd(struct parse *p, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 0, INT_MAX, &v) || fcntl((int)v, F_GETFD) < 0)
		return usage_bad(&p->usage, "bad descriptor ", ": want the number of an open one");
	p->o->ready_fd = (int)v;
	return 0;
}

static error_t set_buffer(struct parse *p, const char *arg)
{
	uint64_t v;

	if (!parse_size(arg, BUFFER_MIN, BUFFER_MAX, &v))
		return usage_bad(&p->usage, "bad buffer size ",
				 ": want a power of two from 64K to 1G");
	p->o->buffer_bytes = v;
	return 0;
}

static error_t set_max_open(struct parse *p, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 1, MAX_OPEN_MAX, &v))
		return usage_bad(&p->usage, "bad number of endpoints ", ": want 1-16777216");
	p->o->max_open = v;
	return 0;
}

static error_t show_help(struct parse *p);

static error_t show_version(struct parse *p)
{
	fprintf(p->out, "tcpclose %s\n", TCPCLOSE_VERSION);
	p->usage.status = EXIT_FINE;
	return ECANCELED;
}

static error_t take_output(struct parse *p, int key, const char *arg)
{
	struct options *o = p->o;

	switch (key) {
	case 'j':
		return set_view(p, "json");
	case 'o':
		if (!*arg)
			return usage_bad(&p->usage, "bad file ",
					 ": want a path, or - for standard output");
		o->output = strcmp(arg, "-") == 0 ? NULL : arg;
		return 0;
	case 'T':
		o->times = true;
		return 0;
	case 'w':
		o->wide = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'v':
		if (o->verbose < INT_MAX)
			o->verbose++;
		return 0;
	case KEY_STACK:
		o->stack = true;
		return 0;
	case KEY_ALL:
		o->all = true;
		return 0;
	case KEY_COLOR:
		return set_color(p, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t take_running(struct parse *p, int key, const char *arg)
{
	switch (key) {
	case 'd':
		return set_seconds(p, arg, 1, &p->o->duration_ns);
	case 'n':
		return set_count(p, arg);
	case 'h':
		return show_help(p);
	case KEY_VERSION:
		return show_version(p);
	case KEY_STRICT:
		p->o->strict = true;
		return 0;
	case KEY_DRAIN:
		return set_seconds(p, arg, 0, &p->o->drain_ns);
	case KEY_READY_FD:
		return set_ready_fd(p, arg);
	case KEY_CALLS:
		return set_calls(p, arg);
	case KEY_NO_FENTRY:
		p->o->no_fentry = true;
		return 0;
	case KEY_BUFFER:
		return set_buffer(p, arg);
	case KEY_MAX_OPEN:
		return set_max_open(p, arg);
	case KEY_WATCH:
		return set_seconds(p, arg, 1, &p->o->watch_ns);
	case KEY_OLDER_THAN:
		return set_older_than(p, arg);
	case KEY_FAIL:
		p->o->fail = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* A word that is no option: what follows -- is the command, all of it; before it, the view. */
static error_t take_word(struct parse *p, const char *word, struct argp_state *state)
{
	if (!state->quoted || state->next <= state->quoted)
		return set_view(p, word);
	p->o->command = state->argv + state->quoted;
	state->next = state->argc;
	return 0;
}

/* A usage error if one of these options was given. */
static error_t refuse(struct parse *p, const int *keys, unsigned n, const char *why)
{
	for (unsigned i = 0; i < n; i++) {
		const struct argp_option *o = options;
		char name[32] = "--";

		if (!p->given[keys[i]])
			continue;
		while (o->key != keys[i])
			o++;
		strncat(name, o->name, sizeof(name) - 3);
		return usage_complain(&p->usage, EXIT_USAGE, "option ", name, why);
	}
	return 0;
}

/* Options that say nothing to the view are mistakes, and are told so rather than passed over. */
static error_t check_given(struct parse *p)
{
	static const int traced[] = { KEY_SLOW, KEY_CALL, KEY_ENDING, KEY_CLASS, KEY_INITIATOR,
				      KEY_ALL, KEY_DRAIN, KEY_CALLS, KEY_BUFFER, KEY_STACK };
	static const int repeated[] = { 'd', 'n' };
	static const int stuck[] = { KEY_WATCH, KEY_OLDER_THAN, KEY_FAIL };

	if (!p->o->stuck)
		return refuse(p, stuck, 3, " is for the view stuck alone");
	if (!p->given[KEY_WATCH] && refuse(p, repeated, 2, " means something to stuck with --watch alone"))
		return EINVAL;
	return refuse(p, traced, sizeof(traced) / sizeof(*traced),
		      " means nothing to the view stuck, which traces no ends");
}

static error_t take_end(struct parse *p, const struct argp_state *state)
{
	if (state->quoted && !p->o->command)
		return usage_complain(&p->usage, EXIT_USAGE, "no command after ", "--",
				      ": want -- COMMAND [ARG...]");
	if (check_given(p))
		return EINVAL;
	return record_done(p->o, &p->usage, p->given['o']);
}

static error_t take(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	error_t rc;

	p->usage.value = arg;
	if (key == ARGP_KEY_END)
		return take_end(p, state);
	if (key > ARGP_KEY_END)
		return ARGP_ERR_UNKNOWN;
	if (key == ARGP_KEY_ARG)
		rc = take_word(p, arg, state);
	else
		rc = filter_option(&p->filters, &p->usage, key, arg);
	if (rc == ARGP_ERR_UNKNOWN)
		rc = record_option(&p->o->record, &p->usage, key, arg);
	if (rc == ARGP_ERR_UNKNOWN)
		rc = take_output(p, key, arg);
	if (rc == ARGP_ERR_UNKNOWN)
		rc = take_running(p, key, arg);
	if (!rc && key > 0 && key < KEY_END)
		p->given[key] = true;
	p->next = state->next;
	return rc;
}

static const struct argp argp = { .options = options, .parser = take, .doc = doc };

static error_t show_help(struct parse *p)
{
	char name[] = "tcpclose";

	fputs("Usage: tcpclose [VIEW] [OPTION...] [-- COMMAND [ARG...]]\n", p->out);
	argp_help(&argp, p->out, ARGP_HELP_PRE_DOC, name);
	fputs("\n Views:\n", p->out);
	for (unsigned i = 0; sink_at(i); i++)
		fprintf(p->out, "  %-10s %s\n", sink_at(i)->name, sink_at(i)->help);
	fputc('\n', p->out);
	argp_help(&argp, p->out, ARGP_HELP_LONG | ARGP_HELP_POST_DOC, name);
	p->usage.status = EXIT_FINE;
	return ECANCELED;
}

static void explain_fault(struct parse *p, int argc, char **argv)
{
	int at = p->next > 0 ? p->next : 1;

	options_fault(&p->usage, options, at < argc ? argv[at] : "");
}

static void options_done(struct parse *p)
{
	const char *no_color = getenv("NO_COLOR");
	struct options *o = p->o;

	filter_done(&p->filters);
	if (!p->color_given && no_color && *no_color)
		o->color = COLOR_NEVER;
	if (o->select.endings & 1u << ENDING_NEVER_OPEN || o->select.classes & 1u << CLASS_FAILED)
		o->all = true;
	o->filter.never_open = o->all;
}

int options_parse(struct options *o, int argc, char **argv, FILE *out, FILE *err)
{
	struct parse p = {
		.o = o, .out = out, .usage = { .err = err, .status = -1 },
		.filters = { .filter = &o->filter, .select = &o->select },
	};

	*o = (struct options){ .view = sink_at(0)->name, .buffer_bytes = OPTIONS_BUFFER_BYTES,
			       .max_open = OPTIONS_MAX_OPEN, .drain_ns = OPTIONS_DRAIN_NS,
			       .ready_fd = -1 };
	if (argc > 0 && argp_parse(&argp, argc, argv, ARGP_SILENT | ARGP_IN_ORDER, NULL, &p) &&
	    p.usage.status < 0)
		explain_fault(&p, argc, argv);
	if (p.usage.status < 0)
		options_done(&p);
	return p.usage.status;
}
