/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "docgen.h"
#include "names.h"
#include "options.h"
#include "option_table.h"
#include "options_doctor.h"
#include "options_fault.h"
#include "options_filter.h"
#include "options_record.h"
#include "options_view.h"
#include "parse.h"
#include "usage_error.h"
#include "view.h"

#ifndef TCPCLOSE_VERSION
#define TCPCLOSE_VERSION "0.1.0"
#endif

#define COUNT_MAX (1ull << 53)
#define MAX_OPEN_MAX 16777216
#define BUFFER_MIN (64ull << 10)
#define BUFFER_MAX (1ull << 30)
#define TIME_MAX_NS 1000000000000000000ull	/* 10^9 s */
#define NS_PER_S 1000000000u

struct parse_state {
	struct options *o;
	FILE *out;
	struct usage_error error;
	struct options_filter filters;
	int next;		/* index in argv of the word that getopt looks at next */
	bool view_given;
	bool color_given;
	bool given[KEY_END];	/* the options that were, by key */
};

/* "stuck -j", "doctor -j", in either order: the same as JSON. */
static bool is_view_as_json(const struct parse_state *p, const struct view *view)
{
	if (strcmp(view->name, "json") == 0)
		return p->o->stuck || p->o->doctor;
	if (strcmp(p->o->view, "json") != 0)
		return false;
	return (strcmp(view->name, "stuck") == 0 && !p->o->doctor) ||
	       (strcmp(view->name, "doctor") == 0 && !p->o->stuck);
}

static error_t set_view(struct parse_state *p, const char *word)
{
	const struct view *view = view_find(word);

	if (!view)
		return options_view_reject(&p->error, "unknown view ", word);
	if (p->view_given && options_view_join_json(p->o, view->name))
		return 0;
	if (p->view_given && strcmp(p->o->view, view->name) != 0 && !is_view_as_json(p, view))
		return options_view_reject(&p->error, "one view too many, ", word);
	p->view_given = true;
	if (strcmp(view->name, "stuck") == 0)
		p->o->stuck = true;
	if (strcmp(view->name, "doctor") == 0)
		p->o->doctor = true;
	if (!(p->o->stuck || p->o->doctor) || strcmp(p->o->view, "json") != 0)
		p->o->view = view->name;
	return 0;
}

/* The index of arg in words, which end with NULL, or -1. */
static int find_word(const char *const *words, const char *arg)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], arg) == 0)
			return i;
	return -1;
}

static error_t set_color(struct parse_state *p, const char *arg)
{
	static const char *const words[] = { [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always",
					     [COLOR_NEVER] = "never", NULL };
	int v = find_word(words, arg);

	if (v < 0)
		return usage_error_value(&p->error, "bad color ", ": want auto, always or never");
	p->o->color = (enum color_mode)v;
	p->color_given = true;
	return 0;
}

static error_t set_calls(struct parse_state *p, const char *arg)
{
	static const char *const words[] = { [CALLS_AUTO] = "auto",
					     [CALLS_FENTRY] = "fentry",
					     [CALLS_KPROBE] = "kprobe",
					     [CALLS_TRACEPOINT] = "tracepoint",
					     [CALLS_INLINE] = "inline", NULL };
	int v = find_word(words, arg);

	if (v < 0)
		return usage_error_value(&p->error, "bad calls mode ", ": want auto, fentry, kprobe, "
				 "tracepoint or inline");
	p->o->calls = (enum calls_mode)v;
	return 0;
}

static error_t set_seconds(struct parse_state *p, const char *arg, uint64_t min_ns,
			   unsigned long long *ns)
{
	uint64_t v;

	if (!parse_decimal(arg, NS_PER_S, TIME_MAX_NS, &v) || v < min_ns)
		return usage_error_value(&p->error, "bad time ", min_ns ?
				 ": want seconds above 0, as 10 or 0.5" :
				 ": want seconds, as 10 or 0.5");
	*ns = v;
	return 0;
}

static error_t set_older_than(struct parse_state *p, const char *arg)
{
	uint64_t v;

	if (!parse_duration(arg, TIME_MAX_NS, &v) || v == 0)
		return usage_error_value(&p->error, "bad time ",
				 ": want a time above 0, as 30, 90s, 5m, 1.5h or 1d");
	p->o->older_than_ns = v;
	return 0;
}

static error_t set_count(struct parse_state *p, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 1, COUNT_MAX, &v))
		return usage_error_value(&p->error, "bad count ", ": want a number from 1 on");
	p->o->count = v;
	return 0;
}

static error_t set_ready_fd(struct parse_state *p, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 0, INT_MAX, &v) || fcntl((int)v, F_GETFD) < 0)
		return usage_error_value(&p->error, "bad descriptor ", ": want the number of an open one");
	p->o->ready_fd = (int)v;
	return 0;
}

static error_t set_buffer(struct parse_state *p, const char *arg)
{
	uint64_t v;

	if (!parse_bytes_pow2(arg, BUFFER_MIN, BUFFER_MAX, &v))
		return usage_error_value(&p->error, "bad buffer size ",
				 ": want a power of two from 64K to 1G");
	p->o->buffer_bytes = v;
	return 0;
}

static error_t set_max_open(struct parse_state *p, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 1, MAX_OPEN_MAX, &v))
		return usage_error_value(&p->error, "bad number of endpoints ", ": want 1-16777216");
	p->o->max_open = v;
	return 0;
}

static error_t print_help(struct parse_state *p);

static error_t print_version(struct parse_state *p)
{
	fprintf(p->out, "tcpclose %s\n", TCPCLOSE_VERSION);
	p->error.status = EXIT_FINE;
	return ECANCELED;
}

/* Of the build: for the manual and for bash. */
static error_t print_document(struct parse_state *p, const char *form)
{
	if (strcmp(form, "bash") == 0)
		docgen_bash_completion(p->out, option_table);
	else if (strcmp(form, "views") == 0)
		docgen_views(p->out);
	else if (strcmp(form, "options") == 0)
		docgen_options(p->out, option_table);
	else
		return usage_error_value(&p->error, "bad form ", ": want bash, views or options");
	p->error.status = EXIT_FINE;
	return ECANCELED;
}

static error_t set_output_option(struct parse_state *p, int key, const char *arg)
{
	struct options *o = p->o;

	switch (key) {
	case 'j':
		return set_view(p, "json");
	case 'o':
		if (!*arg)
			return usage_error_value(&p->error, "bad file ",
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
	case KEY_FLUSH:
		o->flush = true;
		return 0;
	case KEY_COLOR:
		return set_color(p, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t set_run_option(struct parse_state *p, int key, const char *arg)
{
	switch (key) {
	case 'd':
		return set_seconds(p, arg, 1, &p->o->duration_ns);
	case 'n':
		return set_count(p, arg);
	case 'h':
		return print_help(p);
	case KEY_VERSION:
		return print_version(p);
	case KEY_DOCUMENT:
		return print_document(p, arg);
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
static error_t set_view_or_command(struct parse_state *p, const char *word, struct argp_state *state)
{
	if (!state->quoted || state->next <= state->quoted) {
		error_t rc = options_view_set_interval(p->o, &p->error, word);

		return rc == ARGP_ERR_UNKNOWN ? set_view(p, word) : rc;
	}
	p->o->command = state->argv + state->quoted;
	state->next = state->argc;
	return 0;
}

/* A usage error if one of these options was given. */
static error_t reject_given_options(struct parse_state *p, const int *keys, unsigned n, const char *why)
{
	for (unsigned i = 0; i < n; i++) {
		const struct argp_option *o = option_table;
		char name[32] = "--";

		if (!p->given[keys[i]])
			continue;
		while (o->key != keys[i])
			o++;
		strncat(name, o->name, sizeof(name) - 3);
		return usage_error_report(&p->error, EXIT_USAGE, "option ", name, why);
	}
	return 0;
}

/* Options that say nothing to the view are mistakes, and are told so rather than passed over. */
static error_t check_given_options(struct parse_state *p)
{
	static const int traced[] = { KEY_SLOW, KEY_CALL, KEY_ENDING, KEY_CLASS, KEY_INITIATOR,
				      KEY_ALL, KEY_DRAIN, KEY_CALLS, KEY_BUFFER, KEY_FLUSH,
				      KEY_STACK };
	static const int repeated[] = { 'd', 'n' };
	static const int stuck[] = { KEY_WATCH, KEY_OLDER_THAN, KEY_FAIL };

	if (!p->o->stuck)
		return reject_given_options(p, stuck, 3, " is for the view stuck alone");
	if (!p->given[KEY_WATCH] && reject_given_options(p, repeated, 2, " means something to stuck with --watch alone"))
		return EINVAL;
	return reject_given_options(p, traced, sizeof(traced) / sizeof(*traced),
		      " means nothing to the view stuck, which traces no ends");
}

static error_t check_options(struct parse_state *p, const struct argp_state *state)
{
	if (state->quoted && !p->o->command)
		return usage_error_report(&p->error, EXIT_USAGE, "no command after ", "--",
				      ": want -- COMMAND [ARG...]");
	if (check_given_options(p) || options_view_check(p->o, &p->error) || options_doctor_check(p->o, &p->error))
		return EINVAL;
	return options_record_finish(p->o, &p->error, p->given['o']);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parse_state *p = state->input;
	error_t rc;

	p->error.value = arg;
	if (key == ARGP_KEY_END)
		return check_options(p, state);
	if (key > ARGP_KEY_END)
		return ARGP_ERR_UNKNOWN;
	if (key == ARGP_KEY_ARG)
		rc = set_view_or_command(p, arg, state);
	else
		rc = options_filter_set(&p->filters, &p->error, key, arg);
	if (rc == ARGP_ERR_UNKNOWN)
		rc = options_record_set(&p->o->record, &p->error, key, arg);
	if (rc == ARGP_ERR_UNKNOWN)
		rc = options_doctor_set(p->o, &p->error, key, arg);
	if (rc == ARGP_ERR_UNKNOWN)
		rc = options_view_set(&p->o->view_options, &p->error, key, arg);
	if (rc == ARGP_ERR_UNKNOWN)
		rc = set_output_option(p, key, arg);
	if (rc == ARGP_ERR_UNKNOWN)
		rc = set_run_option(p, key, arg);
	if (!rc && key > 0 && key < KEY_END)
		p->given[key] = true;
	p->next = state->next;
	return rc;
}

static const struct argp argp = { .options = option_table, .parser = parse_option, .doc = option_table_doc };

static error_t print_help(struct parse_state *p)
{
	char name[] = "tcpclose";

	p->error.status = EXIT_FINE;
	if (p->view_given && options_view_print_help(p->o->view, p->out))
		return ECANCELED;
	fputs("Usage: tcpclose [VIEW] [OPTION...] [-- COMMAND [ARG...]]\n", p->out);
	argp_help(&argp, p->out, ARGP_HELP_PRE_DOC, name);
	fputs("\n Views:\n", p->out);
	for (unsigned i = 0; view_at(i); i++)
		fprintf(p->out, "  %-10s %s\n", view_at(i)->name, view_at(i)->help);
	fputs("\n VIEW --help explains the view.\n\n", p->out);
	argp_help(&argp, p->out, ARGP_HELP_LONG | ARGP_HELP_POST_DOC, name);
	return ECANCELED;
}

static void explain_rejected_word(struct parse_state *p, int argc, char **argv)
{
	int at = p->next > 0 ? p->next : 1;

	usage_error_explain(&p->error, option_table, at < argc ? argv[at] : "");
}

static void finish_options(struct parse_state *p)
{
	const char *no_color = getenv("NO_COLOR");
	struct options *o = p->o;

	options_filter_finish(&p->filters);
	if (!p->color_given && no_color && *no_color)
		o->color = COLOR_NEVER;
	if (o->story_filter.endings & 1u << ENDING_NEVER_OPEN || o->story_filter.classes & 1u << CLASS_FAILED)
		o->all = true;
	o->filter.never_open = o->all;
}

int options_parse(struct options *o, int argc, char **argv, FILE *out, FILE *err)
{
	struct parse_state p = {
		.o = o, .out = out, .error = { .err = err, .status = -1 },
		.filters = { .filter = &o->filter, .story_filter = &o->story_filter },
	};

	*o = (struct options){ .view = view_at(0)->name, .buffer_bytes = OPTIONS_BUFFER_BYTES,
			       .max_open = OPTIONS_MAX_OPEN, .drain_ns = OPTIONS_DRAIN_NS,
			       .ready_fd = -1 };
	if (argc > 0 && argp_parse(&argp, argc, argv, ARGP_SILENT | ARGP_IN_ORDER, NULL, &p) &&
	    p.error.status < 0)
		explain_rejected_word(&p, argc, argv);
	if (p.error.status < 0)
		finish_options(&p);
	return p.error.status;
}
