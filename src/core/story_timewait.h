/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What segments did to the timewait minisock of a story's socket (tcp_timewait_state_process). Pure.
 *
 * Where the minisock was seen, it shows whether it took the segment for the peer's FIN, and a RST that it
 * answered with is an event of its own. Where only the segment was seen (event.substate 0: kernels before 6.11
 * without trampolines), that is concluded from the numbers that the minisock was made with. But for PAWS, which
 * they do not show: a segment with a timestamp older than the last is taken for a new one.
 */
#pragma once

#include "story.h"

/* Takes a LATE event. */
void story_timewait_feed(struct story *s, const struct event *e);

/* The wait for the peer's FIN is over, by this event. */
void story_timewait_finish(struct story *s, const struct event *e);
