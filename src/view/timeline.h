/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parts of the view timeline: the picture, and the words below it.
 */
#pragma once

#include "ladder.h"
#include "view.h"

#define TIMELINE_COLUMNS 80	/* at least, and where there is no terminal */
#define TIMELINE_COLUMNS_MAX 140

/* Columns that a picture takes in this view. */
unsigned timeline_columns(const struct view_context *v);

/* "client[100]", "-" where nobody is known to have acted: at most width columns */
void timeline_print_process(struct buf *b, const struct ladder *l, enum side side, size_t width);

/* From the heads of the columns to the last rung. */
void timeline_draw(struct view_context *v, const struct ladder *l);

/* How it ended, who began, and who is to blame for the time, in a sentence; what was not seen. */
void timeline_print_text(struct view_context *v, const struct ladder *l);
