/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The call of the acting process, as the text views print it.
 */
#pragma once

#include "buf.h"
#include "story.h"

/* Print "close(5)", "shutdown(5, WR)", "signal 9", "exit 3"; "recvfrom*" for a deferred release. */
void call_text_print(struct buf *b, const struct socket_call *a);
