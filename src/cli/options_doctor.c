/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_doctor.h"

#include <argp.h>
#include <errno.h>

#include "options.h"

int options_doctor_set(struct options *o, struct usage_error *u, int key, const char *arg)
{
	if (key != KEY_BTF)
		return ARGP_ERR_UNKNOWN;
	if (!*arg)
		return usage_error_value(u, "bad file ", ": want one with the kernel's BTF");
	o->btf = arg;
	return 0;
}

static bool has_story_filter(const struct story_filter *s)
{
	return s->pids || s->comms || s->uids || s->slow_ns || s->calls || s->endings || s->classes ||
	       s->initiators;
}

/* The view looks once at this kernel, and traces nothing. */
static const char *find_misplaced_option(const struct options *o)
{
	if (o->record.replay)
		return "--replay";
	if (o->record.wanted)
		return "--record";
	if (o->command)
		return "--";
	if (o->duration_ns)
		return "--duration";
	if (o->count)
		return "--count";
	if (o->filter.active || has_story_filter(&o->story_filter))
		return "a filter";
	return NULL;
}

int options_doctor_check(const struct options *o, struct usage_error *u)
{
	const char *what = o->doctor ? find_misplaced_option(o) : NULL;

	if (what)
		return usage_error_report(u, EXIT_USAGE, "this means nothing to the view doctor, which traces no ends: ",
				      what, "");
	if (o->btf && o->record.replay)
		return usage_error_report(u, EXIT_USAGE, "a recording needs no ", "--btf", "");
	return 0;
}
