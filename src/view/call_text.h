/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who did what, in the words that the views share.
 */
#pragma once

#include "buf.h"
#include "verdict.h"

/* Who did it, else who was the last to do anything to the socket; NULL nobody. */
const struct socket_call *call_text_actor(const struct story *s, const struct verdict *verdict);

/* "close(5)", "shutdown(5, WR)", "signal 9", "exit 3", "recvfrom*" for a deferred release */
void call_text_print(struct buf *b, const struct socket_call *a);
