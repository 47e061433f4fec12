/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The words of a ladder, as the terminal and the page print them.
 */
#pragma once

#include "buf.h"
#include "ladder.h"

/* Print the wave and flags of a segment: "1 FIN", "2+3 FIN,ACK", "RST". */
void ladder_text_print_flags(struct buf *b, const struct rung *r);

/* Print " seq +0": a number of that side, relative to its first FIN; `what` is " seq ". */
void ladder_text_print_relative(struct buf *b, const struct ladder *l, const char *what,
				enum side side, uint32_t number);

/* Print "FIN again, 2 times" or "12 bytes of data". False if the rung is neither. */
bool ladder_text_print_count(struct buf *b, const struct rung *r);

/* The outcome of a call; NULL if it sent a FIN or a RST, which the next rung shows. */
const char *ladder_text_outcome(const struct socket_call *a);

/* The end of a side that no segment ended: "the kernel gave up". */
const char *ladder_text_end(const struct verdict *v);
