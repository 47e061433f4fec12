/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of the views that sum stories up: --by stack, and the format --folded of who. */
#pragma once

struct option_parser;

/*
 * Choose the format of the output. An option of the command line has precedence over those of
 * TCPCLOSE_OPTS.
 */
void options_sums_choose_format(struct option_parser *p);

/* Leave --folded of TCPCLOSE_OPTS out if the command line has something that excludes it. */
void options_sums_drop_env(struct option_parser *p);

/* Check them, and set what they imply. Returns 0, or sets p->error. */
int options_sums_check(struct option_parser *p);
