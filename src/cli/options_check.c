/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_check.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "json_keys.h"
#include "options_filter.h"
#include "options_fleet.h"
#include "options_nats.h"
#include "options_stream.h"
#include "options_sums.h"
#include "usage_error.h"

#define KEEP_DEFAULT 4
#define VIEWS_LISTED 3		/* the most views of an option that an error lists */

/* "tcpclose: --csv does not apply to hist, only to who", or ": see tcpclose hist --help" */
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
	if (!n) {
		buf_str(&only, ": see tcpclose ");
		buf_str(&only, p->o->view->name);
		buf_str(&only, " --help");
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
		if (option->live_only && o->record.replay &&
		    !(option->stream_too && options_stream_is_address(o->record.replay)))
			return usage_error_plain(&p->error,
						 "--%s does not apply to %s with --replay",
						 option->argp.name, o->view->name);
		if (option->replay_only && !o->record.replay)
			return usage_error_plain(&p->error, "--%s does not apply to %s without "
						 "--replay", option->argp.name, o->view->name);
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

/* An option of TCPCLOSE_OPTS that requires or excludes another one is left out, not an error. */
static bool is_only_in_env(const struct option_parser *p, int key)
{
	return p->given_in_env[option_index(key)];
}

/* Leave out the options of TCPCLOSE_OPTS that lack the option that they require. */
static void drop_env_options(struct option_parser *p)
{
	struct options *o = p->o;

	if (o->view->source == SOURCE_SCAN && !o->stuck.watch_ns) {
		if (is_only_in_env(p, 'd'))
			o->run.duration_ns = 0;
		if (is_only_in_env(p, 'n'))
			o->run.count = 0;
	}
	if (is_only_in_env(p, KEY_REDACT_KEY) && !o->record.redact)
		o->record.redact_key = NULL;
	if (is_only_in_env(p, KEY_TREE) && !o->run.command)
		o->run.tree = false;
	if (!(o->record.wanted && o->record.path && !o->record.to_stream)) {
		if (is_only_in_env(p, KEY_ROTATE))
			o->record.rotate_bytes = o->record.rotate_ns = 0;
		if (is_only_in_env(p, KEY_KEEP))
			o->record.keep = o->record.keep_ns = 0;
	}
	if (!o->record.wanted && is_only_in_env(p, KEY_CMDLINE))
		o->record.cmdline = false;
	options_sums_drop_env(p);
}

/* Is the option given on the command line, where it is an error if it cannot apply? */
static bool is_required(const struct option_parser *p, int key)
{
	return option_is_given(p, key) && !is_only_in_env(p, key);
}

/* Select the keys of --fields. Each must be one of the view, whose output must be JSON. */
static int select_fields(struct option_parser *p)
{
	const struct options *o = p->o;
	uint32_t views;

	if (p->nr_fields && o->view_options.format != FORMAT_JSON)
		return p->fields_in_env ? 0 : usage_error_plain(&p->error, "--fields requires -j");
	for (unsigned i = 0; i < p->nr_fields; i++) {
		json_key_find(p->field[i], &views);
		if (views >> o->view->id & 1)
			continue;
		return p->fields_in_env ? 0 : reject_option(p, "--fields ", p->field[i], views);
	}
	for (unsigned i = 0; i < p->nr_fields; i++)
		if (!json_select_add(&p->o->output.fields, p->field[i]))
			return usage_error_plain(&p->error, "--fields has too many keys");
	return 0;
}

/* Check that a recording is made, in a file, if an option says how. */
static int check_recording_options(struct option_parser *p)
{
	const struct options_record *r = &p->o->record;
	const char *name = NULL;

	bool to_file = r->path && !r->to_stream;

	if (r->wanted && (to_file || !(is_required(p, KEY_ROTATE) || is_required(p, KEY_KEEP))))
		return 0;
	if (is_required(p, KEY_ROTATE))
		name = "rotate";
	else if (is_required(p, KEY_KEEP))
		name = "keep";
	else if (is_required(p, KEY_CMDLINE))
		name = "cmdline";
	return !name ? 0 : usage_error_plain(&p->error,
					     "--%s requires record -o FILE or --record FILE", name);
}

/* Is standard output where the view writes? */
static bool writes_to_stdout(const struct options *o)
{
	return o->view->id != VIEW_RECORD && !o->output.path && !o->otlp.sends;
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
	if (o->record.wanted && !o->record.path && writes_to_stdout(o))
		return usage_error_plain(&p->error, "--record - and the output of %s cannot both "
					 "be standard output: want -o FILE or --record FILE",
					 o->view->name);
	if (o->view->source == SOURCE_SCAN && o->record.nr_replays > 1)
		return usage_error_plain(&p->error, "%s shows one recording: want one --replay",
					 o->view->name);
	if (time_points_are_reversed(&o->record.since, &o->record.until))
		return usage_error_plain(&p->error, "--since is after --until");
	if (o->record.redact_key && !o->record.redact)
		return usage_error_plain(&p->error, "--redact-key requires --redact");
	if (o->run.tree && !o->run.command)
		return usage_error_plain(&p->error, "--tree requires -- COMMAND");
	return check_recording_options(p) ?: options_nats_check(p);
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

/* The view serve listens if no other way is given to read its metrics. */
static int set_serving(struct option_parser *p)
{
	struct options *o = p->o;
	struct options_serve *s = &o->serve;

	if (o->view->id != VIEW_SERVE)
		return 0;
	if (is_only_in_env(p, KEY_PAGE) && !s->listen && s->textfile)
		s->page = false;
	if (o->record.replay && !s->textfile && !options_stream_is_address(o->record.replay))
		return usage_error_plain(&p->error, "serve with --replay requires --textfile");
	if (!s->listen && !s->textfile) {
		s->listen = OPTIONS_LISTEN;
		listen_address_parse(s->listen, &s->address);
	}
	if (s->page && !s->listen)
		return usage_error_plain(&p->error, "--page requires --listen");
	o->view_options.no_page = !s->listen ||
				  !(s->page || listen_address_is_local(&s->address));
	return 0;
}

/* Does the environment name a collector? */
static bool has_env_endpoint(void)
{
	static const char *const names[] = { "OTEL_EXPORTER_OTLP_ENDPOINT",
					     "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
					     "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = secure_getenv(names[i]);

		if (value && *value)
			return true;
	}
	return false;
}

/* The view otlp sends, or it writes: what the command line says has precedence. */
static int set_exporting(struct option_parser *p)
{
	struct options *o = p->o;
	bool writes = option_is_given(p, 'o');

	if (o->view->id != VIEW_OTLP)
		return 0;
	o->view_options.only_slow = o->story_filter.slow_ns;
	o->view_options.at_once = o->output.flush;
	if (o->otlp.to && writes && is_only_in_env(p, KEY_TO))
		o->otlp.to = NULL;
	if (o->otlp.to && writes && !is_only_in_env(p, 'o'))
		return usage_error_plain(&p->error, "--to and -o are mutually exclusive");
	o->otlp.sends = o->otlp.to || (!writes && has_env_endpoint());
	if (!o->otlp.sends && !writes)
		return usage_error_plain(&p->error, "otlp requires --to URL or -o FILE, or "
					 "OTEL_EXPORTER_OTLP_ENDPOINT in the environment");
	if (o->otlp.sends)
		o->output.path = NULL;
	else if (!o->record.to_stream &&
		 (is_required(p, KEY_SPOOL) || is_required(p, KEY_SPOOL_MAX)))
		return usage_error_plain(&p->error, "--%s requires --to URL",
					 is_required(p, KEY_SPOOL) ? "spool" : "spool-max");
	return 0;
}

/* The view top refreshes from time to time, but shows a recording once unless asked for more. */
static void set_refreshing(struct options *o)
{
	if (o->view->id == VIEW_TOP && !o->record.replay && !o->view_options.interval_ns)
		o->view_options.interval_ns = OPTIONS_REFRESH_NS;
}

/* -j alone is the view json. */
static void choose_view(struct option_parser *p)
{
	struct options *o = p->o;

	options_sums_choose_format(p);
	o->view = p->view ? p->view :
		  view_at(o->view_options.format == FORMAT_JSON ? VIEW_JSON : VIEW_TRACE);
}

int options_check(struct option_parser *p, const struct argp_state *state)
{
	const char *no_color = getenv("NO_COLOR");
	int rc;

	if (state->quoted && !p->o->run.command)
		return usage_error_report(&p->error, EXIT_USAGE, "no command after ", "--",
					  ": want -- COMMAND [ARG...]");
	choose_view(p);
	if (p->probing)
		return 0;
	rc = set_recording(p);
	p->o->record.to_stream = p->o->record.wanted &&
				 options_stream_is_address(p->o->record.path);
	drop_env_options(p);
	if (!rc)
		rc = check_given_options(p) ?: options_sums_check(p) ?: set_serving(p) ?:
		     set_exporting(p) ?: options_stream_check(p);
	if (!rc)
		rc = options_fleet_check(p) ?: check_pairs(p);
	if (!rc)
		rc = select_fields(p);
	if (rc)
		return rc;
	if (option_is_given(p, KEY_ROTATE) && !option_is_given(p, KEY_KEEP))
		p->o->record.keep = KEEP_DEFAULT;
	if (!option_is_given(p, KEY_COLOR) && no_color && *no_color)
		p->o->output.color = COLOR_NEVER;
	set_refreshing(p->o);
	options_filter_finish(p);
	return 0;
}
