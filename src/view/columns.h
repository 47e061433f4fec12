/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The cells of a text table. Each is padded to its width; longer text is not cut.
 */
#pragma once

#include "view.h"

#define SHORT_ID 12	/* digits of a container id, as docker ps shows it */

#define FLOW_END_WIDTH 22	/* of an address and a port */

/* Append one end of a flow, padded on its right; unless -w, the address is cut. */
void column_endpoint(struct view_context *v, const struct flow *w, bool local);

/* Append text, padded on its right. */
void column_text(struct buf *b, const char *text, size_t width);

/* Append n in decimal, padded on its left. */
void column_number(struct buf *b, uint64_t n, size_t width);

/* Append n as print() does, or "-" if it is unknown; padded on its left. */
void column_known(struct buf *b, bool known, void (*print)(struct buf *b, uint64_t n), uint64_t n,
		  size_t width);

/* As column_text(), in bold if the terminal has colors. */
void column_heading(struct view_context *v, const char *text, size_t width);

/*
 * Append a minimum in milliseconds: ">0.38", ">12", from 10 s ">45s", from 1000 s ">2.5h". Whole
 * numbers from 10 ms on, rounded down, since the columns are narrow.
 */
void column_at_least_ms(struct buf *b, uint64_t ns);
