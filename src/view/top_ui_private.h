/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The functions that top_ui.c, top_typing.c and top_detail.c have in common.
 */
#pragma once

#include "top_ui.h"

/* The row of the cursor; false if the table is empty. */
bool top_ui_row(const struct top_ui *ui, uint32_t *row);

/* The cursor was moved: with F, it stays on the row where it is now. */
void top_ui_follow(struct top_ui *ui, const struct top_frame *f);

void top_ui_begin_typing(struct top_ui *ui, enum top_typing what);

/* Take a key while something is typed. */
enum top_request top_ui_type_key(struct top_ui *ui, int key, const struct view_context *v,
				 const struct top_frame *f);

/* Take a key that begins or continues a search or a filter. False: it does not. */
bool top_ui_take_search_key(struct top_ui *ui, int key, const struct view_context *v,
			    const struct top_frame *f);
