/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "docgen.h"
#include "option_table.h"
#include "option_values.h"
#include "options_filter.h"
#include "parse.h"
#include "time_units.h"
#include "usage_error.h"

#ifndef TCPCLOSE_VERSION
#define TCPCLOSE_VERSION "0.1.0"
#endif

#define INTERVAL_MIN_NS (NS_PER_S / 10)
#define INTERVAL_MAX_NS (1000000 * (uint64_t)NS_PER_S)
#define KEEP_DEFAULT 4
#define HELP_COLUMNS 80
#define VIEWS_LISTED 3		/* the most views of an option that an error lists */

static const char *view_word(unsigned i)
{
	const struct view *v = view_at(i);

	return v ? v->name : NULL;
}

static bool has_format(const struct view *v, enum format format)
{
	return v->formats >> format & 1;
}

/* The word json alone names a view. With another view it selects its JSON, as -j does. */
static int set_view(struct option_parser *p, const char *word)
{
	const struct view *named = view_find(word), *other = p->view;

	p->error.value = word;
	if (!named)
		return usage_error_words(&p->error, "unknown view ", view_word);
	if (named->id == VIEW_JSON)
		p->json_word = true;
	else if (!other)
		p->view = named;
	if (other && named != other && named->id != VIEW_JSON)
		return usage_error_words(&p->error, "one view too many, ", view_word);
	if (p->json_word && p->view && !has_format(p->view, FORMAT_JSON))
		return usage_error_words(&p->error, "one view too many, ", view_word);
	return 0;
}

/* Parse the SECONDS of "who 5". */
static int set_interval(struct option_parser *p, const char *word)
{
	struct view_options *v = &p->o->view_options;
	uint64_t ns;

	p->error.value = word;
	if (v->interval_ns)
		return usage_error_value(&p->error, "one interval too many, ", "");
	if (!parse_decimal(word, NS_PER_S, INTERVAL_MAX_NS, &ns) || ns < INTERVAL_MIN_NS)
		return usage_error_value(&p->error, "bad interval ",
					 ": want seconds from 0.1 on, as 5 or 0.5");
	v->interval_ns = ns;
	return 0;
}

/* Parse a word that is not an option: the command after --, otherwise a view or its interval. */
static int set_word(struct option_parser *p, const char *word, struct argp_state *state)
{
	if (state->quoted && state->next > state->quoted) {
		p->o->run.command = state->argv + state->quoted;
		state->next = state->argc;
		return 0;
	}
	if (p->view && p->view->has_intervals && *word >= '0' && *word <= '9')
		return set_interval(p, word);
	return set_view(p, word);
}

/* Parse one item of a list. An error quotes the item, or the whole list if the item is empty. */
static int set_item(struct option_parser *p, const struct option_row *o, const char *start,
		    size_t len)
{
	char *item = strndup(start, len);
	int rc;

	if (!item)
		return usage_error_value(&p->error, "no memory for ", "");
	if (*item)
		p->error.value = item;
	rc = o->set(p, item);
	free(item);
	return rc;
}

static int set_list(struct option_parser *p, const struct option_row *o, const char *list)
{
	const char *start = list;

	for (;;) {
		size_t len = strcspn(start, ",");
		int rc;

		p->error.value = list;
		rc = set_item(p, o, start, len);
		p->error.value = list;
		if (rc || !start[len])
			return rc;
		start += len + 1;
	}
}

static int set_option(struct option_parser *p, int key, const char *arg)
{
	unsigned i = option_index(key);
	const struct option_row *o = option_at(i);

	if (o->argp.key != key)
		return ARGP_ERR_UNKNOWN;
	p->given[i] = true;
	p->error.value = arg;
	if (!o->set)
		return 0;
	return o->is_list ? set_list(p, o, arg) : o->set(p, arg);
}

/* "tcpclose: --csv does not apply to hist, only to who" */
static int reject_option(struct option_parser *p, const char *dashes, const char *name,
			 uint32_t views)
{
	unsigned n = 0, total = (unsigned)__builtin_popcount(views);
	struct buf only = { 0 };
	int rc;

	for (unsigned i = 0; total <= VIEWS_LISTED && view_at(i); i++) {
		if (!(views >> i & 1))
			continue;
		buf_str(&only, !n ? ", only to " : n + 1 == total ? " and " : ", ");
		buf_str(&only, view_at(i)->name);
		n++;
	}
	buf_char(&only, '\0');
	rc = usage_error_plain(&p->error, "%s%s does not apply to %s%s", dashes, name,
			       p->o->view->name, only.failed ? "" : only.data);
	buf_release(&only);
	return rc;
}

/* Report an option that the view does not use: it is a mistake, so it is not ignored. */
static int check_given_options(struct option_parser *p)
{
	const struct options *o = p->o;
	const struct option_row *option;

	for (unsigned i = 0; (option = option_at(i)); i++) {
		if (!p->given[i])
			continue;
		if (!option_applies(option->views, o->view->id, o->record.wanted))
			return reject_option(p, "--", option->argp.name, option->views);
		if (option->live_only && o->record.replay)
			return usage_error_plain(&p->error,
						 "--%s does not apply to %s with --replay",
						 option->argp.name, o->view->name);
	}
	if (!o->run.command)
		return 0;
	if (!option_applies(option_command_views(), o->view->id, false))
		return reject_option(p, "-- ", "COMMAND", option_command_views());
	if (o->record.replay)
		return usage_error_plain(&p->error, "-- COMMAND does not apply to %s with --replay",
					 o->view->name);
	return 0;
}

/* Check that a recording is made, in a file, if an option says how. */
static int check_recording_options(struct option_parser *p)
{
	const struct options_record *r = &p->o->record;
	const char *name = NULL;

	if (r->wanted && (r->path || !(option_is_given(p, KEY_ROTATE) ||
				       option_is_given(p, KEY_KEEP))))
		return 0;
	if (option_is_given(p, KEY_ROTATE))
		name = "rotate";
	else if (option_is_given(p, KEY_KEEP))
		name = "keep";
	else if (option_is_given(p, KEY_CMDLINE))
		name = "cmdline";
	return !name ? 0 : usage_error_plain(&p->error,
					     "--%s requires record -o FILE or --record FILE", name);
}

/* Check the options that require or exclude another one. */
static int check_pairs(struct option_parser *p)
{
	const struct options *o = p->o;

	if (o->view->source == SOURCE_SCAN && !o->stuck.watch_ns &&
	    (o->run.duration_ns || o->run.count))
		return usage_error_plain(&p->error, "--%s requires --watch in %s",
					 o->run.duration_ns ? "duration" : "count", o->view->name);
	if (o->record.replay && o->stuck.states >> STATE_ESTABLISHED & 1)
		return usage_error_plain(&p->error, "--state established does not apply to %s with "
					 "--replay: a recording has no open sockets",
					 o->view->name);
	if (o->view_options.format == FORMAT_JSON && option_is_given(p, KEY_CSV))
		return usage_error_plain(&p->error, "-j and --csv are mutually exclusive");
	if (o->view->id != VIEW_RECORD && o->record.wanted && !o->record.path && !o->output.path)
		return usage_error_plain(&p->error, "--record - and the output of %s cannot both "
					 "be standard output: want -o FILE or --record FILE",
					 o->view->name);
	return check_recording_options(p);
}

/* The view record prints nothing: -o names the recording. */
static int set_recording(struct option_parser *p)
{
	struct options_record *r = &p->o->record;

	if (p->o->view->id != VIEW_RECORD)
		return 0;
	if (r->wanted)
		return usage_error_plain(&p->error,
					 "record and --record are mutually exclusive");
	if (!option_is_given(p, 'o'))
		return usage_error_plain(&p->error,
					 "record requires -o FILE, or -o - for standard output");
	r->wanted = true;
	r->path = p->o->output.path;
	p->o->output.path = NULL;
	return 0;
}

/* -j alone is the view json. */
static void choose_view(struct option_parser *p)
{
	bool json = p->json_word || option_is_given(p, 'j');
	struct options *o = p->o;

	o->view = p->view ? p->view : view_at(json ? VIEW_JSON : VIEW_TRACE);
	if (json)
		o->view_options.format = FORMAT_JSON;
	else if (option_is_given(p, KEY_CSV))
		o->view_options.format = FORMAT_CSV;
}

static int check_options(struct option_parser *p, const struct argp_state *state)
{
	const char *no_color = getenv("NO_COLOR");
	int rc;

	if (state->quoted && !p->o->run.command)
		return usage_error_report(&p->error, EXIT_USAGE, "no command after ", "--",
					  ": want -- COMMAND [ARG...]");
	choose_view(p);
	rc = set_recording(p);
	if (!rc)
		rc = check_given_options(p);
	if (!rc)
		rc = check_pairs(p);
	if (rc)
		return rc;
	if (option_is_given(p, KEY_ROTATE) && !option_is_given(p, KEY_KEEP))
		p->o->record.keep = KEEP_DEFAULT;
	if (!option_is_given(p, KEY_COLOR) && no_color && *no_color)
		p->o->output.color = COLOR_NEVER;
	options_filter_finish(p);
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct option_parser *p = state->input;
	error_t rc;

	if (key == ARGP_KEY_END)
		return check_options(p, state);
	if (key > ARGP_KEY_END)
		return ARGP_ERR_UNKNOWN;
	rc = key == ARGP_KEY_ARG ? set_word(p, arg, state) : set_option(p, key, arg);
	p->next = state->next;
	return rc;
}

/* Print the names of the options that apply to the view, in lines of at most HELP_COLUMNS. */
static void print_view_options(FILE *out, const struct view *v)
{
	const struct option_row *o;
	size_t column = HELP_COLUMNS;

	fputs("\nOptions (tcpclose --help explains them):", out);
	for (unsigned i = 0; (o = option_at(i)); i++) {
		size_t len;

		if (!option_is_shown(o) || !option_applies(o->views, v->id, false))
			continue;
		len = strlen(" --") + strlen(o->argp.name);
		if (column + len >= HELP_COLUMNS) {
			fputs("\n ", out);
			column = 1;
		}
		fprintf(out, " --%s", o->argp.name);
		column += len;
	}
	fputc('\n', out);
}

/* Print the help of a view. It ends with the examples, so the options come before them. */
static void print_view_help(FILE *out, const struct view *v)
{
	const char *examples = strstr(v->manual, "\nExamples:\n");
	size_t len = examples ? (size_t)(examples - v->manual) : strlen(v->manual);

	fprintf(out, "Usage: tcpclose %s %s[OPTION...]%s\n\n%.*s", v->name,
		v->has_intervals ? "[SECONDS] " : "",
		option_applies(option_command_views(), v->id, false) ?
		" [-- COMMAND [ARG...]]" : "", (int)len, v->manual);
	print_view_options(out, v);
	if (examples)
		fputs(examples, out);
}

int option_print_help(struct option_parser *p, const char *arg)
{
	const struct view *v = p->view ? p->view : p->json_word ? view_at(VIEW_JSON) : NULL;
	char name[] = "tcpclose";

	(void)arg;
	p->error.status = EXIT_FINE;
	if (v) {
		print_view_help(p->out, v);
		return ECANCELED;
	}
	fputs("Usage: tcpclose [VIEW] [OPTION...] [-- COMMAND [ARG...]]\n", p->out);
	argp_help(&p->argp, p->out, ARGP_HELP_PRE_DOC, name);
	fputs("\n Views:\n", p->out);
	for (unsigned i = 0; view_at(i); i++)
		fprintf(p->out, "  %-10s %s\n", view_at(i)->name, view_at(i)->help);
	fputs("\n VIEW --help explains the view and lists its options.\n\n", p->out);
	argp_help(&p->argp, p->out, ARGP_HELP_LONG | ARGP_HELP_POST_DOC, name);
	return ECANCELED;
}

int option_print_version(struct option_parser *p, const char *arg)
{
	(void)arg;
	fprintf(p->out, "tcpclose %s\n", TCPCLOSE_VERSION);
	p->error.status = EXIT_FINE;
	return ECANCELED;
}

const char *option_document_word(unsigned i)
{
	static const char *const words[] = { "bash", "views", "options" };

	return i < sizeof(words) / sizeof(*words) ? words[i] : NULL;
}

/* Used by the build, to make the manual and the completion script. */
int option_print_document(struct option_parser *p, const char *form)
{
	if (strcmp(form, "bash") == 0)
		docgen_bash_completion(p->out);
	else if (strcmp(form, "views") == 0)
		docgen_views(p->out);
	else if (strcmp(form, "options") == 0)
		docgen_options(p->out);
	else
		return usage_error_words(&p->error, "bad form ", option_document_word);
	p->error.status = EXIT_FINE;
	return ECANCELED;
}

int options_parse(struct options *o, int argc, char **argv, FILE *out, FILE *err)
{
	struct option_parser p = { .o = o, .out = out, .error = { .err = err, .status = -1 } };

	*o = (struct options){ .view = view_at(VIEW_TRACE),
			       .capture = { .buffer_bytes = OPTIONS_BUFFER_BYTES,
					    .max_open = OPTIONS_MAX_OPEN },
			       .run = { .drain_ns = OPTIONS_DRAIN_NS, .ready_fd = -1 } };
	option_table_argp(p.rows);
	p.argp = (struct argp){ .options = p.rows, .parser = parse_option,
				.doc = option_table_doc };
	if (argc > 0 && argp_parse(&p.argp, argc, argv, ARGP_SILENT | ARGP_IN_ORDER, NULL, &p) &&
	    p.error.status < 0)
		usage_error_explain(&p.error, p.next > 0 && p.next < argc ? argv[p.next] :
				    p.next == 0 && argc > 1 ? argv[1] : "");
	return p.error.status;
}
