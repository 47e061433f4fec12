/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The acting process and its call, as the text views print them.
 */
#pragma once

#include "buf.h"
#include "verdict.h"

/*
 * The call that ended the endpoint: the one that sent our RST if it ended by that, otherwise the
 * one that queued our FIN. NULL if there was none.
 */
const struct socket_call *call_text_ended_by(const struct verdict *verdict);

/* As call_text_ended_by(), otherwise the last call on the socket; NULL if there was no call. */
const struct socket_call *call_text_actor(const struct story *s, const struct verdict *verdict);

/* Print "close(5)", "shutdown(5, WR)", "signal 9", "exit 3"; "recvfrom*" for a deferred release. */
void call_text_print(struct buf *b, const struct socket_call *a);
