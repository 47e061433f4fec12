/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ladder.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "twin.h"

#define BIT(state) (1u << STATE_##state)

static enum side flip_side(enum side side)
{
	return side == LADDER_LEFT ? LADDER_RIGHT : LADDER_LEFT;
}

static bool is_mirrored(const struct flow *a, const struct flow *b)
{
	return a->family == b->family && a->local_port == b->peer_port &&
	       a->peer_port == b->local_port &&
	       !memcmp(a->local_addr, b->peer_addr, sizeof(a->local_addr)) &&
	       !memcmp(a->peer_addr, b->local_addr, sizeof(a->peer_addr));
}

bool ladder_are_twins(const struct story *a, const struct story *b)
{
	if (a->host != b->host)
		return a->isns_known && b->isns_known && twin_match(&a->isns, &b->isns);
	if (a->cookie && b->cookie)
		return (a->twin.known && a->twin.cookie == b->cookie) ||
		       (b->twin.known && b->twin.cookie == a->cookie);
	return a->twin.known && b->twin.known && is_mirrored(&a->flow, &b->flow);
}

/* Append a rung without a time. LADDER_RUNGS is enough for all that two stories can hold. */
static struct rung *add_rung(struct ladder *l, enum rung_kind kind, enum side side)
{
	struct rung *r = &l->rung[l->nr];

	*r = (struct rung){ .kind = (uint8_t)kind, .side = (uint8_t)side, .nr = (uint8_t)l->nr };
	l->nr++;
	return r;
}

static void set_rung_time(struct rung *r, uint64_t ts_ns)
{
	r->ts_ns = ts_ns;
	r->dated = true;
}

static const struct close_segment *find_segment(const struct ladder *l, enum side side,
						enum segment seg)
{
	const struct story *s = l->s[side];

	return s && s->seg[seg].seen ? &s->seg[seg] : NULL;
}

/* The side that sent the first FIN; the left one if that is unknown, or if the FINs crossed. */
static enum side find_first_closer(const struct ladder *l)
{
	return l->v[LADDER_LEFT]->initiator == INITIATOR_PEER ? LADDER_RIGHT : LADDER_LEFT;
}

static bool has_combined_segment(const struct ladder *l)
{
	for (unsigned i = 0; i < LADDER_SIDES; i++)
		if (l->s[i] && l->s[i]->fins.same_segment && !l->s[i]->fins.simultaneous)
			return true;
	return false;
}

/* Can the times of both sides be compared? */
static bool has_one_clock(const struct ladder *l)
{
	return !l->s[LADDER_RIGHT] || l->s[LADDER_LEFT]->clock == l->s[LADDER_RIGHT]->clock;
}

/* Add a segment that `from` sent, merged from the facts of both ends. */
static void add_segment(struct ladder *l, enum side from, bool fin, uint8_t number)
{
	const struct close_segment *sent = find_segment(l, from, fin ? SEG_FIN_OUT : SEG_ACK_OUT);
	const struct close_segment *came =
		find_segment(l, flip_side(from), fin ? SEG_FIN_IN : SEG_ACK_IN);
	bool seen_leaving = sent && (sent->exact || !came);
	const struct close_segment *w = seen_leaving ? sent : came;
	struct rung *r;

	if (!w)
		return;
	if (!fin && number == 2 && has_combined_segment(l))
		return;		/* this ACK travels with the FIN */
	r = add_rung(l, RUNG_SEGMENT, from);
	set_rung_time(r, w->ts_ns);
	r->fin = fin;
	r->wave = number;
	r->exact = w->exact || (came && came->exact);
	if (seen_leaving && came && came->ts_ns >= sent->ts_ns) {
		r->transit_ns = r->transit_max_ns = came->ts_ns - sent->ts_ns;
		r->has_transit = came->exact && sent->exact && has_one_clock(l);
	}
	if (sent && sent->has_seq)
		w = sent;
	else if (came && came->has_seq)
		w = came;
	r->seq = w->seq;
	r->has_seq = w->has_seq;
	r->ack = w->ack;
	r->has_ack = true;
	if (fin && number == 3 && has_combined_segment(l)) {
		r->wave = 2;
		r->wave2 = 3;
	}
}

/* Did this side send a FIN, without any sign that it arrived? */
static bool is_unanswered(const struct ladder *l, enum side side)
{
	return find_segment(l, side, SEG_FIN_OUT) && !find_segment(l, side, SEG_ACK_IN) &&
	       !find_segment(l, flip_side(side), SEG_FIN_IN);
}

static void add_retransmits(struct ladder *l, enum side side)
{
	const struct close_segment *fin = find_segment(l, side, SEG_FIN_OUT);
	struct rung *r;

	if (!l->s[side] || !l->s[side]->fins.retransmits)
		return;
	r = add_rung(l, RUNG_RETRANSMIT, side);
	r->ts_ns = fin ? fin->ts_ns : l->v[side]->start_ns;
	r->count = l->s[side]->fins.retransmits;
	r->exact = true;
	r->unanswered = is_unanswered(l, side);
}

/*
 * Add the data that the passive closer still sent: the bytes from the number that the first FIN
 * acknowledged up to the second FIN. If we are the passive closer, these include bytes that we had
 * sent before the first FIN and the peer had not acknowledged in it. The time of the data is
 * unknown, so the rung takes the time of the rung before it: the ACK of the first FIN, or that FIN.
 */
static void add_data_between_fins(struct ladder *l)
{
	enum side first = find_first_closer(l);
	const struct close_segment *fin1 = find_segment(l, first, SEG_FIN_OUT) ?:
					   find_segment(l, flip_side(first), SEG_FIN_IN);
	const struct close_segment *fin2 = find_segment(l, first, SEG_FIN_IN) ?:
					   find_segment(l, flip_side(first), SEG_FIN_OUT);
	int32_t bytes;
	struct rung *r;

	if (!fin1 || !fin2 || !fin2->has_seq || l->v[LADDER_LEFT]->initiator == INITIATOR_BOTH)
		return;
	bytes = (int32_t)(fin2->seq - fin1->ack);
	if (bytes <= 0)
		return;
	r = add_rung(l, RUNG_DATA, flip_side(first));
	r->ts_ns = l->rung[l->nr - 2].ts_ns;
	r->count = (uint32_t)bytes;
}

static struct rung *find_reset(struct ladder *l, enum side from)
{
	for (unsigned i = 0; i < l->nr; i++)
		if (l->rung[i].rst && l->rung[i].side == from)
			return &l->rung[i];
	return NULL;
}

/* Did something between the two ends send the RST that arrived at this side? */
static bool is_reset_from_between(const struct ladder *l, enum side side)
{
	return l->s[side] && l->v[side]->ending == ENDING_RESET_RECEIVED &&
	       l->v[side]->middlebox == MIDDLEBOX_YES;
}

static void add_reset_sent(struct ladder *l, enum side side)
{
	const struct story *s = l->s[side];
	bool ended = s && l->v[side]->ending == ENDING_RESET_SENT;
	struct rung *r;

	if (!ended && !(s && s->reset.sent && l->v[side]->ending != ENDING_RESET_RECEIVED))
		return;
	if (!s->reset.sent && is_reset_from_between(l, flip_side(side)))
		return;		/* it only seemed so: this side sent no RST */
	if (ended && l->v[side]->reason == REASON_DATA_AFTER_CLOSE) {
		r = add_rung(l, RUNG_DATA, flip_side(side));
		r->ts_ns = s->reset.sent ? s->reset.ts_ns : s->end_ns;
	}
	r = add_rung(l, RUNG_SEGMENT, side);
	set_rung_time(r, s->reset.sent ? s->reset.ts_ns : s->end_ns);
	r->rst = true;
	r->exact = s->reset.sent;
}

/* Call this after add_reset_sent() for both sides: it completes the rung of a RST sent. */
static void add_reset_received(struct ladder *l, enum side side)
{
	bool between = is_reset_from_between(l, side);
	struct rung *r;

	if (!l->s[side] || l->v[side]->ending != ENDING_RESET_RECEIVED)
		return;
	r = between ? NULL : find_reset(l, flip_side(side));
	if (!r) {
		r = add_rung(l, RUNG_SEGMENT, flip_side(side));
		set_rung_time(r, l->s[side]->end_ns);
		r->rst = r->exact = true;
		r->origin = between ? RESET_FROM_BETWEEN :
			    l->v[side]->middlebox == MIDDLEBOX_NO ? RESET_FROM_END :
								   RESET_FROM_UNKNOWN;
		return;
	}
	if (l->s[side]->end_ns < r->ts_ns)
		return;
	r->transit_ns = r->transit_max_ns = l->s[side]->end_ns - r->ts_ns;
	r->has_transit = r->exact && has_one_clock(l);
}

/* Add the end of a connection that ended without a segment, or that has not ended. */
static void add_end_without_segment(struct ladder *l, enum side side)
{
	const struct verdict *v = l->v[side];

	if (!l->s[side])
		return;
	if (v->ending == ENDING_TIMED_OUT || v->ending == ENDING_ABORTED ||
	    v->ending == ENDING_NEVER_OPEN || v->ending == ENDING_OPEN)
		set_rung_time(add_rung(l, RUNG_END, side), v->settled_ns);
}

static void add_calls(struct ladder *l, enum side side)
{
	const struct story *s = l->s[side];

	for (unsigned i = 0; s && i < s->nr_calls; i++) {
		struct rung *r = add_rung(l, RUNG_CALL, side);

		set_rung_time(r, s->calls[i].ts_ns);
		r->call = &s->calls[i];
		r->exact = true;
	}
}

static int compare_rungs(const void *a, const void *b)
{
	const struct rung *x = a, *y = b;

	if (x->ts_ns != y->ts_ns)
		return x->ts_ns < y->ts_ns ? -1 : 1;
	return x->nr - y->nr;
}

/* Sort by time. Rungs with equal times stay in the order added: a call before its effect. */
static void sort_rungs(struct ladder *l)
{
	qsort(l->rung, l->nr, sizeof(*l->rung), compare_rungs);
}

/* Advance *at to the next state in the set, and return that state; 0 if there is none. */
static uint8_t find_next_state(const struct story *s, unsigned *at, unsigned states)
{
	for (unsigned i = *at + 1; i < s->nr_states; i++) {
		if (!(states >> s->states[i] & 1))
			continue;
		*at = i;
		return s->states[i];
	}
	return 0;
}

/* Did the close continue in a timewait minisock? */
static bool was_left_to_minisock(const struct story *s)
{
	return s->progress != CLOSE_NOT_YET && s->progress != CLOSE_DONE;
}

/* Was the socket an orphan at ts_ns? If a later call released it, a process still held it. */
static bool was_orphan_at(const struct story *s, uint64_t ts_ns)
{
	for (unsigned i = 0; i < s->nr_calls; i++)
		if (s->calls[i].effect == EFFECT_RELEASED && s->calls[i].ts_ns > ts_ns)
			return false;
	return was_left_to_minisock(s);
}

/* Return the state that a rung led to on a side with a story, 0 if it changed no state. */
static uint8_t find_observed_state(const struct story *s, enum side side, const struct rung *r,
				   unsigned *at)
{
	uint8_t state = 0, further;

	if (r->kind == RUNG_CALL && r->side == side && r->call->effect == EFFECT_RELEASED &&
	    s->states[*at] == STATE_FIN_WAIT2 && was_left_to_minisock(s))
		return STATE_FIN_WAIT2;
	if (r->kind == RUNG_END)
		return r->side == side ? find_next_state(s, at, BIT(CLOSE)) : 0;
	if (r->kind != RUNG_SEGMENT)
		return 0;
	if (r->rst && r->origin != RESET_FROM_END && r->side == side)
		return 0;	/* it did not come from this side */
	if (r->rst)
		return find_next_state(s, at, BIT(CLOSE));
	if (s->fins.simultaneous && r->wave == 1 && r->side != side)
		return find_next_state(s, at, BIT(FIN_WAIT1));	/* its own FIN crosses this one */
	if (s->fins.simultaneous && r->wave == 3 && r->side == side)
		return find_next_state(s, at, BIT(CLOSING));
	if (r->side == side)
		return r->fin ? find_next_state(s, at, BIT(FIN_WAIT1) | BIT(LAST_ACK)) : 0;
	if (!r->fin || r->wave2)
		state = find_next_state(s, at, BIT(FIN_WAIT2) | BIT(TIME_WAIT) | BIT(CLOSE));
	if (!r->fin)
		return state;
	further = find_next_state(s, at, BIT(CLOSE_WAIT) | BIT(CLOSING) | BIT(TIME_WAIT));
	return further ? further : state;
}

/* Return the state that a rung implies for a right side without a story, 0 if none; now: before. */
static uint8_t infer_state(const struct ladder *l, const struct rung *r, uint8_t now)
{
	const struct story *s = l->s[LADDER_LEFT];
	bool answered = s && s->seg[SEG_ACK_IN].seen;

	if (r->kind != RUNG_SEGMENT)
		return 0;
	if (r->side == LADDER_RIGHT && r->rst)
		return r->origin == RESET_FROM_END ? STATE_CLOSE : 0;
	if (!r->fin || (r->side == LADDER_LEFT && !answered))
		return 0;
	if (s && s->fins.simultaneous)
		return r->side == LADDER_RIGHT ? STATE_FIN_WAIT1 : 0;
	if (now == STATE_ESTABLISHED)
		return r->side == LADDER_RIGHT ? STATE_FIN_WAIT1 : STATE_CLOSE_WAIT;
	if (r->side == LADDER_RIGHT)
		return now == STATE_CLOSE_WAIT ? STATE_LAST_ACK : 0;
	return now == STATE_FIN_WAIT1 ? STATE_TIME_WAIT : 0;
}

/* Set the states of a socket that is connected to itself: when a segment left, and arrived. */
static void set_states_of_self(struct ladder *l)
{
	const struct story *s = l->s[LADDER_LEFT];
	unsigned at = 0;

	l->first[LADDER_LEFT] = s->nr_states ? s->states[0] : 0;
	for (unsigned i = 0; i < l->nr; i++) {
		struct rung *r = &l->rung[i];

		if (r->kind == RUNG_SEGMENT && r->fin) {
			r->state[LADDER_LEFT] = find_next_state(s, &at, BIT(FIN_WAIT1));
			r->state[LADDER_RIGHT] = find_next_state(s, &at, BIT(CLOSING));
		} else if (r->kind == RUNG_SEGMENT && !r->rst) {
			r->state[LADDER_RIGHT] = find_next_state(s, &at, BIT(FIN_WAIT2) |
							BIT(TIME_WAIT) | BIT(CLOSE));
		} else if (r->kind != RUNG_CALL) {
			r->state[LADDER_LEFT] = find_next_state(s, &at, BIT(CLOSE));
		}
	}
}

static void set_states(struct ladder *l)
{
	unsigned at[LADDER_SIDES] = { 0 };
	uint8_t implied = 0;

	for (unsigned i = 0; i < LADDER_SIDES; i++)
		if (l->s[i] && l->s[i]->nr_states)
			l->first[i] = l->s[i]->states[0];
	if (!l->s[LADDER_RIGHT] && l->first[LADDER_LEFT] == STATE_ESTABLISHED)
		l->first[LADDER_RIGHT] = implied = STATE_ESTABLISHED;
	for (unsigned i = 0; i < l->nr; i++) {
		struct rung *r = &l->rung[i];

		for (unsigned side = 0; side < LADDER_SIDES; side++) {
			if (!l->s[side])
				continue;
			r->state[side] = find_observed_state(l->s[side], side, r, &at[side]);
			r->orphan[side] = r->state[side] == STATE_FIN_WAIT2 &&
					  was_orphan_at(l->s[side], r->ts_ns);
		}
		if (l->s[LADDER_RIGHT])
			continue;
		r->state[LADDER_RIGHT] = infer_state(l, r, implied);
		if (r->state[LADDER_RIGHT])
			implied = r->state[LADDER_RIGHT];
	}
}

/* Sequence numbers are shown relative to those of the first known FIN. */
static void set_base_seqs(struct ladder *l)
{
	for (unsigned i = 0; i < l->nr; i++) {
		const struct rung *r = &l->rung[i];
		enum side from = r->side;

		if (r->has_seq && !l->has_base[from]) {
			l->base_seq[from] = r->seq;
			l->has_base[from] = true;
		}
		if (r->has_ack && !l->has_base[flip_side(from)]) {
			l->base_seq[flip_side(from)] = r->ack;
			l->has_base[flip_side(from)] = true;
		}
	}
}

static void choose_sides(struct ladder *l, const struct story *a, const struct verdict *va,
			 const struct story *b, const struct verdict *vb)
{
	bool swap = b && (va->initiator == INITIATOR_PEER ||
			  (va->initiator != INITIATOR_LOCAL && a->opened == OPENED_ACCEPT));

	l->s[LADDER_LEFT] = swap ? b : a;
	l->v[LADDER_LEFT] = swap ? vb : va;
	l->s[LADDER_RIGHT] = swap ? a : b;
	l->v[LADDER_RIGHT] = swap ? va : vb;
}

static void add_wave_of_self(struct ladder *l, enum segment segment, uint8_t number)
{
	const struct close_segment *w = find_segment(l, LADDER_LEFT, segment);
	struct rung *r;

	if (!w)
		return;
	r = add_rung(l, RUNG_SEGMENT, LADDER_LEFT);
	set_rung_time(r, w->ts_ns);
	r->fin = segment == SEG_FIN_OUT;
	r->wave = number;
	r->exact = w->exact;
	r->seq = w->seq;
	r->has_seq = w->has_seq;
	r->ack = w->ack;
	r->has_ack = true;
}

/* Make the ladder of a socket that is connected to itself: one FIN, one ACK, or a RST. */
static void make_ladder_of_self(struct ladder *l)
{
	l->is_self = true;
	add_calls(l, LADDER_LEFT);
	add_wave_of_self(l, SEG_FIN_OUT, 1);
	add_retransmits(l, LADDER_LEFT);
	add_wave_of_self(l, SEG_ACK_IN, 2);
	add_reset_sent(l, LADDER_LEFT);
	add_reset_received(l, LADDER_LEFT);
	add_end_without_segment(l, LADDER_LEFT);
	sort_rungs(l);
	set_base_seqs(l);
	set_states_of_self(l);
}

void ladder_make(struct ladder *l, const struct story *a, const struct verdict *va,
		 const struct story *b, const struct verdict *vb)
{
	enum side first;

	memset(l, 0, offsetof(struct ladder, rung));
	choose_sides(l, a, va, b, vb);
	if (!b && story_is_self(a)) {
		make_ladder_of_self(l);
		return;
	}
	first = find_first_closer(l);
	add_calls(l, LADDER_LEFT);
	add_calls(l, LADDER_RIGHT);
	add_segment(l, first, true, 1);
	add_retransmits(l, first);
	add_segment(l, flip_side(first), false, 2);
	add_data_between_fins(l);
	add_segment(l, flip_side(first), true, 3);
	add_retransmits(l, flip_side(first));
	add_segment(l, first, false, 4);
	for (unsigned side = 0; side < LADDER_SIDES; side++)
		add_reset_sent(l, side);
	for (unsigned side = 0; side < LADDER_SIDES; side++)
		add_reset_received(l, side);
	for (unsigned side = 0; side < LADDER_SIDES; side++)
		add_end_without_segment(l, side);
	for (unsigned i = 0; i < l->nr; i++)
		if (l->rung[i].fin && is_unanswered(l, l->rung[i].side))
			l->rung[i].unanswered = true;
	sort_rungs(l);
	set_base_seqs(l);
	set_states(l);
}
