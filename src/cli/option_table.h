/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every option of the command line: its letter, its name, what it takes and what --help says of it. The
 * manual and the completion are made of it too (src/cli/docgen.h).
 */
#pragma once

#include <argp.h>

#include "options_filter.h"

/* Keys of the options that have no letter. */
enum option_key {
	KEY_ALL = KEY_FILTER_LAST + 1,
	KEY_COLOR,
	KEY_READY_FD,
	KEY_STRICT,
	KEY_CALLS,
	KEY_NO_FENTRY,
	KEY_BUFFER,
	KEY_MAX_OPEN,
	KEY_DRAIN,
	KEY_VERSION,
	KEY_WATCH,
	KEY_OLDER_THAN,
	KEY_FAIL,
	KEY_FLUSH,
	KEY_STACK,
	KEY_DOCUMENT,
	KEY_END,
};

/* Ends with an entry of zeros; those without a name are titles of groups. */
extern const struct argp_option option_table[];

/* What --help says before the options and, behind a \v, after them. */
extern const char option_table_doc[];
