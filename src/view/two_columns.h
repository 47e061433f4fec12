/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rows with two rails, of which the ladders of the view timeline are made: a text of the left side,
 * what is between the rails, a text of the right side.
 */
#pragma once

#include "view.h"

/* The characters that a picture is made of. */
struct glyphs {
	const char *rail, *pause, *line, *dash, *to_right, *to_left, *unknown;
};

struct ladder;

struct two_columns {
	struct view_context *v;
	const struct ladder *l;	/* what is drawn: of those who draw it */
	const struct glyphs *glyphs;
	size_t margin, inner;	/* columns beside the rails, and between them */
	struct buf left, between, right;	/* of the row to come */
	const char *color;	/* of what is between; NULL none */
	const char *rail;	/* of this row */
};

void two_columns_init(struct two_columns *p, struct view_context *v, const struct ladder *l, unsigned columns);
void two_columns_release(struct two_columns *p);

/* Puts the row together and out, and empties the parts. */
void two_columns_print_row(struct two_columns *p);

/* Between the rails, in the middle. */
void two_columns_center(struct two_columns *p, const struct buf *text);

/* len columns of a line between the rails, dashed or not */
void two_columns_add_line(struct two_columns *p, size_t len, bool dashed);

/* A line without rails: at both edges of the picture, and in its middle if there is room. */
void two_columns_print_header(struct two_columns *p, const struct buf *left, const struct buf *middle,
	       const struct buf *right);

size_t buf_columns(const struct buf *b);
void buf_add_buf(struct buf *to, const struct buf *from);
