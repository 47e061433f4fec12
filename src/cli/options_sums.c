/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_sums.h"

#include "option_table.h"

/* The options that choose a format. If TCPCLOSE_OPTS has several, the first one counts. */
static const struct {
	int key;
	enum format format;
	const char *name;
} formats[] = {
	{ 'j', FORMAT_JSON, "-j" },
	{ KEY_CSV, FORMAT_CSV, "--csv" },
	{ KEY_FOLDED, FORMAT_FOLDED, "--folded" },
};

#define FORMATS (sizeof(formats) / sizeof(*formats))

/* The view json is named by a word of the command line, which is the same as -j there. */
static bool is_on_command_line(const struct option_parser *p, unsigned i)
{
	return (formats[i].key == 'j' && p->json_word) ||
	       (option_is_given(p, formats[i].key) &&
		!p->given_in_env[option_index(formats[i].key)]);
}

void options_sums_choose_format(struct option_parser *p)
{
	enum format *format = &p->o->view_options.format;

	for (unsigned i = FORMATS; i--;)
		if (option_is_given(p, formats[i].key))
			*format = formats[i].format;
	for (unsigned i = FORMATS; i--;)
		if (is_on_command_line(p, i))
			*format = formats[i].format;
}

/* Can --folded not apply to the groups? Those of TCPCLOSE_OPTS give way to it. */
static bool has_groups_without_stacks(const struct option_parser *p)
{
	const struct group_list *g = &p->o->view_options.groups;

	return g->nr && !group_list_has(g, GROUP_BY_STACK) && !p->by_in_env;
}

void options_sums_drop_env(struct option_parser *p)
{
	struct view_options *o = &p->o->view_options;

	if (o->format == FORMAT_FOLDED && p->given_in_env[option_index(KEY_FOLDED)] &&
	    (o->interval_ns || has_groups_without_stacks(p)))
		o->format = FORMAT_TEXT;
}

static int check_formats(struct option_parser *p)
{
	const char *first = NULL;

	for (unsigned i = 0; i < FORMATS; i++) {
		if (!is_on_command_line(p, i))
			continue;
		if (first)
			return usage_error_plain(&p->error, "%s and %s are mutually exclusive",
						 first, formats[i].name);
		first = formats[i].name;
	}
	return 0;
}

/* Do the groups distinguish processes, as the first frame of a flame graph should? */
static bool has_process(const struct group_list *g)
{
	return group_list_has(g, GROUP_BY_COMM) || group_list_has(g, GROUP_BY_THREAD) ||
	       group_list_has(g, GROUP_BY_PID) || group_list_has(g, GROUP_BY_EXE);
}

/* Lines of folded stacks begin with the process, and there is one for each stack of the run. */
static int set_folded(struct option_parser *p)
{
	struct view_options *o = &p->o->view_options;
	struct group_list *g = &o->groups;

	if (o->interval_ns)
		return usage_error_plain(&p->error, "--folded prints once, when the run ends: it "
					 "excludes TIME");
	if (has_groups_without_stacks(p))
		return usage_error_plain(&p->error, "--folded requires --by stack, or no --by");
	if (!group_list_has(g, GROUP_BY_STACK))
		*g = (struct group_list){ 2, { GROUP_BY_COMM, GROUP_BY_STACK } };
	else if (!has_process(g))
		g->by[g->nr++] = GROUP_BY_COMM;
	return 0;
}

static bool is_sum(const struct options *o)
{
	return o->view->id == VIEW_WHO || o->view->id == VIEW_HIST || o->view->id == VIEW_TOP;
}

/* A sum has stacks only as groups. In TCPCLOSE_OPTS, --inlined may be for a recording alone. */
static int set_stacks(struct option_parser *p)
{
	struct options *o = p->o;

	if (group_list_has(&o->view_options.groups, GROUP_BY_STACK)) {
		if (!o->record.replay)
			o->capture.stack = true;
	} else if (is_sum(o) && o->capture.inlined && !p->given_in_env[option_index(KEY_INLINED)]) {
		return usage_error_plain(&p->error, "--inlined requires --by stack in %s",
					 o->view->name);
	} else if (is_sum(o) && o->capture.inlined && !o->record.wanted) {
		o->capture.inlined = o->capture.stack = false;
	}
	return 0;
}

int options_sums_check(struct option_parser *p)
{
	int rc = check_formats(p);

	if (!rc && p->o->view_options.format == FORMAT_FOLDED)
		rc = set_folded(p);
	return rc ? rc : set_stacks(p);
}
