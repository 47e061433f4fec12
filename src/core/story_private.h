/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Functions that the files of the story (story.h lists them) share. story.c calls the others;
 * these call nothing of story.c, only the inline functions below.
 */
#pragma once

#include "process_tree.h"
#include "story.h"

static inline void story_note_missing(struct story *s, enum missing what)
{
	s->missing |= (uint16_t)(1u << what);
}

/* Note whether the task of the event, which acted on the socket, is in the tree of --tree. */
static inline void story_note_task(struct story *s, const struct event *e)
{
	if (s->tree && process_tree_has(s->tree, e->pid))
		s->in_tree = true;
}

/* Append a state, unless it is the last one already. */
static inline void story_add_state(struct story *s, uint8_t state)
{
	if (s->nr_states == STORY_STATES || (s->nr_states && s->states[s->nr_states - 1] == state))
		return;
	s->states[s->nr_states++] = state;
	if (state <= STATE_CLOSING)	/* the substate of a minisock is not checked */
		s->passed |= (uint16_t)(1u << state);
}

/* Record a segment that was seen, with its time and numbers. */
static inline void story_set_segment(struct story *s, enum segment seg, uint64_t ts_ns,
				     uint32_t seq, uint32_t ack)
{
	s->seg[seg] = (struct close_segment){ .ts_ns = ts_ns, .seq = seq, .ack = ack, .seen = true,
					      .exact = true, .has_seq = seg != SEG_ACK_IN };
}

/*
 * story_calls.c: the calls of tasks on the socket. A state change shows the task that made it, and
 * the system call that the task was in. A CALL event shows a call from entry to return, whatever
 * its effect. If both show the same call, they are merged into one.
 */

/* Did the task of this event release the socket, or change its state, but not to CLOSE? */
bool story_calls_is_local(const struct event *e);

/* Record the call, with this effect, of the task that caused the event. */
void story_calls_add_change(struct story *s, const struct event *e, enum effect effect);

/* Add the connect() that failed later, in a change to CLOSE that a segment or a timer made. */
void story_calls_add_connect(struct story *s, const struct event *e);

/* Take a CALL event. */
void story_calls_add_call(struct story *s, const struct event *e);

/*
 * story_data.c: the bytes that wait in the queues and those that were lost, and how long the
 * connection was silent.
 */

/*
 * Bytes that arrived and were not read. The peer's FIN takes a sequence number too, which
 * copied_seq passes only when recv() returns the EOF.
 */
uint32_t story_data_unread(const struct event *e);

/* The distance of two sequence numbers, 0 if `to` is before `from`. */
uint32_t story_data_seqs(uint32_t from, uint32_t to);

/* Record the queues once: at our FIN, or at CLOSE if there was no FIN. */
void story_data_set_queues(struct story *s, const struct event *e);

/*
 * Record the bytes that are lost at the change to CLOSE. Data that is unread then can still be read
 * if no call has released the socket.
 */
void story_data_set_close(struct story *s, const struct event *e, bool released);

/* Record the bytes that are unread when the socket is released (tcp_destroy_sock). */
void story_data_set_release(struct story *s, const struct event *e);

/* Record how long the connection was silent, if the event shows it: the first change of the end. */
void story_data_set_idle(struct story *s, const struct event *e);

/*
 * story_timewait.c: the effect of segments on the timewait minisock of the socket
 * (tcp_timewait_state_process).
 *
 * If the event shows the minisock, its state shows whether it took the segment for the peer's FIN;
 * a RST that it answers with is a separate event. If the event shows only the segment
 * (event.substate 0: kernels before 6.11 without trampolines), the effect is inferred from the
 * numbers that the minisock was made with. That inference ignores PAWS: a segment with an old
 * timestamp counts as a new one.
 */

/* Take a TIMEWAIT event. */
void story_timewait_feed(struct story *s, const struct event *e);

/* End the wait for the peer's FIN with this event. */
void story_timewait_finish(struct story *s, const struct event *e);

/*
 * story_scan.c: the findings of a scan of the sockets. If a close began before tracing did, the
 * scan shows the state of the socket and the processes that hold it.
 */

/* Take a SOCKET event. It adds nothing to a story that has a state already. */
void story_scan_add_socket(struct story *s, const struct event *e);

/* Take a HOLDER event. If there is no room, it only counts in holders_dropped. */
void story_scan_add_holder(struct story *s, const struct event *e);

/*
 * Note a state change that arrives after the scan's event. If its old state is not the one that the
 * scan found, the change happened before the scan: the traced states replace the scanned one.
 */
void story_scan_supersede(struct story *s, const struct event *e);
