/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "story_private.h"

#include <string.h>

/* Do both have the same addresses? An event after tcp_disconnect() has none: then it is unknown. */
static bool has_same_addresses(const struct story *s, const struct event *e)
{
	struct flow w;

	if (!e->peer_port)
		return true;
	w = story_flow(e);
	return !memcmp(&w, &s->flow, sizeof(w));
}

/* Is the memory of the socket free for another socket? An orphan is released when it closes. */
static bool is_released(const struct story *s)
{
	return s->destroyed ||
	       (s->progress != CLOSE_NOT_YET && s->at_close.sock_flags & SOCKF_DEAD);
}

/* Does the call overlap the life of the socket? A shorter one was made on another socket. */
static bool call_overlaps(const struct story *s, const struct event *e)
{
	return e->ts_ns + e->call_ns >= s->established_ns &&
	       (!is_released(s) || e->ts_ns <= s->end_ns);
}

/*
 * Is the socket of the event in a state that the socket of the story can be in? Events of one
 * socket are reported under its lock, so the state that they show is that of the last change. If a
 * change was lost, this is too strict: the event is dropped, which is better than a wrong story.
 */
static bool has_possible_state(const struct story *s, const struct event *e)
{
	switch (e->kind) {
	case EVENT_STATE:
		if (s->progress != CLOSE_NOT_YET)
			return !is_released(s) || story_is_last_change(s, e);
		return e->old_state != STATE_SYN_SENT || !s->established_ns;
	case EVENT_RESET_SENT:
	case EVENT_RESET_RECEIVED:
	case EVENT_FIN_RESENT:
		return !s->last_new || e->old_state == s->last_new;
	case EVENT_DESTROY:
		return !is_released(s);
	default:
		return true;
	}
}

/*
 * Is this segment in the window of the story's minisock? If not, it has no effect on it, or it is
 * for the minisock of a later connection with the same addresses.
 */
static bool is_in_minisock_window(const struct story *s, const struct event *e)
{
	if (e->kind != EVENT_TIMEWAIT || s->progress != CLOSE_MINISOCK || s->scan.only)
		return true;
	return e->rcv_nxt - s->at_close.rcv_nxt <= s->at_close.rcv_wnd;
}

bool story_owns_without_cookie(const struct story *s, const struct event *e)
{
	if (e->kind == EVENT_HOLDER)
		return true;	/* found by the socket of its descriptor */
	if (e->old_state == STATE_TIME_WAIT)
		return is_in_minisock_window(s, e);
	if (!has_same_addresses(s, e))
		return false;
	return e->kind == EVENT_CALL ? call_overlaps(s, e) : has_possible_state(s, e);
}
