/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "verdict.h"

#include <string.h>

#include "time_units.h"

#define TH_RST 0x04
#define BLAME_MIN_NS NS_PER_MS	/* a shorter close blames neither side */

static bool has_sock_flag(const struct story *s, unsigned bit)
{
	return s->at_close.sock_flags & bit;
}

static bool has_passed_state(const struct story *s, uint8_t state)
{
	for (unsigned i = 0; i < s->nr_states; i++)
		if (s->states[i] == state)
			return true;
	return false;
}

/* Find who sent the first FIN: from states that only one order of FINs leads to, else from FINs. */
static enum initiator find_first_closer(const struct story *s)
{
	const struct close_segment *out = &s->seg[SEG_FIN_OUT], *in = &s->seg[SEG_FIN_IN];

	if (s->fins.simultaneous || has_passed_state(s, STATE_CLOSING))
		return INITIATOR_BOTH;
	if (has_passed_state(s, STATE_CLOSE_WAIT) || has_passed_state(s, STATE_LAST_ACK))
		return INITIATOR_PEER;
	if (has_passed_state(s, STATE_FIN_WAIT1) || has_passed_state(s, STATE_FIN_WAIT2))
		return INITIATOR_LOCAL;
	if (out->seen)
		return INITIATOR_LOCAL;
	return in->seen ? INITIATOR_PEER : INITIATOR_UNKNOWN;
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

static enum reason find_reset_sent_reason(const struct verdict *v, const struct story *s)
{
	switch (s->reset.sent ? s->reset.reason : RESET_NOT_GIVEN) {
	case RESET_ABORT_ON_CLOSE:
		return REASON_UNREAD_DATA;
	case RESET_ABORT_ON_LINGER:
		return REASON_LINGER2;
	case RESET_ABORT_ON_MEMORY:
		return REASON_NO_MEMORY;
	case RESET_KEEPALIVE_TIMEOUT:
		return s->at_close.user_timeout ? REASON_USER_TIMEOUT : REASON_KEEPALIVE;
	default:
		break;
	}
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
	else
		set_ending(v, ENDING_ABORTED, REASON_OTHER);
}

/* Decide the ending from the error on the socket at CLOSE. Returns false if there is none. */
static bool decide_by_error(struct verdict *v, const struct story *s)
{
	switch (s->at_close.sk_err) {
	case 0:
		return false;
	case EVENT_ECONNABORTED:
		set_ending(v, ENDING_RESET_SENT, REASON_DESTROYED);
		return true;
	case EVENT_ECONNRESET:
	case EVENT_EPIPE:
	case EVENT_ECONNREFUSED:
		/* tcp_reset() also runs for data after our close, which we answer with a RST */
		if (s->reset.sent && s->reset.answer)
			set_ending(v, ENDING_RESET_SENT, REASON_DATA_AFTER_CLOSE);
		else
			set_ending(v, ENDING_RESET_RECEIVED, find_reset_received_reason(s));
		return true;
	default:
		if (s->reset.sent && !s->reset.answer)
			set_ending(v, ENDING_RESET_SENT, s->at_close.user_timeout ?
			       REASON_USER_TIMEOUT : REASON_KEEPALIVE);
		else
			set_ending(v, ENDING_TIMED_OUT, find_timed_out_reason(s));
		return true;
	}
}

static void decide_close(struct verdict *v, const struct story *s)
{
	enum ending clean = s->fins.same_segment ? ENDING_THREE_WAY : ENDING_FOUR_WAY;
	uint8_t old = s->at_close.old_state;

	if (!s->established_ns && (old == STATE_SYN_SENT || old == STATE_SYN_RECV))
		set_ending(v, ENDING_NEVER_OPEN, REASON_NONE);
	else if (decide_by_error(v, s))
		return;
	else if ((s->fins.simultaneous || old == STATE_CLOSING) && s->seg[SEG_ACK_IN].seen)
		set_ending(v, ENDING_SIMULTANEOUS, REASON_NONE);
	else if (old == STATE_LAST_ACK && s->seg[SEG_ACK_IN].seen)
		set_ending(v, clean, REASON_NONE);
	else if (old == STATE_FIN_WAIT2 && s->seg[SEG_ACK_OUT].seen)
		set_ending(v, clean, REASON_NONE);
	else
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
	v->initiator = find_first_closer(s);
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

/* The waves in the order of their numbers: the first FIN, its ACK, the second FIN, its ACK. */
static void number_waves(struct verdict *v, const struct story *s)
{
	static const uint8_t ours_first[] = { SEG_FIN_OUT, SEG_ACK_IN, SEG_FIN_IN, SEG_ACK_OUT };
	static const uint8_t peers_first[] = { SEG_FIN_IN, SEG_ACK_OUT, SEG_FIN_OUT, SEG_ACK_IN };
	const uint8_t *order = find_first_closer(s) == INITIATOR_PEER ? peers_first : ours_first;

	v->nr_waves = 0;
	for (unsigned i = 0; i < SEG_COUNT; i++)
		if (s->seg[order[i]].seen)
			v->wave[v->nr_waves++] = (struct verdict_wave){ order[i], i + 1 };
}

static uint64_t find_wave1_ns(const struct verdict *v, const struct story *s)
{
	if (!v->nr_waves || v->wave[0].number != 1)
		return 0;
	return s->seg[v->wave[0].segment].ts_ns;
}

static void find_start(struct verdict *v, const struct story *s, uint64_t now_ns)
{
	uint64_t start = find_wave1_ns(v, s);

	v->settled_ns = story_is_over(s) ? s->end_ns : now_ns;
	if (s->progress != CLOSE_NOT_YET && (!start || s->end_ns < start))
		start = s->end_ns;
	if (s->reset.sent && (!start || s->reset.ts_ns < start))
		start = s->reset.ts_ns;
	if (v->trigger && (!start || v->trigger->ts_ns < start))
		start = v->trigger->ts_ns;
	v->start_ns = start;
	if (v->settled_ns < start)
		v->settled_ns = start;
}

static void set_phase(struct verdict *v, enum phase phase, uint64_t from_ns, uint64_t to_ns)
{
	if (!from_ns || to_ns < from_ns)
		return;
	v->phase[phase] = (struct phase_time){ .ns = to_ns - from_ns, .known = true };
}

/* Set a phase that is part of the total. Leave it unknown if the sum would exceed the total. */
static void set_phase_part(struct verdict *v, enum phase phase, const struct close_segment *from,
			   const struct close_segment *to)
{
	const struct phase_time *total = &v->phase[PHASE_TOTAL];
	uint64_t sum = to->ts_ns - from->ts_ns;

	if (!from->seen || !to->seen)
		return;
	for (unsigned i = 0; i < PHASE_TOTAL; i++)
		sum += v->phase[i].ns;
	if (!total->known || sum <= total->ns)
		set_phase(v, phase, from->ts_ns, to->ts_ns);
}

/* No wave 1 was seen: was there one all the same, before tracing began or in a lost event? */
static bool is_start_unseen(const struct story *s)
{
	return find_first_closer(s) != INITIATOR_UNKNOWN;
}

static void measure_phases(struct verdict *v, const struct story *s)
{
	const struct close_segment *fin_out = &s->seg[SEG_FIN_OUT], *ack_in = &s->seg[SEG_ACK_IN];
	const struct close_segment *fin_in = &s->seg[SEG_FIN_IN];
	uint64_t wave1 = find_wave1_ns(v, s);

	if (wave1)
		set_phase(v, PHASE_TOTAL, wave1, v->settled_ns);
	else if (v->start_ns && !is_start_unseen(s))
		set_phase(v, PHASE_TOTAL, v->start_ns, v->settled_ns);
	if (v->initiator == INITIATOR_PEER) {
		set_phase_part(v, PHASE_APP_HOLD, fin_in, fin_out);
		set_phase_part(v, PHASE_LAST_ACK_WAIT, fin_out, ack_in);
	} else {
		set_phase_part(v, PHASE_ACK_WAIT, fin_out, ack_in);
		if (!s->fins.simultaneous)
			set_phase_part(v, PHASE_PEER_HOLD, ack_in, fin_in);
	}
}

/*
 * Whom to blame for the wait for an ACK: the network, unless the FIN was lost or our send queue
 * delayed it.
 */
static enum blame blame_ack_wait(const struct story *s)
{
	if (s->fins.retransmits)
		return BLAME_LOST_FIN;
	return s->queues.known && (s->queues.unsent || s->queues.window_closed) ? BLAME_SEND_QUEUE
										: BLAME_NETWORK;
}

/*
 * Whom to blame for the time after the last wave seen: whoever the last state waited for.
 */
static enum blame blame_last_state(const struct story *s)
{
	switch (s->nr_states > 1 && story_is_over(s) ? s->states[s->nr_states - 2] :
		s->nr_states ? s->states[s->nr_states - 1] : 0) {
	case STATE_CLOSE_WAIT:
		return BLAME_LOCAL_APP;
	case STATE_FIN_WAIT2:
		return BLAME_PEER_APP;
	case STATE_FIN_WAIT1:
	case STATE_CLOSING:
	case STATE_LAST_ACK:
		return blame_ack_wait(s);
	default:
		return BLAME_NONE;
	}
}

static void decide_blame(struct verdict *v, const struct story *s)
{
	uint64_t spent[BLAME_COUNT] = { 0 };
	uint64_t sum = 0;

	v->blame = BLAME_NONE;
	v->blame_known = v->phase[PHASE_TOTAL].known;
	if (!v->phase[PHASE_TOTAL].known || v->phase[PHASE_TOTAL].ns < BLAME_MIN_NS)
		return;
	spent[blame_ack_wait(s)] += v->phase[PHASE_ACK_WAIT].ns + v->phase[PHASE_LAST_ACK_WAIT].ns;
	spent[BLAME_PEER_APP] += v->phase[PHASE_PEER_HOLD].ns;
	spent[BLAME_LOCAL_APP] += v->phase[PHASE_APP_HOLD].ns;
	for (unsigned i = 0; i < PHASE_TOTAL; i++)
		sum += v->phase[i].ns;
	if (v->phase[PHASE_TOTAL].ns > sum)
		spent[blame_last_state(s)] += v->phase[PHASE_TOTAL].ns - sum;
	for (unsigned i = 1; i < BLAME_COUNT; i++)
		if (spent[i] > spent[v->blame])
			v->blame = i;
}

/* Does a state show a FIN or its ACK that was not seen? */
static bool has_gap(const struct story *s)
{
	if (has_passed_state(s, STATE_FIN_WAIT2) && !s->seg[SEG_ACK_IN].seen)
		return true;
	if ((has_passed_state(s, STATE_CLOSE_WAIT) || has_passed_state(s, STATE_LAST_ACK) ||
	     has_passed_state(s, STATE_CLOSING)) &&
	    !s->seg[SEG_FIN_IN].seen)
		return true;
	return (has_passed_state(s, STATE_FIN_WAIT1) || has_passed_state(s, STATE_FIN_WAIT2) ||
		has_passed_state(s, STATE_LAST_ACK) || has_passed_state(s, STATE_CLOSING)) &&
	       !s->seg[SEG_FIN_OUT].seen && !s->at_close.fin_unsent;
}

/* Facts missing besides those that the story has noted, as bits of enum missing. */
static unsigned find_missing(const struct verdict *v, const struct story *s)
{
	bool clean = ending_class(v->ending) == CLASS_CLEAN, sent = s->seg[SEG_FIN_OUT].seen;
	bool opened = v->ending != ENDING_NEVER_OPEN, has_all = v->nr_waves == SEG_COUNT;
	bool known = s->fins.same_segment_known || s->fins.simultaneous;
	bool ended = opened && v->ending != ENDING_OPEN;
	unsigned bits = 0;

	bits |= (unsigned)(opened && !s->established_ns) << MISSING_AGE;
	bits |= (unsigned)(has_gap(s) || (clean && !has_all)) << MISSING_WAVES;
	bits |= (unsigned)(clean && has_all && !known) << MISSING_SHARED_SEGMENT;
	bits |= (unsigned)(sent && !v->trigger) << MISSING_TRIGGER;
	bits |= (unsigned)(sent && s->queues.known && s->queues.unsent) << MISSING_FIN_LEFT;
	bits |= (unsigned)!!s->scan.holders_dropped << MISSING_HOLDERS;
	bits |= (unsigned)!!s->calls_omitted << MISSING_CALLS;
	bits |= (unsigned)(ended && v->initiator == INITIATOR_UNKNOWN) << MISSING_INITIATOR;
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
	number_waves(v, s);
	find_start(v, s, now_ns);
	measure_phases(v, s);
	decide_blame(v, s);
	list_missing(v, s);
}
