/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Acts: what tasks did to a socket, put together from two kinds of evidence. Pure.
 *
 * A state change shows the task that made it, and the system call that the task was in. A CALL
 * event shows a call from entry to return, whatever came of it. Where both tell of one call they
 * become one act.
 */
#pragma once

#include "story.h"

/* Did the task that the event names make this change, to a state other than CLOSE, or release? */
bool story_calls_is_local(const struct event *e);

/* Notes that the task of this event did this. */
void story_calls_add_change(struct story *s, const struct event *e, enum effect effect);

/* Takes a CALL event. */
void story_calls_add_call(struct story *s, const struct event *e);
