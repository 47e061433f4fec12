/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The picture. Each row is a text of the left side, what is between the two rails, and a text of
 * the right:
 *
 *          ESTABLISHED |                                      | ESTABLISHED
 *  close(5) client[100] |                                      |
 *                      |------- 1 FIN seq +0 ack +0 --------->|
 *            FIN_WAIT1 |    seq 4220295741 ack 2505423116     | CLOSE_WAIT
 *                      :                197 ms                :
 */
#include "timeline.h"

#include <string.h>

#include "call_text.h"
#include "escape.h"
#include "fmt.h"
#include "two_columns.h"

#define ONE_ROW_INNER 60	/* from here on the raw numbers fit onto the rung */
#define HIDE_GAP_NS 1000000	/* between a call and the segment that it made, less is not shown */

#define DIM "\033[2m"
#define RED "\033[31m"

unsigned timeline_columns(const struct view *v)
{
	if (v->wide)
		return TIMELINE_COLUMNS_MAX;
	if (v->columns < TIMELINE_COLUMNS)
		return TIMELINE_COLUMNS;
	return v->columns < TIMELINE_COLUMNS_MAX ? v->columns : TIMELINE_COLUMNS_MAX;
}

static struct buf *side_of(struct pen *p, unsigned side)
{
	return side == LADDER_LEFT ? &p->left : &p->right;
}

static void process(struct buf *b, const uint8_t *comm, uint32_t pid, size_t width)
{
	struct buf number = { 0 };

	buf_char(&number, '[');
	buf_u64(&number, pid);
	buf_char(&number, ']');
	text_terminal(b, comm, strnlen((const char *)comm, EVENT_COMM_LEN),
		      width > number.len ? width - number.len : 0);
	pen_add(b, &number);
	buf_release(&number);
}

void timeline_process(struct buf *b, const struct ladder *l, enum side side, size_t width)
{
	const struct story *s = l->s[side], *near = l->s[LADDER_LEFT];
	const struct act *a = s ? act_actor(s, l->v[side]) : NULL;

	if (a)
		process(b, a->comm, a->pid, width);
	else if (s && s->nr_holders)
		process(b, s->holders[0].comm, s->holders[0].pid, width);
	else if (s || side == LADDER_LEFT)
		buf_char(b, '-');
	else if (near->has_twin && near->twin_pid)
		process(b, near->twin_comm, near->twin_pid, width);
	else
		buf_str(b, "peer");
}

static void head(struct pen *p)
{
	const struct flow *w = &p->l->s[LADDER_LEFT]->flow;
	size_t half = p->margin + p->inner / 2;
	struct buf left = { 0 }, middle = { 0 }, right = { 0 };

	fmt_clock(&middle, view_wall_ns(p->v, p->l->v[LADDER_LEFT]->start_ns));
	timeline_process(&left, p->l, LADDER_LEFT, half);
	timeline_process(&right, p->l, LADDER_RIGHT, half);
	pen_heads(p, &left, &middle, &right);
	buf_reset(&left);
	buf_reset(&middle);
	buf_reset(&right);
	fmt_endpoint_cut(&left, w->family, w->local_addr, w->local_port, half);
	fmt_endpoint_cut(&right, w->family, w->peer_addr, w->peer_port, half);
	pen_heads(p, &left, &middle, &right);
	buf_release(&left);
	buf_release(&middle);
	buf_release(&right);
}

/* "FIN_WAIT1", "(CLOSE_WAIT)" of a side that is only implied, "FIN_WAIT2 (orphan)" */
static void state(struct pen *p, unsigned side, uint8_t state, bool orphan)
{
	const struct story *s = p->l->s[side];
	struct buf *b = side_of(p, side);

	if (!state)
		return;
	if (!s)
		buf_char(b, '(');
	buf_str(b, state_name(state));
	if (!s)
		buf_char(b, ')');
	else if (orphan)
		buf_str(b, " (orphan)");
}

static bool is_sent_right(const struct rung *r)
{
	return r->side == LADDER_LEFT;
}

/* "------- 1 FIN seq +0 ack +0 ------->" */
static void arrow(struct pen *p, const struct rung *r, const struct buf *label)
{
	size_t len = pen_columns(label), room = p->inner - 1;
	size_t before = len + 2 < room ? (room - len - 2) / 2 : 0;
	size_t after = len + 2 < room ? room - len - 2 - before : 0;
	const char *head = is_sent_right(r) ? p->brush->to_right : p->brush->to_left;

	if (r->unanswered)
		head = p->brush->unknown;
	if (!is_sent_right(r))
		buf_str(&p->between, head);
	pen_line(p, before, !r->exact);
	buf_char(&p->between, ' ');
	pen_add(&p->between, label);
	buf_char(&p->between, ' ');
	pen_line(p, after, !r->exact);
	if (is_sent_right(r))
		buf_str(&p->between, head);
	p->color = r->rst ? RED : r->exact ? NULL : DIM;
	pen_row(p);
}

/* " seq +0" from where numbers count; nothing where that is not known */
static void relative(const struct pen *p, struct buf *b, const char *what, unsigned side,
		     uint32_t number)
{
	int32_t n = (int32_t)(number - p->l->base_seq[side]);

	buf_str(b, what);
	if (n >= 0)
		buf_char(b, '+');
	buf_i64(b, n);
}

/* Adds what still fits onto the rung. */
static bool add_if_room(const struct pen *p, struct buf *label, struct buf *part)
{
	bool fits = pen_columns(label) + pen_columns(part) + 5 <= p->inner;

	if (fits)
		pen_add(label, part);
	buf_reset(part);
	return fits;
}

static void raw(struct buf *b, const struct rung *r)
{
	if (r->has_seq) {
		buf_str(b, "seq ");
		buf_u64(b, r->seq);
		buf_char(b, ' ');
	}
	buf_str(b, "ack ");
	buf_u64(b, r->ack);
}

/*
 * "1 FIN seq +0 ack +0, 10 us", "2+3 FIN,ACK seq +0 ack +1": as much as there is room for. Returns
 * whether the raw numbers are to be told yet.
 */
static bool segment_label(const struct pen *p, const struct rung *r, struct buf *label)
{
	unsigned to = r->side == LADDER_LEFT ? LADDER_RIGHT : LADDER_LEFT;
	bool raw_left = r->has_ack;
	struct buf part = { 0 };

	if (r->wave) {
		buf_u64(label, r->wave);
		if (r->wave2) {
			buf_char(label, '+');
			buf_u64(label, r->wave2);
		}
		buf_char(label, ' ');
	}
	buf_str(label, r->rst ? "RST" : !r->fin ? "ACK" : r->wave2 ? "FIN,ACK" : "FIN");
	if (r->has_seq) {
		relative(p, &part, " seq ", r->side, r->seq);
		add_if_room(p, label, &part);
	}
	if (r->has_ack) {
		relative(p, &part, " ack ", to, r->ack);
		add_if_room(p, label, &part);
	}
	if (r->has_ack && p->inner >= ONE_ROW_INNER) {
		buf_str(&part, " (");
		raw(&part, r);
		buf_char(&part, ')');
		raw_left = !add_if_room(p, label, &part);
	}
	if (r->has_transit) {
		buf_str(&part, ", ");
		fmt_duration(&part, r->transit_ns);
		add_if_room(p, label, &part);
	}
	buf_release(&part);
	return raw_left;
}

/* The row below a rung: raw numbers, where they had no room on it, and the states. */
static void below(struct pen *p, const struct rung *r, bool numbers)
{
	struct buf text = { 0 };

	if (!numbers && !r->state[LADDER_LEFT] && !r->state[LADDER_RIGHT])
		return;
	if (numbers)
		raw(&text, r);
	pen_center(p, &text);
	p->color = DIM;
	state(p, LADDER_LEFT, r->state[LADDER_LEFT], r->orphan[LADDER_LEFT]);
	state(p, LADDER_RIGHT, r->state[LADDER_RIGHT], r->orphan[LADDER_RIGHT]);
	pen_row(p);
	buf_release(&text);
}

static void segment(struct pen *p, const struct rung *r)
{
	struct buf label = { 0 };
	bool numbers = false;

	if (r->kind == RUNG_AGAIN) {
		buf_str(&label, "FIN again, ");
		if (r->count > 1) {
			buf_u64(&label, r->count);
			buf_str(&label, " times");
		} else {
			buf_str(&label, "once");
		}
	} else if (r->kind == RUNG_DATA) {
		if (r->count) {
			buf_u64(&label, r->count);
			buf_str(&label, r->count == 1 ? " byte of data" : " bytes of data");
		} else {
			buf_str(&label, "data");
		}
	} else {
		numbers = segment_label(p, r, &label);
	}
	arrow(p, r, &label);
	below(p, r, numbers);
	buf_release(&label);
}

/* What came of a call, where that was not a FIN or a RST; NULL: that */
static const char *outcome(const struct act *a)
{
	if (a->effect == EFFECT_RELEASED)
		return "last reference gone";
	if (a->effect != EFFECT_NONE)
		return NULL;
	return a->returned && a->ret < 0 ? "failed" : "nothing sent";
}

/* One text beside the rails, in a row of its own. */
static void side_row(struct pen *p, unsigned side, const struct buf *text)
{
	pen_add(side_of(p, side), text);
	pen_row(p);
}

/* "close(5) client[100]", in two rows if it must be */
static void act(struct pen *p, const struct rung *r)
{
	const char *more = outcome(r->act);
	struct buf call = { 0 }, who = { 0 };

	act_call(&call, r->act);
	if (call.len >= p->margin) {	/* "io_uring_shutdow.." */
		call.len = p->margin - 3;
		buf_str(&call, "..");
	}
	process(&who, r->act->comm, r->act->pid, p->margin - 1);
	if (pen_columns(&call) + 1 + pen_columns(&who) < p->margin) {
		buf_char(&call, ' ');
		pen_add(&call, &who);
	} else {
		side_row(p, r->side, &call);
		buf_reset(&call);
		pen_add(&call, &who);
	}
	side_row(p, r->side, &call);
	if (more) {
		buf_reset(&call);
		buf_str(&call, more);
		side_row(p, r->side, &call);
	}
	below(p, r, false);
	buf_release(&call);
	buf_release(&who);
}

/* It was over without a segment: "gave up", and into which state that led. */
static void end(struct pen *p, const struct rung *r)
{
	const struct verdict *v = p->l->v[r->side];
	struct buf text = { 0 };

	if (v->ending == ENDING_OPEN)
		buf_str(&text, "still open");
	else if (v->ending == ENDING_TIMED_OUT)
		buf_str(&text, "the kernel gave up");
	else
		buf_str(&text, "ended");
	pen_add(side_of(p, r->side), &text);
	p->rail = p->brush->pause;
	pen_row(p);
	below(p, r, false);
	buf_release(&text);
}

/* "197 ms" between two rungs; the longest of all is drawn as a break. */
static void gap(struct pen *p, uint64_t ns, bool longest)
{
	struct buf text = { 0 };

	fmt_duration(&text, ns);
	for (int i = 0; i < (longest ? 3 : 1); i++) {
		if (longest)
			p->rail = p->brush->pause;
		if (!longest || i == 1)
			pen_center(p, &text);
		pen_row(p);
	}
	buf_release(&text);
}

/* Is this the call that made the segment, right before it? */
static bool is_cause(const struct rung *a, const struct rung *r, uint64_t ns)
{
	return a->kind == RUNG_ACT && r->kind != RUNG_ACT && a->side == r->side && ns < HIDE_GAP_NS;
}

/* How long nothing was seen before the i-th rung; 0 where that is not worth a row. */
static uint64_t gap_before(const struct ladder *l, unsigned i)
{
	const struct rung *r = &l->rung[i];
	uint64_t since_ns;
	unsigned k = i;

	if (!r->dated)
		return 0;
	while (k && !l->rung[k - 1].dated)
		k--;
	if (!k)
		return 0;
	since_ns = l->rung[k - 1].ts_ns + l->rung[k - 1].transit_ns;
	if (r->ts_ns <= since_ns || is_cause(&l->rung[k - 1], r, r->ts_ns - since_ns))
		return 0;
	return r->ts_ns - since_ns;
}

static void rungs(struct pen *p)
{
	const struct ladder *l = p->l;
	uint64_t longest = HIDE_GAP_NS - 1;

	for (unsigned i = 0; i < l->nr; i++)
		if (gap_before(l, i) > longest)
			longest = gap_before(l, i);
	for (unsigned i = 0; i < l->nr; i++) {
		const struct rung *r = &l->rung[i];
		uint64_t ns = gap_before(l, i);

		if (ns)
			gap(p, ns, ns == longest);
		if (r->kind == RUNG_ACT)
			act(p, r);
		else if (r->kind == RUNG_END)
			end(p, r);
		else
			segment(p, r);
	}
}

void timeline_draw(struct view *v, const struct ladder *l)
{
	struct pen p;

	pen_init(&p, v, l, timeline_columns(v));
	head(&p);
	state(&p, LADDER_LEFT, l->first[LADDER_LEFT], false);
	state(&p, LADDER_RIGHT, l->first[LADDER_RIGHT], false);
	pen_row(&p);
	rungs(&p);
	pen_release(&p);
}
