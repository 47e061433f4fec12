/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The options of single views: --by, --sort, --csv, --phase, --ascii, the SECONDS of `who 5`, and
 * what -j is to views that have JSON of their own.
 */
#pragma once

#include <stdbool.h>

#include "usage_error.h"
#include "view.h"

/* Keys of the options; they have no letters. */
enum view_key {
	KEY_BY = 2048,
	KEY_SORT,
	KEY_CSV,
	KEY_PHASE,
	KEY_ASCII,
};

struct options;

/* One option. EINVAL: u->status is set, the reason written. ARGP_ERR_UNKNOWN: not one of these. */
int options_view_set(struct view_options *o, struct usage_error *u, int key, const char *arg);

/* The word behind a view, if it may be its interval. As above; ARGP_ERR_UNKNOWN: it is none. */
int options_view_set_interval(struct options *o, struct usage_error *u, const char *word);

/*
 * Are the view that is set and this one, in either order, one that has JSON of its own, and json?
 * Then that is what o asks for now.
 */
bool options_view_join_json(struct options *o, const char *view);

/* "before 'word': want trace, json, events or stuck (see tcpclose --help)". EINVAL. */
int options_view_reject(struct usage_error *u, const char *before, const char *word);

/* What --help says of this view; false: nothing. */
bool options_view_print_help(const char *view, FILE *out);

/* After the last option. EINVAL as above. */
int options_view_check(const struct options *o, struct usage_error *u);
