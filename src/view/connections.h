/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parts of the view connections: a line of text, or of JSON, per connection.
 */
#pragma once

#include "clock_pairs.h"
#include "connection.h"
#include "view.h"

/* A connection and its times: a is the end in the client's place. */
struct connection_shown {
	struct connection c;
	struct pair_times times;	/* all unknown if only one end is known */
};

void connections_print_header(struct view_context *v);
void connections_print_text(struct view_context *v, const struct connection_shown *shown);
void connections_print_json(struct view_context *v, const struct connection_shown *shown);
