/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Decides whether the task on this CPU may have made a change of state, or whether a segment or a
 * timer made it.
 *
 * The kernel side asks before it reads the task, because reading the task is the largest part of an
 * event's cost. The story asks again, because the task of an event may be uninvolved. Each function
 * takes an event of kind STATE whose socket fields are filled, and does not read its task fields.
 */
#pragma once

#include "event.h"

#define LOCAL_INLINE static inline __attribute__((always_inline))

/*
 * Did a segment complete the close: the ACK of our FIN, or the peer's FIN in FIN_WAIT2? A RST does
 * not advance snd_una, and a socket in FIN_WAIT2 that has the peer's FIN ends at once.
 * sk_err proves nothing here: an error may be pending on a socket that lives on (IP_RECVERR, or a
 * sockmap).
 */
LOCAL_INLINE bool local_is_clean_close(const struct event *e)
{
	if (e->old_state == STATE_LAST_ACK || e->old_state == STATE_CLOSING)
		return e->snd_una == e->write_seq;
	return e->old_state == STATE_FIN_WAIT2 && e->sock_flags & SOCKF_DONE;
}

/*
 * Was the socket taken to CLOSE by tcp_reset() or tcp_abort()? They set these errors first, and
 * nothing else does: icmp_err_convert, strparser and kTLS have others.
 */
LOCAL_INLINE bool local_is_reset_error(const struct event *e)
{
	return e->sk_err == EVENT_ECONNRESET || e->sk_err == EVENT_ECONNABORTED;
}

/*
 * Does a timewait minisock in FIN_WAIT2 replace the socket (tcp_time_wait)? All data of an orphan
 * in FIN_WAIT2 is acknowledged, so no timer gives up on it: only a RST or tcp_abort() ends it.
 */
LOCAL_INLINE bool local_becomes_minisock(const struct event *e)
{
	const __u16 flags = SOCKF_DEAD | SOCKF_DONE | SOCKF_LINGER2_NEG;

	return e->old_state == STATE_FIN_WAIT2 && !local_is_reset_error(e) &&
	       (e->sock_flags & flags) == SOCKF_DEAD;
}

/*
 * A change to CLOSE: could the owner of the socket's lock have made it (__tcp_close,
 * tcp_disconnect, tcp_abort), rather than a segment that the owner merely processed? The owner also
 * processes a RST that arrived while it held the lock; the story knows whether one did.
 */
LOCAL_INLINE bool local_owner_may_have_closed(const struct event *e)
{
	return !local_is_clean_close(e) && !local_becomes_minisock(e);
}

/*
 * Any change: could the task on this CPU have made it? If the lock is held, yes, except for changes
 * that only a segment makes. Two changes are made without SOCKF_OWNED: those of an MPTCP worker,
 * which may take the lock with lock_sock_fast(), and the close of a socket that was never accepted,
 * by the task that closes its listener.
 */
LOCAL_INLINE bool local_task_may_have_changed(const struct event *e)
{
	bool owned = e->sock_flags & SOCKF_OWNED;

	switch (e->new_state) {
	case STATE_CLOSE:
		if (owned)
			return local_owner_may_have_closed(e);
		return (e->sock_flags & (SOCKF_NO_SOCKET | SOCKF_DEAD)) == SOCKF_NO_SOCKET;
	case STATE_FIN_WAIT1:
	case STATE_LAST_ACK:
		return e->sock_flags & (SOCKF_OWNED | SOCKF_MPTCP);
	default:
		return owned && e->old_state == e->new_state;	/* only __tcp_close() does that */
	}
}
