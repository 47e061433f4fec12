/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "story.h"

#include <stdlib.h>
#include <string.h>

#include "local.h"
#include "story_private.h"
#include "time_units.h"

/* The default tcp_fin_timeout, for events that do not have the value. */
#define FIN_TIMEOUT_NS (60 * NS_PER_S)

static bool has_sock_flag(const struct event *e, unsigned bit)
{
	return e->sock_flags & bit;
}

struct flow story_flow(const struct event *e)
{
	struct flow w;

	memset(&w, 0, sizeof(w));	/* the padding too: flows are compared as bytes */
	memcpy(w.local_addr, e->local_addr, sizeof(w.local_addr));
	memcpy(w.peer_addr, e->peer_addr, sizeof(w.peer_addr));
	w.netns = e->netns;
	w.local_port = e->local_port;
	w.peer_port = e->peer_port;
	w.family = e->family;
	return w;
}

void story_init(struct story *s, const struct event *first)
{
	memset(s, 0, sizeof(*s));
	s->flow = story_flow(first);
	s->sk_key = first->sk_key;
	s->cookie = first->cookie;
}

void story_release(struct story *s)
{
	free(s->calls);
	free(s->scan.holders);
	s->calls = NULL;
	s->scan.holders = NULL;
	s->nr_calls = s->cap_calls = s->scan.nr_holders = 0;
}

/*
 * Our FIN is queued (tcp_send_fin follows the state change). It is sent at once unless unsent data
 * is before it or the peer's window is full.
 */
static void apply_fin_sent(struct story *s, const struct event *e)
{
	story_data_set_queues(s, e);
	story_set_segment(s, SEG_FIN_OUT, e->ts_ns, e->write_seq, e->rcv_nxt);
	s->seg[SEG_FIN_OUT].exact = !s->queues.unsent && !s->queues.window_closed;
	s->fins.segs_in_at_fin = e->segs_in;
	if (story_calls_is_local(e))
		story_calls_add_change(s, e, EFFECT_FIN);
}

static void apply_fin_received(struct story *s, const struct event *e)
{
	story_set_segment(s, SEG_FIN_IN, e->ts_ns, e->rcv_nxt - 1, e->snd_una);
}

/*
 * Infer our ACK of the peer's first FIN. No event shows when it is sent, but rcv_wup shows whether
 * it has been sent by now (tcp_select_window); if not, it travels with our next segment.
 */
static void infer_ack_sent(struct story *s, const struct event *e)
{
	bool sent = e->rcv_wup == e->rcv_nxt;

	if (!s->seg[SEG_FIN_IN].seen && e->new_state == STATE_LAST_ACK) {
		/* the peer's FIN came before tracing */
		s->fins.same_segment = !sent && s->seg[SEG_FIN_OUT].exact;
		s->fins.same_segment_known = sent || s->fins.same_segment;
	}
	if (!s->seg[SEG_FIN_IN].seen || s->seg[SEG_ACK_OUT].seen)
		return;
	if (sent) {
		story_set_segment(s, SEG_ACK_OUT, s->seg[SEG_FIN_IN].ts_ns, s->seg[SEG_FIN_IN].ack,
			 s->seg[SEG_FIN_IN].seq + 1);
		s->seg[SEG_ACK_OUT].exact = false;
		s->fins.same_segment_known = true;
	} else if (s->seg[SEG_FIN_OUT].seen) {
		story_set_segment(s, SEG_ACK_OUT, s->seg[SEG_FIN_OUT].ts_ns,
				  s->seg[SEG_FIN_OUT].seq, s->seg[SEG_FIN_IN].seq + 1);
		s->fins.same_segment = s->fins.same_segment_known = s->seg[SEG_FIN_OUT].exact;
		s->seg[SEG_ACK_OUT].exact = s->fins.same_segment;
	}
}

/*
 * The peer's FIN arrived in FIN_WAIT2, after the ACK of our FIN. segs_in shows whether both were in
 * one segment: it counts segments when they arrive, also those that wait in the backlog of an owned
 * socket.
 */
static void apply_last_fin_received(struct story *s, const struct event *e)
{
	apply_fin_received(s, e);
	story_set_segment(s, SEG_ACK_OUT, e->ts_ns, e->snd_nxt, e->rcv_nxt);
	if (!s->seg[SEG_ACK_IN].seen)
		return;
	if (e->segs_in != s->fins.segs_in_at_ack) {
		s->fins.same_segment_known = true;
	} else if (!has_sock_flag(e, SOCKF_OWNED) ||
		   (s->seg[SEG_FIN_OUT].seen && e->segs_in - s->fins.segs_in_at_fin == 1)) {
		s->fins.same_segment_known = s->fins.same_segment = true;
	}
}

/*
 * Did this change to CLOSE set the error on the socket? An error that was there before is no news.
 * ICMP sets one with IP_RECVERR, a sockmap does, and connect() after a reset leaves ECONNRESET.
 */
static bool is_new_error(const struct story *s, const struct event *e)
{
	return e->sk_err && e->sk_err != s->pending_err;
}

/*
 * Does the close() of the last descriptor end the connection by a RST (__tcp_close)? In ESTABLISHED
 * and CLOSE_WAIT it has not released the lock since it took it: no segment and no timer can have
 * come in between. In the other states it may have waited, with SO_LINGER.
 */
static bool is_aborted_by_close(const struct event *e)
{
	const uint16_t flags = SOCKF_LAST_REF | SOCKF_OWNED | SOCKF_SHUT_RCV | SOCKF_SHUT_SND;

	if ((e->sock_flags & (flags | SOCKF_DEAD)) != flags)
		return false;
	return e->old_state == STATE_ESTABLISHED || e->old_state == STATE_CLOSE_WAIT ||
	       story_data_unread(e) || has_sock_flag(e, SOCKF_LINGER_ZERO);
}

/*
 * Did a call of this task take the socket to CLOSE? If the change set no error, that is true only
 * in one of these cases:
 * - the task dropped the last reference;
 * - the task is in connect();
 * - no process holds the socket any more: close() with TCP_LINGER2 < 0, or out of memory;
 * - no process ever held it: it was never accepted (inet_csk_listen_stop()).
 * Otherwise only tcp_abort() is certain, and a close() that sends a RST whatever the error.
 */
static bool is_local_close(const struct story *s, const struct event *e)
{
	const uint16_t unheld = SOCKF_DEAD | SOCKF_NO_SOCKET | SOCKF_LAST_REF;

	if (!(e->task_flags & TASKF_VALID) || !local_task_may_have_changed(e) ||
	    !local_owner_may_have_closed(e))
		return false;
	if (is_aborted_by_close(e))
		return true;
	if (s->reset.received)
		return false;
	if (is_new_error(s, e))
		return e->sk_err == EVENT_ECONNABORTED;
	return e->sock_flags & unheld || e->syscall == SYSCALL_CONNECT;
}

/*
 * Does tcp_disconnect() send a RST? Its conditions are tcp_need_reset(), and unsent data in
 * LAST_ACK and CLOSING.
 */
static bool disconnect_sends_reset(const struct event *e)
{
	if (has_sock_flag(e, SOCKF_REPAIR) || e->old_state == STATE_SYN_SENT)
		return false;
	if (e->old_state == STATE_LAST_ACK || e->old_state == STATE_CLOSING)
		return e->snd_nxt != e->write_seq;
	return true;
}

/* The effect of a local close on the connection. */
static enum effect find_close_effect(const struct story *s, const struct event *e)
{
	if (story_data_unread(e) && has_sock_flag(e, SOCKF_LAST_REF) &&
	    !has_sock_flag(e, SOCKF_REPAIR))
		return EFFECT_RESET;
	if (disconnect_sends_reset(e))
		return EFFECT_RESET;
	return s->seg[SEG_FIN_OUT].seen ? EFFECT_RELEASED : EFFECT_NONE;
}

/* Undo our FIN if it was queued behind data and never sent. */
static void retract_unsent_fin(struct story *s, const struct event *e)
{
	struct close_segment *fin = &s->seg[SEG_FIN_OUT];

	if (!fin->seen || fin->exact || (int32_t)(e->snd_nxt - fin->seq) > 0)
		return;
	fin->seen = false;
	s->at_close.fin_unsent = true;
}

static void set_close(struct story *s, const struct event *e)
{
	s->progress = CLOSE_DONE;
	s->end_ns = e->ts_ns;
	s->at_close = (struct at_close){ .unread = story_data_unread(e),
					 .unacked = story_data_seqs(e->snd_una, e->write_seq),
					 .sock_flags = e->sock_flags, .sk_err = e->sk_err,
					 .err_is_old = e->sk_err && !is_new_error(s, e),
					 .old_state = e->old_state,
					 .zero_window = !e->snd_wnd,
					 .tw_full = e->flags & EVENTF_TW_FULL,
					 .rcv_nxt = e->rcv_nxt,
					 .rcv_wnd = e->rcv_wnd,
					 .user_timeout = e->flags & EVENTF_USER_TIMEOUT };
	retract_unsent_fin(s, e);
}

/*
 * Does the change to CLOSE release the socket's data at once? An orphan has no reader, and neither
 * has a socket that was never accepted. close() and connect() empty the queue (tcp_disconnect).
 */
static bool is_released_at_close(const struct story *s, const struct event *e)
{
	if (e->sock_flags & (SOCKF_DEAD | SOCKF_NO_SOCKET))
		return true;
	return s->at_close.local &&
	       (has_sock_flag(e, SOCKF_LAST_REF) || e->syscall == SYSCALL_CONNECT);
}

static void apply_close(struct story *s, const struct event *e)
{
	set_close(s, e);
	if (local_becomes_minisock(e)) {
		s->data_lost.known = true;	/* close() sends a RST if data is unread */
		s->progress = CLOSE_MINISOCK;
		s->expires_ns = e->ts_ns + (e->fin_timeout_ns ? e->fin_timeout_ns : FIN_TIMEOUT_NS);
		return;
	}
	if (local_is_clean_close(e)) {
		story_data_set_close(s, e, has_sock_flag(e, SOCKF_DEAD));
		if (e->old_state == STATE_FIN_WAIT2)
			apply_last_fin_received(s, e);
		else
			story_set_segment(s, SEG_ACK_IN, e->ts_ns, 0, e->snd_una);
		story_add_state(s, e->old_state == STATE_LAST_ACK ? STATE_CLOSE : STATE_TIME_WAIT);
		return;
	}
	story_data_set_queues(s, e);
	infer_ack_sent(s, e);
	story_add_state(s, STATE_CLOSE);
	if (e->flags & EVENTF_CONNECTOR) {
		story_calls_add_connect(s, e);
		return;
	}
	s->at_close.local = is_local_close(s, e);
	story_data_set_close(s, e, is_released_at_close(s, e));
	if (s->at_close.local)
		story_calls_add_change(s, e, find_close_effect(s, e));
}

/*
 * The connection is established, or its SYN crossed the peer's (SYN_SENT to SYN_RECV: a
 * simultaneous open, RFC 9293 section 3.5). A socket that is restored in repair mode goes through
 * connect() without a segment: how the connection was opened, and when, is unknown.
 */
static void apply_open(struct story *s, const struct event *e)
{
	if (e->flags & EVENTF_CONNECTOR)
		story_note_task(s, e);
	if (has_sock_flag(e, SOCKF_REPAIR)) {
		s->restored = true;
		story_add_state(s, STATE_ESTABLISHED);
		return;
	}
	if (e->old_state == STATE_SYN_SENT || story_is_self(s))
		s->opened = OPENED_CONNECT;
	else if (!s->opened)
		s->opened = OPENED_ACCEPT;
	if (e->old_state == STATE_SYN_SENT && e->new_state == STATE_SYN_RECV)
		s->syns_crossed = true;
	if (e->new_state != STATE_ESTABLISHED)
		return;
	s->established_ns = e->ts_ns;
	story_add_state(s, STATE_ESTABLISHED);
}

/*
 * The connection ends before it is established. If a program used it (TCP Fast Open), it was open
 * all the same: the SYN carried data, or accept() had returned the socket.
 */
static void set_opened_early(struct story *s, const struct event *e)
{
	bool has_data = e->bytes_sent || e->bytes_received;

	if (e->old_state == STATE_SYN_SENT && has_data) {
		s->opened = OPENED_CONNECT;
		s->used_early = true;
	} else if (e->old_state == STATE_SYN_RECV && s->opened != OPENED_CONNECT) {
		s->used_early = has_data || !has_sock_flag(e, SOCKF_NO_SOCKET) ||
				e->new_state != STATE_CLOSE;
		s->opened = s->used_early ? OPENED_ACCEPT : OPENED_UNKNOWN;
	}
}

static void apply_change(struct story *s, const struct event *e)
{
	s->last_old = e->old_state;
	s->last_new = e->new_state;
	story_scan_supersede(s, e);
	if (e->old_state == e->new_state) {	/* close() after our FIN was sent */
		if (story_calls_is_local(e))
			story_calls_add_change(s, e, EFFECT_RELEASED);
		return;
	}
	if (e->new_state == STATE_ESTABLISHED || e->new_state == STATE_SYN_RECV) {
		apply_open(s, e);
		return;
	}
	if (!s->established_ns)
		set_opened_early(s, e);
	story_data_set_idle(s, e);
	story_add_state(s, e->old_state);
	if (e->new_state != STATE_CLOSE)
		story_add_state(s, e->new_state);
	switch (e->new_state) {
	case STATE_FIN_WAIT1:
		apply_fin_sent(s, e);
		break;
	case STATE_CLOSE_WAIT:
		apply_fin_received(s, e);
		break;
	case STATE_LAST_ACK:
		apply_fin_sent(s, e);
		infer_ack_sent(s, e);
		break;
	case STATE_FIN_WAIT2:
		story_set_segment(s, SEG_ACK_IN, e->ts_ns, 0, e->snd_una);
		s->fins.segs_in_at_ack = e->segs_in;
		break;
	case STATE_CLOSING:
		s->fins.simultaneous = true;
		apply_fin_received(s, e);
		story_set_segment(s, SEG_ACK_OUT, e->ts_ns, e->snd_nxt, e->rcv_nxt);
		break;
	case STATE_CLOSE:
		apply_close(s, e);
		break;
	default:
		break;
	}
}

/*
 * Apply a RST that we sent. If it answers a segment, it ends a connection that waits in a minisock:
 * data arrived after our close (tcp_rcv_state_process).
 */
static void apply_reset_sent(struct story *s, const struct event *e)
{
	if (e->flags & EVENTF_NO_SOCKET) {
		if (s->progress == CLOSE_MINISOCK && e->ts_ns >= s->expires_ns)
			story_expire(s);	/* a FIN after the minisock expired */
		if (s->progress != CLOSE_MINISOCK)
			return;
		s->progress = CLOSE_NO_MINISOCK;
		story_add_state(s, STATE_CLOSE);
		return;
	}
	if (s->reset.sent)
		return;
	s->reset.sent = true;
	s->reset.ts_ns = e->ts_ns;
	s->reset.reason = (uint8_t)e->reason;
	s->reset.answer = e->flags & EVENTF_ANSWER;
	if (s->progress != CLOSE_MINISOCK || !s->reset.answer)
		return;
	story_add_state(s, STATE_CLOSE);
	if (e->old_state == STATE_TIME_WAIT)
		story_timewait_finish(s, e);
	else
		s->progress = CLOSE_DONE;	/* tcp_done() without a minisock */
}

void story_feed(struct story *s, const struct event *e)
{
	if (!s->cookie)
		s->cookie = e->cookie;
	if (e->srtt_us && (!s->srtt_min_us || e->srtt_us < s->srtt_min_us))
		s->srtt_min_us = e->srtt_us;
	switch (e->kind) {
	case EVENT_CALL:
		if (!s->nr_states)
			story_add_state(s, e->old_state);
		story_calls_add_call(s, e);
		return;
	case EVENT_TIMEWAIT:
		story_timewait_feed(s, e);
		return;
	case EVENT_RESET_SENT:
		apply_reset_sent(s, e);
		return;
	case EVENT_RESET_RECEIVED:
		s->reset.received |= s->progress == CLOSE_NOT_YET;
		return;
	case EVENT_FIN_RESENT:
		s->fins.retransmits++;
		return;
	case EVENT_SOCKET:
		story_scan_add_socket(s, e);
		return;
	case EVENT_HOLDER:
		story_scan_add_holder(s, e);
		return;
	case EVENT_STATE:
	case EVENT_DESTROY:
		break;
	default:
		return;
	}
	if (e->srtt_us)
		s->srtt_us = e->srtt_us;
	s->bytes_sent = e->bytes_sent;
	s->bytes_received = e->bytes_received - (has_sock_flag(e, SOCKF_DONE) && e->bytes_received);
	s->v4mapped = has_sock_flag(e, SOCKF_V4MAPPED);
	s->mptcp = has_sock_flag(e, SOCKF_MPTCP);
	if (e->kind == EVENT_DESTROY) {
		s->destroyed = true;
		story_data_set_release(s, e);
		if (story_calls_is_local(e))
			story_calls_add_change(s, e, s->seg[SEG_FIN_OUT].seen ? EFFECT_RELEASED :
								 EFFECT_NONE);
	} else if (s->progress == CLOSE_NOT_YET) {
		apply_change(s, e);
		s->pending_err = e->sk_err;
	}
}

bool story_is_closing(const struct story *s)
{
	return s->progress != CLOSE_NOT_YET || s->nr_states > 1 ||
	       (s->nr_states == 1 && s->states[0] != STATE_ESTABLISHED);
}

bool story_is_over(const struct story *s)
{
	return s->progress != CLOSE_NOT_YET && s->progress != CLOSE_MINISOCK;
}

bool story_awaits_release(const struct story *s)
{
	return s->progress == CLOSE_DONE && !s->data_lost.known;
}

bool story_is_final(const struct story *s)
{
	/* last close(), SO_LINGER 0: tcp_disconnect() clears the addresses, so no DESTROY comes */
	const unsigned linger_zero = SOCKF_LAST_REF | SOCKF_LINGER_ZERO;
	bool disconnected = (s->at_close.sock_flags & linger_zero) == linger_zero &&
			    !s->at_close.unread;
	bool dead = s->at_close.sock_flags & SOCKF_DEAD;

	if (!story_is_over(s))
		return false;
	if (s->reset.sent && disconnected)
		return true;
	if (s->progress != CLOSE_DONE || s->reset.sent)
		return s->destroyed || dead;
	if (s->seg[SEG_FIN_OUT].seen && s->seg[SEG_FIN_IN].seen && s->seg[SEG_ACK_IN].seen)
		return s->destroyed || dead;
	return s->destroyed && !(dead && s->at_close.sk_err);
}
