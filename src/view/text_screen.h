/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A screen of text: lines, made of cells that have a style. Pure: it is drawn elsewhere.
 *
 *   buf_str(&screen->text, "CLOSES");              a caller prints into the text,
 *   text_screen_style(screen, STYLE_SELECTED);    begins a cell with another style
 *   text_screen_end_line(screen);                 and ends the line, which is cut here
 *
 * Colors repeat what the text shows: no cell has a meaning that only its style shows.
 */
#pragma once

#include <stdbool.h>

#include "buf.h"

enum text_style {
	STYLE_PLAIN,
	STYLE_HEADING,
	STYLE_SELECTED,	/* the row of the cursor */
	STYLE_TAB,	/* the table that is shown */
	STYLE_KEY,
	STYLE_ALARM,
	STYLES,
};

struct text_cell {
	size_t from, len;	/* in text; without the end of the line */
	unsigned line;
	enum text_style style;
};

/* Starts as { .columns = 0 }; text_screen_release() frees what it owns. */
struct text_screen {
	unsigned columns, rows;	/* 0: not limited */
	struct buf text;	/* whole lines, each with its \n, then the line in progress */
	struct text_cell *cells;	/* without empty ones */
	size_t nr_cells, cap_cells;
	unsigned nr_lines;
	/* Private: the line and the cell in progress. */
	size_t line_from, cell_from;
	enum text_style style;
};

/* Empty the screen, for the next refresh. */
void text_screen_begin(struct text_screen *s, unsigned columns, unsigned rows);
void text_screen_release(struct text_screen *s);

/* Begin a cell: the text from here on has this style, up to the end of the line. */
void text_screen_style(struct text_screen *s, enum text_style style);

/* End the line, cut at the last column; a character counts as one. Dropped if it is below rows. */
void text_screen_end_line(struct text_screen *s);

/* The number of lines that still fit; UINT_MAX: not limited. */
unsigned text_screen_room(const struct text_screen *s);

/* Append the lines as plain text, without spaces at their ends. */
void text_screen_print(const struct text_screen *s, struct buf *out);
