/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is checked once all options have been parsed: which view it is, whether the view has each
 * option, and what options require of each other.
 */
#pragma once

#include <argp.h>

#include "option_table.h"

/* Choose the view, check all options, and fill in defaults. Returns 0, or sets p->error. */
int options_check(struct option_parser *p, const struct argp_state *state);
