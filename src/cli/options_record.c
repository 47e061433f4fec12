/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_record.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

#include "options.h"
#include "parse.h"

#define ROTATE_MIN (64ull << 10)
#define ROTATE_MAX (1ull << 50)
#define KEEP_DEFAULT 4			/* --keep where none is given */
#define KEEP_MAX 9999

static int set_rotate(struct options_record *r, struct usage_error *u, const char *arg)
{
	if (!parse_bytes(arg, ROTATE_MIN, ROTATE_MAX, &r->rotate_bytes))
		return usage_error_value(u, "bad size ", ": want 64K or more, as 1000000, 64M or 2G");
	return 0;
}

static int set_keep(struct options_record *r, struct usage_error *u, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 1, KEEP_MAX, &v))
		return usage_error_value(u, "bad number of files ", ": want 1-9999");
	r->keep = (unsigned)v;
	return 0;
}

int options_record_set(struct options_record *r, struct usage_error *u, int key, const char *arg)
{
	switch (key) {
	case KEY_REPLAY:
		if (!*arg)
			return usage_error_value(u, "bad recording ", ": want a path, or - for standard input");
		r->replay = arg;
		return 0;
	case KEY_RECORD:
		if (!*arg)
			return usage_error_value(u, "bad file ", ": want a path, or - for standard output");
		r->wanted = true;
		r->path = strcmp(arg, "-") == 0 ? NULL : arg;
		return 0;
	case KEY_ROTATE:
		return set_rotate(r, u, arg);
	case KEY_KEEP:
		return set_keep(r, u, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The view that shows nothing: -o names the recording. */
static int set_record_view(struct options *o, struct usage_error *u, bool output_given)
{
	struct options_record *r = &o->record;

	if (r->wanted)
		return usage_error_report(u, EXIT_USAGE, "one of view record and ", "--record",
				      " is enough");
	if (!output_given)
		return usage_error_report(u, EXIT_USAGE, "no file for the view ", "record",
				      ": want -o FILE, or -o - for standard output");
	r->wanted = true;
	r->path = o->output;
	o->output = NULL;
	return 0;
}

int options_record_finish(struct options *o, struct usage_error *u, bool output_given)
{
	struct options_record *r = &o->record;

	if (!strcmp(o->view, "record")) {
		if (set_record_view(o, u, output_given))
			return EINVAL;
	} else if (r->wanted && !r->path && !o->output) {
		return usage_error_report(u, EXIT_USAGE, "standard output is taken by the view, not for ",
				      "--record", ": want a file for one of them");
	}
	if (o->stuck && r->wanted)
		return usage_error_report(u, EXIT_USAGE, "nothing happens in the view ", "stuck",
				      " that could be recorded: want record -o FILE");
	if (o->stuck && r->replay && o->watch_ns)
		return usage_error_report(u, EXIT_USAGE, "nothing changes in a recording that ",
				      "--watch", " could look at again");
	if (r->replay && o->command)
		return usage_error_report(u, EXIT_USAGE, "no command can run in a ", "--replay", "");
	if ((r->rotate_bytes || r->keep) && !(r->wanted && r->path))
		return usage_error_report(u, EXIT_USAGE, "nothing to ", r->rotate_bytes ? "--rotate" :
				      "--keep", ": want record -o FILE, or --record FILE");
	if (!r->keep)
		r->keep = KEEP_DEFAULT;
	return 0;
}
