/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The output of the view who as text tables and as CSV.
 */
#pragma once

#include "aggregate.h"

extern const char who_manual[];

void who_print_text(struct view_context *v, const struct keyed_table *g,
		    const struct interval *interval);
void who_print_csv_header(struct view_context *v);
void who_print_csv(struct view_context *v, const struct keyed_table *g,
		   const struct interval *interval);
