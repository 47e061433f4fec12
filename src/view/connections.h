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

/* Totals of a run. */
struct connections_counts {
	struct pair_counts pairs;
	uint64_t alone;		/* connections that were shown with one end */
	uint64_t clock_steps;	/* connections that showed a step of a clock */
};

/* Of the text, only what needs attention: too many ends waited, or a clock stepped. */
void connections_print_text_counts(struct view_context *v, const struct connections_counts *c);
void connections_print_json_counts(struct view_context *v, const struct connections_counts *c,
				   uint64_t now_ns);

void connections_print_header(struct view_context *v);
void connections_print_text(struct view_context *v, const struct connection_shown *shown);
void connections_print_json(struct view_context *v, const struct connection_shown *shown);
