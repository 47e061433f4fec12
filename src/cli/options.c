/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "json_keys.h"
#include "option_table.h"
#include "option_values.h"
#include "options_check.h"
#include "options_nats.h"
#include "parse.h"
#include "time_units.h"
#include "usage_error.h"

#define ENV_NAME "TCPCLOSE_OPTS"

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

/* Parse the TIME of "who 5" or "who 1m". */
static int set_interval(struct option_parser *p, const char *word)
{
	p->error.value = word;
	if (p->o->view_options.interval_ns && !p->given_in_env[option_index(KEY_INTERVAL)])
		return usage_error_value(&p->error, "one interval too many, ", "");
	return option_set_interval(p, word);
}

/* TCPCLOSE_OPTS has no view and no command: they would silently change what is run. */
static int reject_env_word(struct option_parser *p, const char *word)
{
	p->error.value = word;
	return usage_error_value(&p->error, "not an option, ", ": want only options, as -q");
}

/* Parse a word that is not an option: the command after --, otherwise a view or its interval. */
static int set_word(struct option_parser *p, const char *word, struct argp_state *state)
{
	if (state->quoted && state->next > state->quoted) {
		p->o->run.command = state->argv + state->quoted;
		state->next = state->argc;
		return 0;
	}
	if (p->view && p->view->source == SOURCE_STREAM)
		return option_set_stream_word(p, word);
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
	p->excluded = o->can_exclude && *item == '!';
	if (item[p->excluded])
		p->error.value = item + p->excluded;
	p->item = (struct filter_text){ start + p->excluded, len - p->excluded };
	rc = o->set(p, item + p->excluded);
	free(item);
	return rc;
}

static int set_list(struct option_parser *p, const struct option_row *o, const char *list)
{
	const char *start = list;

	for (;;) {
		size_t len = o->first_item(start);
		int rc;

		p->error.value = list;
		rc = set_item(p, o, start, len);
		p->error.value = list;
		if (rc || !start[len])
			return rc;
		start += len + 1;
	}
}

/* Does the view, which the probe has found, have this option of TCPCLOSE_OPTS? */
static bool is_used_in_env(const struct option_parser *p, const struct option_row *o)
{
	const struct option_parser *probe = p->probe;

	return option_applies(o->views, probe->o->view->id, option_is_given(probe, KEY_RECORD)) &&
	       !(o->live_only && option_is_given(probe, KEY_REPLAY)) &&
	       !(o->replay_only && !option_is_given(probe, KEY_REPLAY));
}

static int set_option(struct option_parser *p, int key, const char *arg)
{
	unsigned i = option_index(key);
	const struct option_row *o = option_at(i);

	if (o->argp.key != key)
		return ARGP_ERR_UNKNOWN;
	if (p->in_env && !p->probing && !is_used_in_env(p, o))
		return 0;
	p->given_in_env[i] = p->in_env;
	p->given[i] = true;
	if (p->in_env && p->probing)
		return 0;
	p->error.value = arg;
	if (!o->set)
		return 0;
	return o->first_item ? set_list(p, o, arg) : o->set(p, arg);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct option_parser *p = state->input;
	error_t rc;

	if (key == ARGP_KEY_END)
		return p->in_env ? 0 : options_check(p, state);
	if (key > ARGP_KEY_END)
		return ARGP_ERR_UNKNOWN;
	if (key == ARGP_KEY_ARG)
		rc = p->in_env ? reject_env_word(p, arg) : set_word(p, arg, state);
	else
		rc = set_option(p, key, arg);
	p->next = state->next;
	return rc;
}

/* Parse words; argv[0] is not one of them. Returns -1, or the exit status. */
static int parse_args(struct option_parser *p, int argc, char **argv)
{
	p->next = 0;
	if (argc > 0 && argp_parse(&p->argp, argc, argv, ARGP_SILENT | ARGP_IN_ORDER, NULL, p) &&
	    p->error.status < 0)
		usage_error_explain(&p->error, p->next > 0 && p->next < argc ? argv[p->next] :
				    p->next == 0 && argc > 1 ? argv[1] : "");
	return p->error.status;
}

static int parse_env(struct option_parser *p)
{
	int status;

	p->in_env = true;
	p->error.origin = ENV_NAME ": ";
	status = parse_args(p, (int)p->o->env.n, p->o->env.word);
	p->error.origin = NULL;
	p->in_env = false;
	return status;
}

static void init_parser(struct option_parser *p, struct options *o, FILE *out, FILE *err)
{
	*p = (struct option_parser){ .o = o, .out = out, .now = time(NULL),
				     .error = { .err = err, .status = -1 } };
	*o = (struct options){ .view = view_at(VIEW_TRACE),
			       .capture = { .buffer_bytes = OPTIONS_BUFFER_BYTES,
					    .max_open = OPTIONS_MAX_OPEN },
			       .run = { .drain_ns = OPTIONS_DRAIN_NS, .ready_fd = -1 },
			       .env = o->env };
	option_table_argp(p->rows);
	p->argp = (struct argp){ .options = p->rows, .parser = parse_option,
				 .doc = option_table_doc };
}

/*
 * Parse TCPCLOSE_OPTS, then the command line. Which options of the variable count depends on the
 * view, which the command line names: a probe of both finds it first.
 */
static int parse_env_and_args(struct option_parser *p, int argc, char **argv)
{
	struct options scratch = { .env = p->o->env };
	struct option_parser probe;
	int status;

	init_parser(&probe, &scratch, p->out, p->error.err);
	probe.probing = true;
	status = parse_env(&probe);
	if (status < 0)
		status = parse_args(&probe, argc, argv);
	if (status >= 0)
		return status;
	p->probe = &probe;
	status = parse_env(p);
	p->probe = NULL;
	return status < 0 ? parse_args(p, argc, argv) : status;
}

/* Split TCPCLOSE_OPTS into the words of an argv, after a name. Returns -1, or the exit status. */
static int split_env(struct option_parser *p, const char *text)
{
	struct buf b = { 0 };
	int rc;

	buf_str(&b, "tcpclose ");
	buf_str(&b, text);
	buf_char(&b, '\0');
	rc = b.failed ? -ENOMEM : shell_words_split(&p->o->env, b.data);
	buf_release(&b);
	if (!rc)
		return -1;
	usage_error_report(&p->error, EXIT_USAGE, rc == -ENOMEM ? "no memory for " ENV_NAME " " :
			   "bad quote in " ENV_NAME " ", text, "");
	return p->error.status;
}

int options_parse(struct options *o, int argc, char **argv, FILE *out, FILE *err)
{
	const char *env = secure_getenv(ENV_NAME);	/* NULL if AT_SECURE is set */
	struct option_parser p;
	int status;

	o->env = (struct shell_words){ .n = 0 };
	init_parser(&p, o, out, err);
	if (!env || !*env)
		return parse_args(&p, argc, argv);
	status = split_env(&p, env);
	return status < 0 ? parse_env_and_args(&p, argc, argv) : status;
}

void options_release(struct options *o)
{
	shell_words_release(&o->env);
}
