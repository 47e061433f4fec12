/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ladder.h"

#include <stddef.h>
#include <string.h>

#define BIT(state) (1u << STATE_##state)

static enum side other(enum side side)
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
	if (a->cookie && b->cookie)
		return (a->has_twin && a->twin_cookie == b->cookie) ||
		       (b->has_twin && b->twin_cookie == a->cookie);
	return a->has_twin && b->has_twin && is_mirrored(&a->flow, &b->flow);
}

/* One more, undated: there is room for all that two stories can hold. */
static struct rung *add(struct ladder *l, enum rung_kind kind, enum side side)
{
	struct rung *r = &l->rung[l->nr++];

	*r = (struct rung){ .kind = (uint8_t)kind, .side = (uint8_t)side };
	return r;
}

static void date(struct rung *r, uint64_t ts_ns)
{
	r->ts_ns = ts_ns;
	r->dated = true;
}

static const struct wave *wave_of(const struct ladder *l, enum side side, enum segment seg)
{
	const struct story *s = l->s[side];

	return s && s->seg[seg].seen ? &s->seg[seg] : NULL;
}

/* Who sent the first FIN; the left where that is not known, or both did. */
static enum side first_side(const struct ladder *l)
{
	return l->v[LADDER_LEFT]->initiator == INITIATOR_PEER ? LADDER_RIGHT : LADDER_LEFT;
}

static bool in_one_segment(const struct ladder *l)
{
	for (unsigned i = 0; i < LADDER_SIDES; i++)
		if (l->s[i] && l->s[i]->same_segment && !l->s[i]->simultaneous)
			return true;
	return false;
}

/* The two ends' words of one segment, which `from` sent. */
static void segment(struct ladder *l, enum side from, bool fin, uint8_t number)
{
	const struct wave *sent = wave_of(l, from, fin ? SEG_FIN_OUT : SEG_ACK_OUT);
	const struct wave *came = wave_of(l, other(from), fin ? SEG_FIN_IN : SEG_ACK_IN);
	bool seen_leaving = sent && (sent->exact || !came);
	const struct wave *w = seen_leaving ? sent : came;
	struct rung *r;

	if (!w)
		return;
	if (!fin && number == 2 && in_one_segment(l))
		return;		/* it travels with the FIN */
	r = add(l, RUNG_SEGMENT, from);
	date(r, w->ts_ns);
	r->fin = fin;
	r->wave = number;
	r->exact = w->exact || (came && came->exact);
	if (seen_leaving && came && came->ts_ns >= sent->ts_ns) {
		r->transit_ns = came->ts_ns - sent->ts_ns;
		r->has_transit = came->exact && sent->exact;
	}
	if (sent && sent->has_seq)
		w = sent;
	else if (came && came->has_seq)
		w = came;
	r->seq = w->seq;
	r->has_seq = w->has_seq;
	r->ack = w->ack;
	r->has_ack = true;
	if (fin && number == 3 && in_one_segment(l)) {
		r->wave = 2;
		r->wave2 = 3;
	}
}

/* Did its FIN go out, and no word came of it? */
static bool is_unanswered(const struct ladder *l, enum side side)
{
	return wave_of(l, side, SEG_FIN_OUT) && !wave_of(l, side, SEG_ACK_IN) &&
	       !wave_of(l, other(side), SEG_FIN_IN);
}

static void again(struct ladder *l, enum side side)
{
	const struct wave *fin = wave_of(l, side, SEG_FIN_OUT);
	struct rung *r;

	if (!l->s[side] || !l->s[side]->fin_retransmits)
		return;
	r = add(l, RUNG_AGAIN, side);
	r->ts_ns = fin ? fin->ts_ns : l->v[side]->start_ns;
	r->count = l->s[side]->fin_retransmits;
	r->exact = true;
	r->unanswered = is_unanswered(l, side);
}

/*
 * What the side that did not begin still sent: from what the first FIN acknowledged to the second
 * FIN. Of our own that is what the peer had not acknowledged by then. When that was is not known:
 * it is put behind what was added last, the ACK of the first FIN, or that FIN.
 */
static void data_between(struct ladder *l)
{
	enum side first = first_side(l);
	const struct wave *fin1 = wave_of(l, first, SEG_FIN_OUT) ?:
				  wave_of(l, other(first), SEG_FIN_IN);
	const struct wave *fin2 = wave_of(l, first, SEG_FIN_IN) ?:
				  wave_of(l, other(first), SEG_FIN_OUT);
	int32_t bytes;
	struct rung *r;

	if (!fin1 || !fin2 || !fin2->has_seq || l->v[LADDER_LEFT]->initiator == INITIATOR_BOTH)
		return;
	bytes = (int32_t)(fin2->seq - fin1->ack);
	if (bytes <= 0)
		return;
	r = add(l, RUNG_DATA, other(first));
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

static void reset_out(struct ladder *l, enum side side)
{
	const struct story *s = l->s[side];
	bool ended = s && l->v[side]->ending == ENDING_RESET_SENT;
	struct rung *r;

	if (!ended && !(s && s->reset.sent && l->v[side]->ending != ENDING_RESET_RECEIVED))
		return;
	if (ended && l->v[side]->reason == REASON_DATA_AFTER_CLOSE) {
		r = add(l, RUNG_DATA, other(side));
		r->ts_ns = s->reset.sent ? s->reset.ts_ns : s->end_ns;
	}
	r = add(l, RUNG_SEGMENT, side);
	date(r, s->reset.sent ? s->reset.ts_ns : s->end_ns);
	r->rst = true;
	r->exact = s->reset.sent;
}

/* After reset_out() of both. */
static void reset_in(struct ladder *l, enum side side)
{
	struct rung *r;

	if (!l->s[side] || l->v[side]->ending != ENDING_RESET_RECEIVED)
		return;
	r = find_reset(l, other(side));
	if (!r) {
		r = add(l, RUNG_SEGMENT, other(side));
		date(r, l->s[side]->end_ns);
		r->rst = r->exact = true;
		return;
	}
	if (l->s[side]->end_ns < r->ts_ns)
		return;
	r->transit_ns = l->s[side]->end_ns - r->ts_ns;
	r->has_transit = r->exact;
}

/* What ended, or did not, without a segment. */
static void end_alone(struct ladder *l, enum side side)
{
	const struct verdict *v = l->v[side];

	if (!l->s[side])
		return;
	if (v->ending == ENDING_TIMED_OUT || v->ending == ENDING_ABORTED ||
	    v->ending == ENDING_NEVER_OPEN || v->ending == ENDING_OPEN)
		date(add(l, RUNG_END, side), v->settled_ns);
}

static void acts(struct ladder *l, enum side side)
{
	const struct story *s = l->s[side];

	for (unsigned i = 0; s && i < s->nr_acts; i++) {
		struct rung *r = add(l, RUNG_ACT, side);

		date(r, s->acts[i].ts_ns);
		r->act = &s->acts[i];
		r->exact = true;
	}
}

/* In the order of time; of the same instant a call comes before what it made, the rest as added. */
static void sort(struct ladder *l)
{
	for (unsigned i = 1; i < l->nr; i++) {
		struct rung r = l->rung[i];
		unsigned k = i;

		for (; k && l->rung[k - 1].ts_ns > r.ts_ns; k--)
			l->rung[k] = l->rung[k - 1];
		l->rung[k] = r;
	}
}

/* The next state of this side that is one of these; 0 none. */
static uint8_t advance(const struct story *s, unsigned *at, unsigned states)
{
	for (unsigned i = *at + 1; i < s->nr_states; i++) {
		if (!(states >> s->states[i] & 1))
			continue;
		*at = i;
		return s->states[i];
	}
	return 0;
}

static bool is_left_to_the_kernel(const struct story *s)
{
	return s->end != END_NOT_YET && s->end != END_CLOSE;
}

/* ... and was by then: no later act let go of the socket. */
static bool is_orphan(const struct story *s, uint64_t ts_ns)
{
	for (unsigned i = 0; i < s->nr_acts; i++)
		if (s->acts[i].effect == EFFECT_RELEASED && s->acts[i].ts_ns > ts_ns)
			return false;
	return is_left_to_the_kernel(s);
}

/* Where a rung led a side whose states are known. */
static uint8_t told_state(const struct story *s, enum side side, const struct rung *r, unsigned *at)
{
	uint8_t state = 0, further;

	if (r->kind == RUNG_ACT && r->side == side && r->act->effect == EFFECT_RELEASED &&
	    s->states[*at] == STATE_FIN_WAIT2 && is_left_to_the_kernel(s))
		return STATE_FIN_WAIT2;
	if (r->kind == RUNG_END)
		return r->side == side ? advance(s, at, BIT(CLOSE)) : 0;
	if (r->kind != RUNG_SEGMENT)
		return 0;
	if (r->rst)
		return advance(s, at, BIT(CLOSE));
	if (s->simultaneous && r->wave == 1 && r->side != side)
		return advance(s, at, BIT(FIN_WAIT1));	/* its own FIN is on its way */
	if (s->simultaneous && r->wave == 3 && r->side == side)
		return advance(s, at, BIT(CLOSING));
	if (r->side == side)
		return r->fin ? advance(s, at, BIT(FIN_WAIT1) | BIT(LAST_ACK)) : 0;
	if (!r->fin || r->wave2)
		state = advance(s, at, BIT(FIN_WAIT2) | BIT(TIME_WAIT) | BIT(CLOSE));
	if (!r->fin)
		return state;
	further = advance(s, at, BIT(CLOSE_WAIT) | BIT(CLOSING) | BIT(TIME_WAIT));
	return further ? further : state;
}

/* The same of one of which only the segments are known. */
static uint8_t implied_state(const struct ladder *l, const struct rung *r, uint8_t now)
{
	bool answered = l->s[LADDER_LEFT]->seg[SEG_ACK_IN].seen;

	if (r->kind != RUNG_SEGMENT)
		return 0;
	if (r->side == LADDER_RIGHT && r->rst)
		return STATE_CLOSE;
	if (!r->fin || (r->side == LADDER_LEFT && !answered))
		return 0;
	if (l->s[LADDER_LEFT]->simultaneous)
		return r->side == LADDER_RIGHT ? STATE_FIN_WAIT1 : 0;
	if (now == STATE_ESTABLISHED)
		return r->side == LADDER_RIGHT ? STATE_FIN_WAIT1 : STATE_CLOSE_WAIT;
	if (r->side == LADDER_RIGHT)
		return now == STATE_CLOSE_WAIT ? STATE_LAST_ACK : 0;
	return now == STATE_FIN_WAIT1 ? STATE_TIME_WAIT : 0;
}

static void fill_states(struct ladder *l)
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
			r->state[side] = told_state(l->s[side], side, r, &at[side]);
			r->orphan[side] = r->state[side] == STATE_FIN_WAIT2 &&
					  is_orphan(l->s[side], r->ts_ns);
		}
		if (l->s[LADDER_RIGHT])
			continue;
		r->state[LADDER_RIGHT] = implied_state(l, r, implied);
		if (r->state[LADDER_RIGHT])
			implied = r->state[LADDER_RIGHT];
	}
}

/* Numbers count from what the first FIN that is known carries. */
static void find_bases(struct ladder *l)
{
	for (unsigned i = 0; i < l->nr; i++) {
		const struct rung *r = &l->rung[i];
		enum side from = r->side;

		if (r->has_seq && !l->has_base[from]) {
			l->base_seq[from] = r->seq;
			l->has_base[from] = true;
		}
		if (r->has_ack && !l->has_base[other(from)]) {
			l->base_seq[other(from)] = r->ack;
			l->has_base[other(from)] = true;
		}
	}
}

static void place(struct ladder *l, const struct story *a, const struct verdict *va,
		  const struct story *b, const struct verdict *vb)
{
	bool swap = b && (va->initiator == INITIATOR_PEER ||
			  (va->initiator != INITIATOR_LOCAL && a->opened == OPENED_ACCEPT));

	l->s[LADDER_LEFT] = swap ? b : a;
	l->v[LADDER_LEFT] = swap ? vb : va;
	l->s[LADDER_RIGHT] = swap ? a : b;
	l->v[LADDER_RIGHT] = swap ? va : vb;
}

void ladder_make(struct ladder *l, const struct story *a, const struct verdict *va,
		 const struct story *b, const struct verdict *vb)
{
	enum side first;

	memset(l, 0, offsetof(struct ladder, rung));
	place(l, a, va, b, vb);
	first = first_side(l);
	acts(l, LADDER_LEFT);
	acts(l, LADDER_RIGHT);
	segment(l, first, true, 1);
	again(l, first);
	segment(l, other(first), false, 2);
	data_between(l);
	segment(l, other(first), true, 3);
	again(l, other(first));
	segment(l, first, false, 4);
	for (unsigned side = 0; side < LADDER_SIDES; side++)
		reset_out(l, side);
	for (unsigned side = 0; side < LADDER_SIDES; side++)
		reset_in(l, side);
	for (unsigned side = 0; side < LADDER_SIDES; side++)
		end_alone(l, side);
	for (unsigned i = 0; i < l->nr; i++)
		if (l->rung[i].fin && is_unanswered(l, l->rung[i].side))
			l->rung[i].unanswered = true;
	sort(l);
	find_bases(l);
	fill_states(l);
}
