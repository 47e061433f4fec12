/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a close ended and how long it took, as the views with one line per close print it.
 */
#pragma once

#include "buf.h"
#include "verdict.h"

/* The arrow between the local and the peer's address: who ended the connection. */
const char *close_text_arrow(enum initiator initiator);

/* An ending in at most 9 columns: "reset" for both kinds, since an arrow shows who sent it. */
const char *close_text_short_ending(enum ending ending);

/* The color of an ending, NULL none. */
const char *close_text_ending_color(enum ending ending);

/*
 * The time that the close took in ns. *at_least: it is a minimum, because the close began before
 * tracing or is not over; 0 then means unknown.
 */
uint64_t close_text_total_ns(const struct story *s, const struct verdict *verdict, bool *at_least);

/*
 * Print "200.01", padded on its left; a minimum, ">12", if the close began before tracing; "-" if
 * unknown.
 */
void close_text_print_total_ms(struct buf *b, const struct story *s, const struct verdict *verdict,
			       size_t width);
