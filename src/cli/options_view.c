/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_view.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

#include "buf.h"
#include "options.h"
#include "parse.h"
#include "who.h"

#define NS_PER_S 1000000000u
#define INTERVAL_MIN_NS (NS_PER_S / 10)
#define INTERVAL_MAX_NS (1000000 * (uint64_t)NS_PER_S)

/* "unknown column 'foo': want closes, close, ..." */
static int reject_view_word(struct usage_error *u, const char *before, const char *(*word)(unsigned))
{
	struct buf b = { 0 };
	int rc;

	for (unsigned i = 0; word(i); i++) {
		buf_str(&b, i ? ", " : ": want ");
		buf_str(&b, word(i));
	}
	buf_char(&b, '\0');
	rc = usage_error_value(u, before, b.failed ? "" : b.data);
	buf_release(&b);
	return rc;
}

static const char *group_by_word_at(unsigned i)
{
	return i + 1 < GROUP_BY_COUNT ? group_by_name((enum group_by)(i + 1)) : NULL;
}

static const char *column_word(unsigned i)
{
	const struct who_column *c = who_column_at(i);

	return c ? c->name : NULL;
}

static const char *phase_word(unsigned i)
{
	return i < PHASE_COUNT ? phase_name(i) : NULL;
}

/* The index of the word that these bytes are, or -1. */
static int find_word_index(const char *bytes, size_t len, const char *(*word)(unsigned))
{
	for (unsigned i = 0; word(i); i++)
		if (strlen(word(i)) == len && !memcmp(word(i), bytes, len))
			return (int)i;
	return -1;
}

static int set_by(struct view_options *o, struct usage_error *u, const char *arg)
{
	int i = find_word_index(arg, strlen(arg), group_by_word_at);

	if (i < 0)
		return reject_view_word(u, "unknown group ", group_by_word_at);
	o->by = (enum group_by)(i + 1);
	return 0;
}

/* A time's name may be given as the CSV has it. */
static int set_sort(struct view_options *o, struct usage_error *u, const char *arg)
{
	size_t len = strlen(arg);
	int i = find_word_index(arg, len, column_word);

	if (i < 0 && len > 3 && !strcmp(arg + len - 3, "_ns"))
		i = find_word_index(arg, len - 3, column_word);
	if (i < 0)
		return reject_view_word(u, "unknown column ", column_word);
	o->sort = (unsigned)i;
	return 0;
}

static int set_phases(struct view_options *o, struct usage_error *u, const char *arg)
{
	for (;;) {
		size_t len = strcspn(arg, ",");
		int i = find_word_index(arg, len, phase_word);

		if (i < 0)
			return reject_view_word(u, "unknown phase ", phase_word);
		o->phases |= 1u << i;
		if (!arg[len])
			return 0;
		arg += len + 1;
	}
}

int options_view_set(struct view_options *o, struct usage_error *u, int key, const char *arg)
{
	switch (key) {
	case KEY_BY:
		return set_by(o, u, arg);
	case KEY_SORT:
		return set_sort(o, u, arg);
	case KEY_CSV:
		o->csv = true;
		return 0;
	case KEY_PHASE:
		return set_phases(o, u, arg);
	case KEY_ASCII:
		o->ascii = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int options_view_reject(struct usage_error *u, const char *before, const char *word)
{
	struct buf b = { 0 };
	int rc;

	buf_str(&b, ": want ");
	for (unsigned i = 0; view_at(i); i++) {
		if (i)
			buf_str(&b, view_at(i + 1) ? ", " : " or ");
		buf_str(&b, view_at(i)->name);
	}
	buf_str(&b, " (see tcpclose --help)");
	buf_char(&b, '\0');
	rc = usage_error_report(u, EXIT_USAGE, before, word, b.failed ? "" : b.data);
	buf_release(&b);
	return rc;
}

static bool is_view(const struct options *o, const char *view)
{
	return !strcmp(o->view, view);
}

/* Those that do have intervals, and JSON of their own. */
static bool is_aggregating_view(const char *view)
{
	return !strcmp(view, "who") || !strcmp(view, "hist");
}

int options_view_set_interval(struct options *o, struct usage_error *u, const char *word)
{
	uint64_t ns;

	if (!is_aggregating_view(o->view) || !(*word >= '0' && *word <= '9'))
		return ARGP_ERR_UNKNOWN;
	if (o->view_options.interval_ns)
		return usage_error_report(u, EXIT_USAGE, "one interval too many, ", word, "");
	if (!parse_decimal(word, NS_PER_S, INTERVAL_MAX_NS, &ns) || ns < INTERVAL_MIN_NS)
		return usage_error_value(u, "bad interval ", ": want seconds from 0.1 on, as 5 or 0.5");
	o->view_options.interval_ns = ns;
	return 0;
}

bool options_view_join_json(struct options *o, const char *view)
{
	if (!strcmp(o->view, "json") && is_aggregating_view(view))
		o->view = view;
	else if (!is_aggregating_view(o->view) || strcmp(view, "json") != 0)
		return false;
	o->view_options.json = true;
	return true;
}

bool options_view_print_help(const char *view, FILE *out)
{
	const struct view *v = view_find(view);

	if (!v->manual)
		return false;
	fprintf(out, "Usage: tcpclose %s %s[OPTION...] [-- COMMAND [ARG...]]\n"
		"       (filters and what all views heed: tcpclose --help)\n\n%s", view,
		is_aggregating_view(view) ? "[SECONDS] " : "", v->manual);
	return true;
}

int options_view_check(const struct options *o, struct usage_error *u)
{
	const struct view_options *v = &o->view_options;

	if (v->by && !is_aggregating_view(o->view))
		return usage_error_report(u, EXIT_USAGE, "option ", "--by",
				      " is for the views who and hist alone");
	if (v->sort && !is_view(o, "who"))
		return usage_error_report(u, EXIT_USAGE, "option ", "--sort",
				      " is for the view who alone");
	if (v->csv && !is_view(o, "who"))
		return usage_error_report(u, EXIT_USAGE, "option ", "--csv",
				      " is for the view who alone");
	if (v->phases && !is_view(o, "hist"))
		return usage_error_report(u, EXIT_USAGE, "option ", "--phase",
				      " is for the view hist alone");
	if (v->ascii && !is_view(o, "hist") && !is_view(o, "timeline"))
		return usage_error_report(u, EXIT_USAGE, "option ", "--ascii",
				      " is for the views timeline and hist alone");
	if (v->csv && v->json)
		return usage_error_report(u, EXIT_USAGE, "one of -j and ", "--csv", " is enough");
	return 0;
}
