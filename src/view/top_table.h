/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tables of the view top: their order, their columns, and how a row is printed.
 */
#pragma once

#include "top_ui.h"

/*
 * Columns by which the processes are sorted: those of who.h by index, and behind them the rate and
 * the name.
 */
unsigned top_table_sort_rate(void);
unsigned top_table_sort_name(void);

/* The name of a column by which a tab is sorted, NULL past the last. */
const char *top_table_sort_word(enum top_tab tab, unsigned i);

/* The next column of the processes to the right or left, of those that a screen shows. */
unsigned top_table_next_sort(const struct top_ui *ui, bool right);

/* Set ui->order: the rows of the tab that pass the filter, in order. */
void top_table_set_order(struct top_ui *ui, const struct view_context *v,
			 const struct top_frame *f);

/* The number of rows of a tab. */
unsigned top_table_count(enum top_tab tab, const struct top_frame *f);

/* Print the heading and a row, without the end of the line. */
void top_table_print_heading(struct text_screen *s, enum top_tab tab,
			     const struct view_context *v);
void top_table_print_row(struct text_screen *s, enum top_tab tab, const struct view_context *v,
			 const struct top_frame *f, uint32_t row);

/* Append the text that filter and search look at. */
void top_table_print_key(struct buf *b, enum top_tab tab, const struct view_context *v,
			 const struct top_frame *f, uint32_t row);

/* Does the text, which ends with a NUL, contain the words, whatever their case? */
bool top_table_matches(const struct buf *text, const char *words);

/* What identifies a row from frame to frame; NULL nothing does. */
const void *top_table_identity(enum top_tab tab, const struct top_frame *f, uint32_t row);
