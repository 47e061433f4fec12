/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "verdict_private.h"

#include "time_units.h"

#define BLAME_MIN_NS NS_PER_MS	/* a shorter close blames neither side */

enum initiator verdict_find_first_closer(const struct story *s)
{
	const unsigned closed_first = 1u << STATE_FIN_WAIT1 | 1u << STATE_FIN_WAIT2;
	const unsigned closed_second = 1u << STATE_CLOSE_WAIT | 1u << STATE_LAST_ACK;

	if (s->fins.simultaneous || s->passed & 1u << STATE_CLOSING)
		return INITIATOR_BOTH;
	if (s->passed & closed_second)
		return INITIATOR_PEER;
	if (s->passed & closed_first || s->seg[SEG_FIN_OUT].seen)
		return INITIATOR_LOCAL;
	return s->seg[SEG_FIN_IN].seen ? INITIATOR_PEER : INITIATOR_UNKNOWN;
}

unsigned verdict_count_waves(const struct story *s)
{
	return story_is_self(s) ? SEG_COUNT / 2 : SEG_COUNT;
}

/* The waves in the order of their numbers: the first FIN, its ACK, the second FIN, its ACK. */
static void number_waves(struct verdict *v, const struct story *s)
{
	static const uint8_t ours_first[] = { SEG_FIN_OUT, SEG_ACK_IN, SEG_FIN_IN, SEG_ACK_OUT };
	static const uint8_t peers_first[] = { SEG_FIN_IN, SEG_ACK_OUT, SEG_FIN_OUT, SEG_ACK_IN };
	bool peer_was_first = verdict_find_first_closer(s) == INITIATOR_PEER;
	const uint8_t *order = peer_was_first ? peers_first : ours_first;

	v->nr_waves = 0;
	for (unsigned i = 0; i < verdict_count_waves(s); i++)
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
	return verdict_find_first_closer(s) != INITIATOR_UNKNOWN;
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

/* The state that the socket waited in when the close, or the run, was over; 0 none. */
static uint8_t find_waiting_state(const struct verdict *v, const struct story *s)
{
	if (ending_class(v->ending) == CLASS_CLEAN || !s->nr_states)
		return 0;
	switch ((enum close_progress)s->progress) {
	case CLOSE_NOT_YET:
		return s->states[s->nr_states - 1];
	case CLOSE_DONE:
		return s->at_close.old_state;
	default:
		return STATE_FIN_WAIT2;
	}
}

static enum phase phase_of_state(const struct story *s, uint8_t state)
{
	switch (state) {
	case STATE_CLOSE_WAIT:
		return PHASE_APP_HOLD;
	case STATE_FIN_WAIT2:
		return PHASE_PEER_HOLD;
	case STATE_FIN_WAIT1:
	case STATE_CLOSING:
		return s->at_close.fin_unsent ? PHASE_FIN_QUEUED : PHASE_ACK_WAIT;
	case STATE_LAST_ACK:
		return s->at_close.fin_unsent ? PHASE_FIN_QUEUED : PHASE_LAST_ACK_WAIT;
	default:
		return PHASE_COUNT;	/* not a phase of the close */
	}
}

/* The time at which a phase began; 0 not seen. A FIN that was queued and never sent has a time. */
static uint64_t find_phase_start(const struct story *s, enum phase phase)
{
	static const enum segment first[] = { [PHASE_FIN_QUEUED] = SEG_FIN_OUT,
					      [PHASE_ACK_WAIT] = SEG_FIN_OUT,
					      [PHASE_PEER_HOLD] = SEG_ACK_IN,
					      [PHASE_APP_HOLD] = SEG_FIN_IN,
					      [PHASE_LAST_ACK_WAIT] = SEG_FIN_OUT };
	const struct close_segment *w = &s->seg[first[phase]];

	return w->seen || phase == PHASE_FIN_QUEUED ? w->ts_ns : 0;
}

uint64_t verdict_phase_start_ns(const struct verdict *v, const struct story *s, enum phase phase)
{
	if (v->cut.known && v->cut.phase == phase && v->cut.at_least)
		return s->scan.closing_since_ns;
	return find_phase_start(s, phase);
}

/* The time at which the wave that ends a phase came or left; 0 not seen. */
static uint64_t find_phase_end(const struct story *s, enum phase phase)
{
	static const enum segment last[] = { [PHASE_FIN_QUEUED] = SEG_FIN_OUT,
					     [PHASE_ACK_WAIT] = SEG_ACK_IN,
					     [PHASE_PEER_HOLD] = SEG_FIN_IN,
					     [PHASE_APP_HOLD] = SEG_FIN_OUT,
					     [PHASE_LAST_ACK_WAIT] = SEG_ACK_IN };
	const struct close_segment *w = &s->seg[last[phase]];

	return w->seen ? w->ts_ns : 0;
}

static void set_cut(struct verdict *v, enum phase phase, uint64_t from_ns, uint64_t to_ns,
		    bool at_least)
{
	uint64_t sum = to_ns - from_ns;

	if (!from_ns || to_ns < from_ns || v->phase[phase].known)
		return;
	for (unsigned i = 0; i < PHASE_TOTAL; i++)
		sum += v->phase[i].ns;
	if (at_least || !v->phase[PHASE_TOTAL].known || sum <= v->phase[PHASE_TOTAL].ns)
		v->cut = (struct phase_cut){ to_ns - from_ns, phase, true, at_least };
}

/* The phase that a scan found in progress, and that ended since. */
static void find_cut_of_scan(struct verdict *v, const struct story *s)
{
	enum phase phase = s->nr_states ? phase_of_state(s, s->states[0]) : PHASE_COUNT;

	if (s->scan.closing_since_ns && phase != PHASE_COUNT && !find_phase_start(s, phase))
		set_cut(v, phase, s->scan.closing_since_ns,
			find_phase_end(s, phase) ?: v->settled_ns, true);
}

static void find_cut(struct verdict *v, const struct story *s)
{
	enum phase phase = phase_of_state(s, find_waiting_state(v, s));

	if (phase != PHASE_COUNT)
		set_cut(v, phase, find_phase_start(s, phase), v->settled_ns, false);
	if (!v->cut.known)
		find_cut_of_scan(v, s);
}

/* The latest close() of the same process that returned before the trigger, and ended nothing. */
static const struct socket_call *find_intended_close(const struct verdict *v, const struct story *s)
{
	for (unsigned i = s->nr_calls; i-- > 0;) {
		const struct socket_call *a = &s->calls[i];

		if (a != v->trigger && a->pid == v->trigger->pid && a->returned && !a->ret &&
		    a->trigger != TRIGGER_SHUTDOWN && a->effect == EFFECT_NONE &&
		    a->ts_ns + a->call_ns <= v->trigger->effect_ns)
			return a;
	}
	return NULL;
}

/* The call with an effect that took longest: the trigger, or the close() that came after it. */
static const struct socket_call *find_longest_call(const struct story *s)
{
	const struct socket_call *longest = NULL;

	for (unsigned i = 0; i < s->nr_calls; i++) {
		const struct socket_call *a = &s->calls[i];

		if (a->returned && !a->deferred && a->effect != EFFECT_NONE &&
		    (!longest || a->call_ns > longest->call_ns))
			longest = a;
	}
	return longest;
}

static void find_delay(struct verdict *v, const struct story *s)
{
	const struct socket_call *a = find_longest_call(s);

	if (a)
		v->delay = (struct call_delay){ a->call_ns, a, NULL };
	if (!v->trigger || !v->trigger->deferred)
		return;
	a = find_intended_close(v, s);
	if (a)
		v->delay = (struct call_delay){ v->trigger->effect_ns - a->ts_ns, a, v->trigger };
}

/*
 * Whom to blame for a wait for an ACK that never came, or whose path is not known: the network,
 * unless the FIN was lost or our send queue delayed it.
 */
static enum blame blame_ack_wait(const struct story *s)
{
	if (s->fins.retransmits)
		return BLAME_LOST_FIN;
	return s->queues.known && (s->queues.unsent || s->queues.window_closed) ? BLAME_SEND_QUEUE
										: BLAME_NETWORK;
}

/* The time that a segment and its answer need, in ns; UINT64_MAX if neither end has measured it. */
static uint64_t find_path_ns(const struct story *s)
{
	uint32_t us = s->srtt_min_us, twin_us = s->twin.known ? s->twin.srtt_min_us : 0;

	if (!us || (twin_us && twin_us < us))
		us = twin_us;
	return us ? us * NS_PER_US : UINT64_MAX;
}

/*
 * Divide a wait for an ACK that came. The network gets no more than the path is known to take. The
 * rest is the peer's: of its program, if its FIN carried the ACK, else of its kernel.
 */
static void spend_ack_wait(uint64_t spent[BLAME_COUNT], const struct story *s, enum phase phase,
			   uint64_t ns)
{
	enum blame blame = blame_ack_wait(s);
	uint64_t path_ns = find_path_ns(s);
	bool with_fin = phase == PHASE_ACK_WAIT && s->fins.same_segment;

	if (blame != BLAME_NETWORK || ns <= path_ns) {
		spent[blame] += ns;
		return;
	}
	spent[BLAME_NETWORK] += path_ns;
	spent[with_fin ? BLAME_PEER_APP : BLAME_DELAYED_ACK] += ns - path_ns;
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

/* Whom to blame for the phase that no wave ended. */
static enum blame blame_cut(const struct verdict *v, const struct story *s)
{
	switch (v->cut.phase) {
	case PHASE_APP_HOLD:
		return BLAME_LOCAL_APP;
	case PHASE_PEER_HOLD:
		return BLAME_PEER_APP;
	case PHASE_FIN_QUEUED:
		return BLAME_SEND_QUEUE;
	default:
		return blame_ack_wait(s);
	}
}

static void decide_blame(struct verdict *v, const struct story *s)
{
	uint64_t spent[BLAME_COUNT] = { 0 };
	uint64_t sum = v->cut.ns;

	v->blame = BLAME_NONE;
	v->blame_known = v->phase[PHASE_TOTAL].known || v->cut.known;
	if (v->phase[PHASE_TOTAL].ns < BLAME_MIN_NS && v->cut.ns < BLAME_MIN_NS)
		return;
	if (v->cut.known)
		spent[blame_cut(v, s)] += v->cut.ns;
	spend_ack_wait(spent, s, PHASE_ACK_WAIT, v->phase[PHASE_ACK_WAIT].ns);
	spend_ack_wait(spent, s, PHASE_LAST_ACK_WAIT, v->phase[PHASE_LAST_ACK_WAIT].ns);
	spent[BLAME_PEER_APP] += v->phase[PHASE_PEER_HOLD].ns;
	spent[BLAME_LOCAL_APP] += v->phase[PHASE_APP_HOLD].ns;
	for (unsigned i = 0; i < PHASE_TOTAL; i++)
		sum += v->phase[i].ns;
	if (v->phase[PHASE_TOTAL].ns > sum)
		spent[blame_last_state(s)] += v->phase[PHASE_TOTAL].ns - sum;
	for (unsigned i = 1; i < BLAME_COUNT; i++)
		if (spent[i] > spent[v->blame])
			v->blame = i;
	v->blame_ns = v->blame == BLAME_NONE ? 0 : spent[v->blame];
	v->blame_at_least = v->cut.at_least && blame_cut(v, s) == v->blame;
}

void verdict_set_times(struct verdict *v, const struct story *s, uint64_t now_ns)
{
	number_waves(v, s);
	find_start(v, s, now_ns);
	measure_phases(v, s);
	find_cut(v, s);
	find_delay(v, s);
	decide_blame(v, s);
}
