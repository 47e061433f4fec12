/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rows with two rails, of which the ladders of the view timeline are made: a text of the left side,
 * what is between the rails, a text of the right side.
 */
#pragma once

#include "view.h"

/* The characters that a picture is made of. */
struct brush {
	const char *rail, *pause, *line, *dash, *to_right, *to_left, *unknown;
};

struct ladder;

struct pen {
	struct view *v;
	const struct ladder *l;	/* what is drawn: of those who draw it */
	const struct brush *brush;
	size_t margin, inner;	/* columns beside the rails, and between them */
	struct buf left, between, right;	/* of the row to come */
	const char *color;	/* of what is between; NULL none */
	const char *rail;	/* of this row */
};

void pen_init(struct pen *p, struct view *v, const struct ladder *l, unsigned columns);
void pen_release(struct pen *p);

/* Puts the row together and out, and empties the parts. */
void pen_row(struct pen *p);

/* Between the rails, in the middle. */
void pen_center(struct pen *p, const struct buf *text);

/* len columns of a line between the rails, dashed or not */
void pen_line(struct pen *p, size_t len, bool dashed);

/* A line without rails: at both edges of the picture, and in its middle if there is room. */
void pen_heads(struct pen *p, const struct buf *left, const struct buf *middle,
	       const struct buf *right);

size_t pen_columns(const struct buf *b);
void pen_add(struct buf *to, const struct buf *from);
