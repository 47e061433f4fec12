/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the four files of the story share among themselves: story.h says which is which. story.c
 * calls the three others; they call nothing of it but what stands first here.
 */
#pragma once

#include "story.h"

static inline void story_note_missing(struct story *s, enum missing what)
{
	s->missing |= (uint16_t)(1u << what);
}

/* Append a state, unless it is the last one already. */
static inline void story_add_state(struct story *s, uint8_t state)
{
	if (s->nr_states < STORY_STATES && (!s->nr_states || s->states[s->nr_states - 1] != state))
		s->states[s->nr_states++] = state;
}

/* A segment was seen at this instant, with these numbers. */
static inline void story_set_segment(struct story *s, enum segment seg, uint64_t ts_ns,
				     uint32_t seq, uint32_t ack)
{
	s->seg[seg] = (struct close_segment){ .ts_ns = ts_ns, .seq = seq, .ack = ack, .seen = true,
					      .exact = true, .has_seq = seg != SEG_ACK_IN };
}

/*
 * story_calls.c: what tasks did to the socket. A state change shows the task that made it, and the
 * system call that the task was in. A CALL event shows a call from entry to return, whatever its
 * effect. Two events that show the same call become one.
 */

/* Did the task of this event make this change, to a state other than CLOSE, or the release? */
bool story_calls_is_local(const struct event *e);

/* The task of this event did this. */
void story_calls_add_change(struct story *s, const struct event *e, enum effect effect);

/* Take a CALL event. */
void story_calls_add_call(struct story *s, const struct event *e);

/*
 * story_timewait.c: what segments did to the timewait minisock of the socket
 * (tcp_timewait_state_process).
 *
 * Where the minisock was seen, it shows whether it took the segment for the peer's FIN, and a RST
 * that it answered with is an event of its own. Where only the segment was seen (event.substate 0:
 * kernels before 6.11 without trampolines), the numbers that the minisock was made with decide.
 * They do not show PAWS: a segment with a timestamp older than the last is taken for a new one.
 */

/* Take a TIMEWAIT event. */
void story_timewait_feed(struct story *s, const struct event *e);

/* The wait for the peer's FIN ended with this event. */
void story_timewait_finish(struct story *s, const struct event *e);

/*
 * story_scan.c: what a scan of the sockets adds. A connection whose close had begun before tracing
 * did is known from the state that it was found in, and by those who held it.
 */

/* Take a SOCKET event. It adds nothing to a story that has been traced already. */
void story_scan_add_socket(struct story *s, const struct event *e);

/* Take a HOLDER event; counted in holders_dropped where there is no room. */
void story_scan_add_holder(struct story *s, const struct event *e);

/*
 * A change was reported after the scan. If it is from another state than the scan found, it was
 * made before the scan came by: then it is the better witness, and what was found is dropped.
 */
void story_scan_supersede(struct story *s, const struct event *e);
