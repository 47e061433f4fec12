/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The command line, checked: what the user asked for, with nothing left to parse.
 *
 * Filters that addresses decide are in struct filter (bpf/filter.h), compiled in the kernel too;
 * those that need a finished story are in struct story_filter. Alternatives within a kind, all kinds
 * together.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "../exit_status.h"
#include "filter.h"
#include "calls_mode.h"
#include "options_record.h"
#include "story_filter.h"
#include "view.h"

#define OPTIONS_BUFFER_BYTES (8ul << 20)	/* --buffer where none is given */
#define OPTIONS_MAX_OPEN 131072ul		/* --max-open where none is given */
#define OPTIONS_DRAIN_NS 1000000000ull		/* --drain where none is given */

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	const char *view;		/* name of a view, never NULL */
	struct filter filter;
	struct story_filter story_filter;
	const char *output;		/* -o, NULL is standard output */
	unsigned long long duration_ns;	/* -d, 0 unlimited */
	unsigned long long count;	/* -n, 0 unlimited */
	unsigned long long drain_ns;	/* --drain: how long closes may settle after COMMAND */
	unsigned long buffer_bytes;	/* --buffer, a power of two */
	unsigned long max_open;		/* --max-open */
	enum calls_mode calls;
	const char *btf;		/* --btf, NULL none */
	bool no_fentry;			/* --no-fentry: as on a kernel without */
	enum color_mode color;
	int ready_fd;			/* -1 none */
	int verbose;			/* -v, counted */
	unsigned long long watch_ns;	/* --watch, 0 one look */
	unsigned long long older_than_ns;	/* --older-than, 0 any age */
	bool stuck;			/* the view stuck; view is then it or, with -j, json */
	bool doctor;			/* the view doctor; the same */
	bool fail;			/* --fail: something that hangs is a failure */
	bool flush;			/* --flush: woken by each event, not every so often */
	bool quiet, strict, wide, times, all;
	bool stack;			/* --stack */
	struct view_options view_options;	/* --by and the like */
	struct options_record record;	/* --replay, --record */
	char **command;			/* after --, NULL none; NULL-terminated */
};

/*
 * Fills o from the command line. Returns -1 to go on, else the exit status to end with; the
 * reason was written to err (usage errors, one line that quotes the bad value) or out (--help,
 * --version). Reads /proc and /run/netns for --netns, /etc/passwd for -u, NO_COLOR (color is then
 * COLOR_NEVER unless --color says otherwise); changes nothing. What o points to is in argv, which
 * ends with a NULL. To ask for never-open endings by --ending or --class is to ask for --all.
 */
int options_parse(struct options *o, int argc, char **argv, FILE *out, FILE *err);
