/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The options of recordings: --replay, --record, --rotate, --keep, and what the view `record`
 * makes of -o.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "usage_error.h"

/* Keys of the options; they have no letters. */
enum record_key {
	KEY_REPLAY = 1024,
	KEY_RECORD,
	KEY_ROTATE,
	KEY_KEEP,
};

struct options_record {
	const char *replay;	/* the recording to play, "-" is standard input; NULL: live */
	bool wanted;		/* make one */
	const char *path;	/* of the one to make, NULL is standard output */
	uint64_t rotate_bytes;	/* 0 never */
	unsigned keep;
};

struct options;

/* One option. EINVAL: u->status is set, the reason written. ARGP_ERR_UNKNOWN: not one of these. */
int options_record_set(struct options_record *r, struct usage_error *u, int key, const char *arg);

/* After the last option. output_given: -o was. EINVAL as above. */
int options_record_finish(struct options *o, struct usage_error *u, bool output_given);
