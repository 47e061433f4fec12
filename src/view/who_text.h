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

void who_print_folded(struct view_context *v, const struct keyed_table *g,
		      const struct interval *interval);

/* Print a number, padded on its left; "." for zero. */
void who_print_number(struct buf *b, uint64_t n, size_t width);

/* Print n per second: "0.05", "12.3", "1234"; "<0.01" if it rounds to 0, "-" if unknown. */
void who_print_rate(struct buf *b, uint64_t n, const struct interval *interval, size_t width);
