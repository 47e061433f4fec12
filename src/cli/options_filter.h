/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The filters of the command line: what each option adds to struct filter and struct story_filter.
 */
#pragma once

#include "filter.h"
#include "story_filter.h"
#include "usage_error.h"

/* Keys of the filters that have no letter; of the others the letter is the key. */
enum filter_key {
	KEY_NETNS = 256,
	KEY_SLOW,
	KEY_CALL,
	KEY_ENDING,
	KEY_CLASS,
	KEY_INITIATOR,
	KEY_CGROUP,
	KEY_CONTAINER,
	KEY_FILTER_LAST = KEY_CONTAINER,
};

struct options_filter {
	struct filter *filter;
	struct story_filter *story_filter;
	bool ipv4, ipv6;	/* -4, -6 given; both are none */
};

/* One option. EINVAL: u->status is set and the reason written. ARGP_ERR_UNKNOWN: not a filter. */
int options_filter_set(struct options_filter *o, struct usage_error *u, int key, const char *arg);

/* After the last option. */
void options_filter_finish(struct options_filter *o);
