/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The rows of a ladder diagram: text on the left, a rail, a part between the rails, a rail, text on
 * the right. This module does not look into the ladder.
 */
#pragma once

#include "view.h"

/* The characters of a diagram. */
struct glyphs {
	const char *rail, *pause, *line, *dash, *to_right, *to_left, *unknown;
	const char *origin;	/* where an arrow begins that comes from neither rail */
	const char *bend_down, *bend_back;	/* the corners of an arrow that turns back */
};

struct ladder;

struct two_columns {
	struct view_context *v;
	const struct ladder *l;	/* for the callers; not used here */
	const struct glyphs *glyphs;
	size_t margin, inner;	/* columns beside the rails, and between them */
	struct buf left, between, right;	/* of the next row */
	const char *color;	/* of the part between the rails; NULL none */
	const char *rail;	/* of the next row */
	bool is_single;		/* there is no right rail */
};

void two_columns_init(struct two_columns *p, struct view_context *v, const struct ladder *l,
		      unsigned columns);
void two_columns_release(struct two_columns *p);

/* Print a row from its three parts, and empty them. */
void two_columns_print_row(struct two_columns *p);

/* Put text in the middle between the rails. */
void two_columns_center(struct two_columns *p, const struct buf *text);

/* Append a line of len columns to the part between the rails. */
void two_columns_add_line(struct two_columns *p, size_t len, bool dashed);

/* Print a line without rails: text at both edges, and in the middle if there is room. */
void two_columns_print_header(struct two_columns *p, const struct buf *left,
			      const struct buf *middle, const struct buf *right);

/* Append spaces. */
void two_columns_add_spaces(struct buf *b, size_t n);

/* The number of columns of UTF-8 text: its characters. */
size_t buf_columns(const struct buf *b);
void buf_add_buf(struct buf *to, const struct buf *from);
