/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of a recording that goes to a stream. */
#pragma once

#include <stdbool.h>

struct option_parser;

int option_set_max_rate(struct option_parser *p, const char *arg);
int option_set_walk_every(struct option_parser *p, const char *arg);

/* Is this the address of a stream, and no file? */
bool options_stream_is_address(const char *path);

/*
 * Check what these options require of each other and of the rest. Those of TCPCLOSE_OPTS that
 * cannot apply are left out. Returns 0, or sets p->error.
 */
int options_stream_check(struct option_parser *p);
