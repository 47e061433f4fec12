/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "verdict_private.h"

#include <string.h>

#define TH_RST 0x04

static bool has_sock_flag(const struct story *s, unsigned bit)
{
	return s->at_close.sock_flags & bit;
}

static enum reason find_reset_received_reason(const struct story *s)
{
	switch (s->at_close.old_state) {
	case STATE_CLOSE_WAIT:
		return REASON_HALF_CLOSED;
	case STATE_FIN_WAIT2:
		return has_sock_flag(s, SOCKF_DEAD) ? REASON_AFTER_CLOSE : REASON_HALF_CLOSED;
	case STATE_FIN_WAIT1:
	case STATE_CLOSING:
	case STATE_LAST_ACK:
		return REASON_CLOSING;
	default:
		return REASON_ESTABLISHED;
	}
}

static enum reason find_timed_out_reason(const struct story *s)
{
	const struct at_close *c = &s->at_close;

	if (c->fin_unsent && c->zero_window)
		return REASON_ZERO_WINDOW;
	switch (c->old_state) {
	case STATE_FIN_WAIT1:
		return REASON_FIN_WAIT_1;
	case STATE_FIN_WAIT2:
		return REASON_FIN_WAIT_2;
	case STATE_CLOSING:
		return REASON_CLOSING;
	case STATE_LAST_ACK:
		return REASON_LAST_ACK;
	default:
		break;
	}
	if (c->user_timeout)
		return REASON_USER_TIMEOUT;
	if (c->zero_window && c->unacked)
		return REASON_ZERO_WINDOW;
	return c->unacked ? REASON_RETRANSMISSION : REASON_KEEPALIVE;
}

static void set_ending(struct verdict *v, enum ending ending, enum reason reason)
{
	v->ending = ending;
	v->reason = reason;
}

/* Infer from the socket's fields why we sent a RST: the kernel gave no reason, or "TCP_STATE". */
static enum reason infer_reset_reason(const struct verdict *v, const struct story *s)
{
	bool resets = s->reset.sent || (v->trigger && v->trigger->effect == EFFECT_RESET);

	if (has_sock_flag(s, SOCKF_DEAD) && s->at_close.old_state == STATE_FIN_WAIT2)
		return REASON_LINGER2;
	if (has_sock_flag(s, SOCKF_DEAD) && has_sock_flag(s, SOCKF_OWNED))
		return REASON_NO_MEMORY;
	if (has_sock_flag(s, SOCKF_LAST_REF) && s->at_close.unread)
		return REASON_UNREAD_DATA;
	if (has_sock_flag(s, SOCKF_LAST_REF) && has_sock_flag(s, SOCKF_LINGER_ZERO))
		return resets ? REASON_LINGER_ZERO : REASON_NONE;
	if (has_sock_flag(s, SOCKF_HELD) && has_sock_flag(s, SOCKF_OWNED))
		return resets ? REASON_DISCONNECT : REASON_NONE;
	if (has_sock_flag(s, SOCKF_NO_SOCKET) && !has_sock_flag(s, SOCKF_OWNED | SOCKF_DEAD))
		return REASON_NOT_ACCEPTED;
	return s->reset.sent ? REASON_OTHER : REASON_NONE;
}

static enum reason find_timeout_of_idle(const struct story *s)
{
	return s->at_close.user_timeout ? REASON_USER_TIMEOUT : REASON_KEEPALIVE;
}

/* The kernel's own reason for a RST that we sent; REASON_NONE if it gave none that says more. */
static enum reason find_kernel_reason(const struct story *s)
{
	switch (s->reset.sent ? s->reset.reason : RESET_NOT_GIVEN) {
	case RESET_ABORT_ON_CLOSE:
		return REASON_UNREAD_DATA;
	case RESET_ABORT_ON_LINGER:
		return REASON_LINGER2;
	case RESET_ABORT_ON_MEMORY:
		return REASON_NO_MEMORY;
	case RESET_KEEPALIVE_TIMEOUT:
		return find_timeout_of_idle(s);
	default:
		return REASON_NONE;
	}
}

static enum reason find_reset_sent_reason(const struct verdict *v, const struct story *s)
{
	enum reason reason = find_kernel_reason(s);

	if (reason)
		return reason;
	if (s->reset.answer)
		return has_sock_flag(s, SOCKF_LINGER2_NEG) ? REASON_LINGER2
							   : REASON_DATA_AFTER_CLOSE;
	return infer_reset_reason(v, s);
}

/* Decide on a CLOSE with neither an error nor the last wave: this side ended the connection. */
static void decide_local_close(struct verdict *v, const struct story *s)
{
	enum reason reason = find_reset_sent_reason(v, s);

	if (has_sock_flag(s, SOCKF_REPAIR))
		set_ending(v, ENDING_ABORTED, REASON_REPAIR);
	else if (reason)
		set_ending(v, ENDING_RESET_SENT, reason);
	else if (s->at_close.sk_err && !s->at_close.local)
		set_ending(v, ENDING_TIMED_OUT, find_timed_out_reason(s));
	else
		set_ending(v, ENDING_ABORTED, REASON_OTHER);
}

/* Decide on a RST that came, or on data that came after our close, which calls tcp_reset() too. */
static void decide_received_reset(struct verdict *v, const struct story *s)
{
	if (s->reset.sent && s->reset.answer)
		set_ending(v, ENDING_RESET_SENT, REASON_DATA_AFTER_CLOSE);
	else
		set_ending(v, ENDING_RESET_RECEIVED, find_reset_received_reason(s));
}

/*
 * Why was the connection not established? connect() fails before it has a port if there is none
 * (inet_hash_connect), and closes the socket itself.
 */
static enum reason find_never_open_reason(const struct verdict *v, const struct story *s)
{
	switch (s->at_close.sk_err) {
	case EVENT_ECONNREFUSED:
	case EVENT_ECONNRESET:
		return REASON_REFUSED;
	case EVENT_ETIMEDOUT:
		return REASON_TIMED_OUT;
	case EVENT_ENETDOWN:
	case EVENT_ENETUNREACH:
	case EVENT_EHOSTDOWN:
	case EVENT_EHOSTUNREACH:
		return REASON_UNREACHABLE;
	default:
		break;
	}
	if (!v->trigger)
		return REASON_OTHER;
	return v->trigger->trigger == TRIGGER_CONNECT && !s->flow.local_port ? REASON_NO_PORT :
									       REASON_CLOSED;
}

/* The error that tcp_reset() sets in each state. */
static uint16_t get_error_of_reset(uint8_t state)
{
	switch (state) {
	case STATE_SYN_SENT:
		return EVENT_ECONNREFUSED;
	case STATE_CLOSE_WAIT:
		return EVENT_EPIPE;
	default:
		return EVENT_ECONNRESET;
	}
}

/*
 * Decide the ending from the error that the change to CLOSE set. False if it set none. A RST that
 * came is known without it, if the kernel has the tracepoint. A timer sets ETIMEDOUT, or the error
 * of an ICMP message; keepalive sends a RST first, for which kernels from 6.10 on give a reason.
 */
static bool decide_by_error(struct verdict *v, const struct story *s)
{
	uint16_t err = s->at_close.err_is_old ? 0 : s->at_close.sk_err;
	bool resets = s->reset.sent && !s->reset.answer;

	if (err == EVENT_ECONNABORTED)
		set_ending(v, ENDING_RESET_SENT, REASON_DESTROYED);
	else if (err == get_error_of_reset(s->at_close.old_state))
		decide_received_reset(v, s);
	else if (err && resets && s->reset.reason == RESET_NOT_GIVEN)
		set_ending(v, ENDING_RESET_SENT, find_timeout_of_idle(s));
	else if (err && !resets)
		set_ending(v, ENDING_TIMED_OUT, find_timed_out_reason(s));
	else
		return false;
	return true;
}

/* Decide if the last wave came: then the close was clean, whatever error is on the socket. */
static bool decide_by_last_wave(struct verdict *v, const struct story *s)
{
	enum ending clean = s->fins.same_segment ? ENDING_THREE_WAY : ENDING_FOUR_WAY;
	uint8_t old = s->at_close.old_state;

	if ((s->fins.simultaneous || old == STATE_CLOSING) && s->seg[SEG_ACK_IN].seen)
		set_ending(v, story_is_self(s) ? ENDING_TWO_WAY : ENDING_SIMULTANEOUS, REASON_NONE);
	else if (old == STATE_LAST_ACK && s->seg[SEG_ACK_IN].seen)
		set_ending(v, clean, REASON_NONE);
	else if (old == STATE_FIN_WAIT2 && s->seg[SEG_ACK_OUT].seen)
		set_ending(v, clean, REASON_NONE);
	else
		return false;
	return true;
}

/*
 * Decide by what happened to the socket; the error on it comes last, since it may be older than the
 * end. A timer may set the same error once more: then no RST and no call explains the end.
 */
static void decide_close(struct verdict *v, const struct story *s)
{
	uint8_t old = s->at_close.old_state;

	if (!s->established_ns && !s->used_early &&
	    (old == STATE_SYN_SENT || old == STATE_SYN_RECV))
		set_ending(v, ENDING_NEVER_OPEN, find_never_open_reason(v, s));
	else if (decide_by_last_wave(v, s))
		return;
	else if (s->reset.received)
		decide_received_reset(v, s);
	else if ((s->at_close.local && s->at_close.sk_err != EVENT_ECONNABORTED) ||
		 find_kernel_reason(s))
		decide_local_close(v, s);
	else if (!decide_by_error(v, s))
		decide_local_close(v, s);
}

static void decide_after_timewait(struct verdict *v, const struct story *s)
{
	if (s->timewait_tcp_flags & TH_RST)
		set_ending(v, ENDING_RESET_RECEIVED, REASON_AFTER_CLOSE);
	else if (s->seg[SEG_FIN_IN].seen)
		set_ending(v, ENDING_FOUR_WAY, REASON_NONE);
	else
		set_ending(v, ENDING_RESET_SENT, REASON_DATA_AFTER_CLOSE);
}

static void decide_ending(struct verdict *v, const struct story *s)
{
	switch ((enum close_progress)s->progress) {
	case CLOSE_NOT_YET:
	case CLOSE_MINISOCK:
		set_ending(v, ENDING_OPEN, REASON_NONE);
		break;
	case CLOSE_DONE:
		decide_close(v, s);
		break;
	case CLOSE_BY_SEGMENT:
		decide_after_timewait(v, s);
		break;
	case CLOSE_EXPIRED:
		set_ending(v, ENDING_TIMED_OUT, REASON_FIN_WAIT_2);
		break;
	case CLOSE_NO_MINISOCK:
		set_ending(v, ENDING_ABORTED, s->at_close.tw_full ? REASON_TIME_WAIT_OVERFLOW :
								REASON_OTHER);
		break;
	}
}

/* The peer refused the connection, a local task gave up, or no answer came. */
static enum initiator find_never_open_initiator(const struct verdict *v, const struct story *s)
{
	switch (s->at_close.sk_err) {
	case 0:
		return v->trigger ? INITIATOR_LOCAL : INITIATOR_UNKNOWN;
	case EVENT_ECONNRESET:
	case EVENT_ECONNREFUSED:
		return INITIATOR_PEER;
	default:
		return INITIATOR_NONE;
	}
}

static void decide_initiator(struct verdict *v, const struct story *s)
{
	v->initiator = verdict_find_first_closer(s);
	if (v->initiator != INITIATOR_UNKNOWN)
		return;
	if (v->ending == ENDING_NEVER_OPEN)
		v->initiator = find_never_open_initiator(v, s);
	else if (v->ending == ENDING_RESET_SENT)
		v->initiator = INITIATOR_LOCAL;
	else if (v->ending == ENDING_RESET_RECEIVED)
		v->initiator = INITIATOR_PEER;
	else if (v->ending == ENDING_TIMED_OUT)
		v->initiator = INITIATOR_NONE;
	else if (v->ending == ENDING_ABORTED)
		v->initiator = v->trigger ? INITIATOR_LOCAL : INITIATOR_UNKNOWN;
}

/* The call that sent our RST, if another one is the trigger. */
static const struct socket_call *find_reset_by(const struct verdict *v, const struct story *s)
{
	if (v->ending != ENDING_RESET_SENT)
		return NULL;
	for (unsigned i = 0; i < s->nr_calls; i++)
		if (s->calls[i].effect == EFFECT_RESET && &s->calls[i] != v->trigger)
			return &s->calls[i];
	return NULL;
}

/* Did something between the ends send the RST that came? Known if the other end is. */
static enum middlebox find_middlebox(const struct verdict *v, const struct story *s)
{
	if (v->ending != ENDING_RESET_RECEIVED || !s->twin.known)
		return MIDDLEBOX_UNKNOWN;
	switch ((enum twin_reset)s->twin.reset) {
	case TWIN_RESET_SENT:
		return MIDDLEBOX_NO;
	case TWIN_RESET_NOT_SENT:
		return MIDDLEBOX_YES;
	default:
		return MIDDLEBOX_UNKNOWN;
	}
}

/* Does a state show a FIN or its ACK that was not seen? */
static bool has_gap(const struct story *s)
{
	const unsigned acked = 1u << STATE_FIN_WAIT2;
	const unsigned received = 1u << STATE_CLOSE_WAIT | 1u << STATE_LAST_ACK |
				  1u << STATE_CLOSING;
	const unsigned sent = 1u << STATE_FIN_WAIT1 | 1u << STATE_FIN_WAIT2 | 1u << STATE_LAST_ACK |
			      1u << STATE_CLOSING;

	return (s->passed & acked && !s->seg[SEG_ACK_IN].seen) ||
	       (s->passed & received && !s->seg[SEG_FIN_IN].seen) ||
	       (s->passed & sent && !s->seg[SEG_FIN_OUT].seen && !s->at_close.fin_unsent);
}

/* Facts missing besides those that the story has noted, as bits of enum missing. */
static unsigned find_missing(const struct verdict *v, const struct story *s)
{
	bool clean = ending_class(v->ending) == CLASS_CLEAN, sent = s->seg[SEG_FIN_OUT].seen;
	bool opened = v->ending != ENDING_NEVER_OPEN;
	bool has_all = v->nr_waves == verdict_count_waves(s);
	bool known = s->fins.same_segment_known || s->fins.simultaneous;
	bool ended = opened && v->ending != ENDING_OPEN;
	unsigned bits = 0;

	bits |= (unsigned)(opened && !s->established_ns && !s->used_early) << MISSING_AGE;
	bits |= (unsigned)(has_gap(s) || (clean && !has_all)) << MISSING_WAVES;
	bits |= (unsigned)(clean && has_all && !known) << MISSING_SHARED_SEGMENT;
	bits |= (unsigned)(sent && !v->trigger) << MISSING_TRIGGER;
	bits |= (unsigned)(sent && s->queues.known && s->queues.unsent) << MISSING_FIN_LEFT;
	bits |= (unsigned)!!s->scan.holders_dropped << MISSING_HOLDERS;
	bits |= (unsigned)!!s->calls_omitted << MISSING_CALLS;
	bits |= (unsigned)(ended && s->progress == CLOSE_DONE && !s->data_lost.known)
		<< MISSING_RELEASE;
	bits |= (unsigned)(ended && v->initiator == INITIATOR_UNKNOWN) << MISSING_INITIATOR;
	bits |= (unsigned)!v->start_ns << MISSING_START;
	return bits;
}

static const char *const missing_text[MISSING_COUNT] = {
	[MISSING_AGE] = "age_ns: opened before tracing began, or an event was lost",
	[MISSING_WAVES] = "waves: the close began before tracing did, or an event was lost",
	[MISSING_SHARED_SEGMENT] = "ending: whether waves 2 and 3 shared a segment was not seen",
	[MISSING_LATE_SEGMENTS] = "waves: no hook shows segments that come after the close",
	[MISSING_TRIGGER] = "trigger: no task held the socket when our FIN was queued",
	[MISSING_CALL] =
		"calls: the return of a call was not seen, nor which descriptor it was for",
	[MISSING_RETURN] = "calls: the return of a call was not seen",
	[MISSING_FIN_LEFT] = "fin_queued: the kernel does not show when a queued FIN leaves",
	[MISSING_HOLDERS] = "holders: there are more than are kept",
	[MISSING_CALLS] = "calls: more were made than are kept",
	[MISSING_INITIATOR] = "initiator: the first FIN was not seen",
	[MISSING_START] = "start: the close began before tracing did, or an event was lost",
	[MISSING_RELEASE] = "data_lost: data was unread, and a process still held the socket",
};

static void list_missing(struct verdict *v, const struct story *s)
{
	unsigned bits = s->missing | find_missing(v, s);

	if (bits & 1u << MISSING_CALL)
		bits &= ~(1u << MISSING_RETURN);	/* MISSING_CALL includes it */
	v->partial = bits & (1u << MISSING_WAVES | 1u << MISSING_LATE_SEGMENTS);
	for (; bits && v->nr_missing < VERDICT_MISSING; bits &= bits - 1)
		v->missing[v->nr_missing++] = missing_text[__builtin_ctz(bits)];
}

void verdict_make(struct verdict *v, const struct story *s, uint64_t now_ns)
{
	memset(v, 0, sizeof(*v));
	v->trigger = story_trigger(s);
	decide_ending(v, s);
	decide_initiator(v, s);
	v->reset_by = find_reset_by(v, s);
	v->middlebox = find_middlebox(v, s);
	verdict_set_times(v, s, now_ns);
	list_missing(v, s);
}
