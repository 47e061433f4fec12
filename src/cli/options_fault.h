/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What getopt did not like about a word. It would say so itself, but in its own words, with the
 * name of the program as it was called and on the process's stderr; it is told to be silent
 * instead.
 */
#pragma once

#include <argp.h>

#include "usage_error.h"

/* Says what is wrong with word, given these options, which end with zeroes. */
void usage_error_explain(struct usage_error *u, const struct argp_option *options, const char *word);
