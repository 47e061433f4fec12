/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the view top shows behind a row: the closes of a group, the ladder of a close, the facts
 * about a stuck socket; and the help.
 */
#pragma once

#include "top_ui.h"

/* Show the closes of a group: its slowest ones, and those in progress. */
void top_detail_show_group(struct top_ui *ui, const struct view_context *v,
			   const struct top_model *m, const struct top_frame *f,
			   const struct top_group *g);

/* Make that list anew, for the present frame. */
void top_detail_list(struct top_ui *ui, const struct top_model *m, const struct top_frame *f);

/* Show the ladder of a close, with both ends if the other end is kept too. */
void top_detail_show_ladder(struct top_ui *ui, struct view_context *v, const struct top_model *m,
			    const struct close_row *row);

void top_detail_show_stuck(struct top_ui *ui, const struct top_stuck_row *row);
void top_detail_show_help(struct top_ui *ui);

/* The number of lines of a text. */
unsigned top_detail_count_lines(const struct buf *text);
