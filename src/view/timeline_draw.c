/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ladder diagram. Each row has text on the left, something between the two rails, and text on
 * the right:
 *
 *          ESTABLISHED |                                      | ESTABLISHED
 * close(5) client[100] |                                      |
 *                      |------- 1 FIN seq +0 ack +0 --------->|
 *            FIN_WAIT1 |    seq 4220295741 ack 2505423116     | CLOSE_WAIT
 *                      :                197 ms                :
 */
#include "timeline.h"

#include <string.h>

#include "ansi.h"
#include "call_text.h"
#include "escape.h"
#include "fmt.h"
#include "ladder_text.h"
#include "process_names.h"
#include "two_columns.h"

#define ONE_ROW_INNER 60	/* at this width the raw numbers fit on the rung */

unsigned timeline_columns(const struct view_context *v)
{
	if (v->terminal.wide)
		return TIMELINE_COLUMNS_MAX;
	if (v->terminal.columns < TIMELINE_COLUMNS)
		return TIMELINE_COLUMNS;
	if (v->terminal.columns < TIMELINE_COLUMNS_MAX)
		return v->terminal.columns;
	return TIMELINE_COLUMNS_MAX;
}

static struct buf *get_side_buf(struct two_columns *p, unsigned side)
{
	return side == LADDER_LEFT ? &p->left : &p->right;
}

static void print_hosts(struct two_columns *p)
{
	struct buf left = { 0 }, middle = { 0 }, right = { 0 };
	size_t half = p->margin + p->inner / 2;

	timeline_print_host(p->v, &left, p->l, LADDER_LEFT, half);
	if (!p->l->is_self)
		timeline_print_host(p->v, &right, p->l, LADDER_RIGHT, half);
	two_columns_print_header(p, &left, &middle, &right);
	buf_release(&left);
	buf_release(&right);
}

static void print_ladder_header(struct two_columns *p)
{
	const struct verdict *v = p->l->v[LADDER_LEFT];
	const struct flow *w = &p->l->s[LADDER_LEFT]->flow;
	size_t half = p->margin + p->inner / 2;
	struct buf left = { 0 }, middle = { 0 }, right = { 0 };

	if (!v->start_ns)
		buf_str(&middle, "before ");
	fmt_clock(&middle, view_wall_ns(p->v, v->start_ns ? v->start_ns : v->settled_ns));
	timeline_print_process(&left, p->l, LADDER_LEFT, TIMELINE_ENDED, half);
	if (p->l->is_self)
		buf_str(&right, "connected to itself");
	else
		timeline_print_process(&right, p->l, LADDER_RIGHT, TIMELINE_ENDED, half);
	two_columns_print_header(p, &left, &middle, &right);
	buf_reset(&left);
	buf_reset(&middle);
	buf_reset(&right);
	fmt_endpoint_cut(&left, w->family, w->local_addr, w->local_port, half);
	if (!p->l->is_self)
		fmt_endpoint_cut(&right, w->family, w->peer_addr, w->peer_port, half);
	two_columns_print_header(p, &left, &middle, &right);
	buf_release(&left);
	buf_release(&middle);
	buf_release(&right);
	if (p->v->hosts)
		print_hosts(p);
}

/* "FIN_WAIT1", "FIN_WAIT2 (orphan)"; "(CLOSE_WAIT)" if the state is only implied */
static void print_state(struct two_columns *p, unsigned side, uint8_t state, bool orphan)
{
	const struct story *s = p->l->s[side];
	struct buf *b = get_side_buf(p, side);

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

/*
 * Draw a RST that something between the two ends sent: "|<---- RST -----*" if it arrived on the
 * left, "*----- RST ---->|" on the right.
 */
static void draw_arrow_from_between(struct two_columns *p, const struct rung *r,
				    const struct buf *label)
{
	size_t half = p->inner / 2, room = half - 2 - buf_columns(label) - 2;
	bool to_right = r->side == LADDER_LEFT;

	if (to_right) {
		two_columns_add_spaces(&p->between, p->inner - half);
		buf_str(&p->between, p->glyphs->origin);
	} else {
		buf_str(&p->between, p->glyphs->to_left);
	}
	two_columns_add_line(p, room / 2, false);
	buf_char(&p->between, ' ');
	buf_add_buf(&p->between, label);
	buf_char(&p->between, ' ');
	two_columns_add_line(p, room - room / 2, false);
	buf_str(&p->between, to_right ? p->glyphs->to_right : p->glyphs->origin);
	p->color = ANSI_RED;
	two_columns_print_row(p);
}

static bool is_sent_right(const struct rung *r)
{
	return r->side == LADDER_LEFT;
}

/* "------- 1 FIN seq +0 ack +0 ------->" */
static void draw_arrow(struct two_columns *p, const struct rung *r, const struct buf *label)
{
	size_t len = buf_columns(label), room = p->inner - 1;
	size_t before = len + 2 < room ? (room - len - 2) / 2 : 0;
	size_t after = len + 2 < room ? room - len - 2 - before : 0;
	const char *head = is_sent_right(r) ? p->glyphs->to_right : p->glyphs->to_left;
	bool has_tail = r->rst && r->origin == RESET_FROM_UNKNOWN;

	if (has_tail && after)
		after--;	/* room for a "?": nothing shows who sent it */
	if (r->unanswered)
		head = p->glyphs->unknown;
	if (!is_sent_right(r))
		buf_str(&p->between, head);
	else if (has_tail)
		buf_str(&p->between, p->glyphs->unknown);
	two_columns_add_line(p, before, !r->exact);
	buf_char(&p->between, ' ');
	buf_add_buf(&p->between, label);
	buf_char(&p->between, ' ');
	two_columns_add_line(p, after, !r->exact);
	if (is_sent_right(r))
		buf_str(&p->between, head);
	else if (has_tail)
		buf_str(&p->between, p->glyphs->unknown);
	p->color = r->rst ? ANSI_RED : r->exact ? NULL : ANSI_DIM;
	two_columns_print_row(p);
}

/* Append part if it still fits on the rung, and empty it. */
static bool add_to_label_if_room(const struct two_columns *p, struct buf *label, struct buf *part)
{
	bool fits = buf_columns(label) + buf_columns(part) + 5 <= p->inner;

	if (fits)
		buf_add_buf(label, part);
	buf_reset(part);
	return fits;
}

static void print_raw_seq_ack(struct buf *b, const struct rung *r)
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
 * true if the raw numbers did not fit and need a row of their own.
 */
static bool print_segment_label(const struct two_columns *p, const struct rung *r,
				struct buf *label)
{
	unsigned to = r->side == LADDER_LEFT ? LADDER_RIGHT : LADDER_LEFT;
	bool raw_left = r->has_ack;
	struct buf part = { 0 };

	ladder_text_print_flags(label, r);
	if (r->has_seq) {
		ladder_text_print_relative(&part, p->l, " seq ", r->side, r->seq);
		add_to_label_if_room(p, label, &part);
	}
	if (r->has_ack) {
		ladder_text_print_relative(&part, p->l, " ack ", to, r->ack);
		add_to_label_if_room(p, label, &part);
	}
	if (r->has_ack && p->inner >= ONE_ROW_INNER) {
		buf_str(&part, " (");
		print_raw_seq_ack(&part, r);
		buf_char(&part, ')');
		raw_left = !add_to_label_if_room(p, label, &part);
	}
	if (r->has_transit) {
		buf_str(&part, ", ");
		timeline_print_range(&part, r->transit_ns, r->transit_max_ns);
		add_to_label_if_room(p, label, &part);
	}
	buf_release(&part);
	return raw_left;
}

/* Draw the row below a rung: the raw numbers, if they did not fit on it, and the states. */
static void draw_row_below(struct two_columns *p, const struct rung *r, bool numbers)
{
	struct buf text = { 0 };

	if (!numbers && !r->state[LADDER_LEFT] && !r->state[LADDER_RIGHT])
		return;
	if (numbers)
		print_raw_seq_ack(&text, r);
	two_columns_center(p, &text);
	p->color = ANSI_DIM;
	print_state(p, LADDER_LEFT, r->state[LADDER_LEFT], r->orphan[LADDER_LEFT]);
	print_state(p, LADDER_RIGHT, r->state[LADDER_RIGHT], r->orphan[LADDER_RIGHT]);
	two_columns_print_row(p);
	buf_release(&text);
}

/*
 * Draw a segment that a socket sent to itself:
 *
 *                      |------- 1 FIN seq +0 ack +0 --------.
 *            FIN_WAIT1 |         seq 1000 ack 1000          |
 *              CLOSING |<-----------------------------------'
 */
static void draw_bent_arrow(struct two_columns *p, const struct rung *r, const struct buf *label,
			    bool numbers)
{
	size_t len = buf_columns(label), room = p->inner - 1;
	size_t before = len + 2 < room ? (room - len - 2) / 2 : 0;
	size_t after = len + 2 < room ? room - len - 2 - before : 0;
	const char *color = r->rst ? ANSI_RED : r->exact ? NULL : ANSI_DIM;
	struct buf text = { 0 };

	two_columns_add_line(p, before, !r->exact);
	buf_char(&p->between, ' ');
	buf_add_buf(&p->between, label);
	buf_char(&p->between, ' ');
	two_columns_add_line(p, after, !r->exact);
	buf_str(&p->between, p->glyphs->bend_down);
	p->color = color;
	two_columns_print_row(p);
	if (numbers)
		print_raw_seq_ack(&text, r);
	two_columns_center(p, &text);
	two_columns_add_spaces(&p->between, room - buf_columns(&p->between));
	buf_str(&p->between, p->glyphs->rail);
	print_state(p, LADDER_LEFT, r->state[LADDER_LEFT], false);
	p->color = ANSI_DIM;
	two_columns_print_row(p);
	buf_str(&p->between, p->glyphs->to_left);
	two_columns_add_line(p, room - 1, !r->exact);
	buf_str(&p->between, p->glyphs->bend_back);
	print_state(p, LADDER_LEFT, r->state[LADDER_RIGHT], false);
	p->color = color;
	two_columns_print_row(p);
	buf_release(&text);
}

static void draw_segment(struct two_columns *p, const struct rung *r)
{
	struct buf label = { 0 };
	bool numbers = false;

	if (!ladder_text_print_count(&label, r))
		numbers = print_segment_label(p, r, &label);
	if (p->l->is_self) {
		draw_bent_arrow(p, r, &label, numbers);
	} else if (r->rst && r->origin == RESET_FROM_BETWEEN) {
		draw_arrow_from_between(p, r, &label);
		draw_row_below(p, r, false);
	} else {
		draw_arrow(p, r, &label);
		draw_row_below(p, r, numbers);
	}
	buf_release(&label);
}

/* Draw a row with text beside the rails only. */
static void draw_side_row(struct two_columns *p, unsigned side, const struct buf *text)
{
	buf_add_buf(get_side_buf(p, side), text);
	two_columns_print_row(p);
}

/*
 * Draw "close(5) client[100]", in two rows if it does not fit in one, and "/worker-1" behind it or
 * below it if the thread has a name of its own.
 */
static void draw_call(struct two_columns *p, const struct rung *r)
{
	const char *more = ladder_text_outcome(r->call);
	struct buf call = { 0 }, who = { 0 }, thread = { 0 };

	timeline_print_thread(&thread, r->call, p->margin - 1);
	call_text_print(&call, r->call);
	if (call.len >= p->margin) {	/* "io_uring_shutdow.." */
		call.len = p->margin - 3;
		buf_str(&call, "..");
	}
	timeline_print_process_pid(&who, r->call->process, r->call->comm, r->call->pid,
				   p->margin - 1);
	if (buf_columns(&who) + buf_columns(&thread) < p->margin) {
		buf_add_buf(&who, &thread);
		buf_reset(&thread);
	}
	if (buf_columns(&call) + 1 + buf_columns(&who) < p->margin) {
		buf_char(&call, ' ');
		buf_add_buf(&call, &who);
	} else {
		draw_side_row(p, r->side, &call);
		buf_reset(&call);
		buf_add_buf(&call, &who);
	}
	draw_side_row(p, r->side, &call);
	if (thread.len)
		draw_side_row(p, r->side, &thread);
	if (more) {
		buf_reset(&call);
		buf_str(&call, more);
		draw_side_row(p, r->side, &call);
	}
	draw_row_below(p, r, false);
	buf_release(&call);
	buf_release(&who);
	buf_release(&thread);
}

/* Draw an end that no segment made, "the kernel gave up", and the state that it led to. */
static void draw_end(struct two_columns *p, const struct rung *r)
{
	struct buf text = { 0 };

	buf_str(&text, ladder_text_end(p->l->v[r->side]));
	buf_add_buf(get_side_buf(p, r->side), &text);
	p->rail = p->glyphs->pause;
	two_columns_print_row(p);
	draw_row_below(p, r, false);
	buf_release(&text);
}

/* Draw "197 ms" between two rungs; the longest gap is drawn as a break in the rails. */
static void draw_gap(struct two_columns *p, const char *before, uint64_t ns, bool longest)
{
	struct buf text = { 0 };

	buf_str(&text, before);
	fmt_duration(&text, ns);
	for (int i = 0; i < (longest ? 3 : 1); i++) {
		if (longest)
			p->rail = p->glyphs->pause;
		if (!longest || i == 1)
			two_columns_center(p, &text);
		two_columns_print_row(p);
	}
	buf_release(&text);
}

static void draw_rungs(struct two_columns *p)
{
	const struct ladder *l = p->l;
	uint64_t first_ns = timeline_first_wait_ns(l);
	uint64_t longest = ladder_longest_gap_ns(l, first_ns);

	if (first_ns)
		draw_gap(p, "at least ", first_ns, true);
	for (unsigned i = 0; i < l->nr; i++) {
		const struct rung *r = &l->rung[i];
		uint64_t ns = ladder_gap_before_ns(l, i);

		if (ns)
			draw_gap(p, "", ns, ns == longest);
		if (r->kind == RUNG_CALL)
			draw_call(p, r);
		else if (r->kind == RUNG_END)
			draw_end(p, r);
		else
			draw_segment(p, r);
	}
}

void timeline_draw(struct view_context *v, const struct ladder *l)
{
	struct two_columns p;

	two_columns_init(&p, v, l, timeline_columns(v));
	p.is_single = l->is_self;
	print_ladder_header(&p);
	print_state(&p, LADDER_LEFT, l->first[LADDER_LEFT], false);
	print_state(&p, LADDER_RIGHT, l->first[LADDER_RIGHT], false);
	two_columns_print_row(&p);
	draw_rungs(&p);
	two_columns_release(&p);
}
