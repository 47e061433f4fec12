/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A ladder as SVG: the same rungs, gaps and words as in the view timeline, with relative sequence
 * numbers only. Time runs down. The states are outside the rails, everything else is between them,
 * so the drawing is narrow enough for a phone:
 *
 *   ESTABLISHED |close(5)                  | ESTABLISHED
 *     FIN_WAIT1 |--- 1 FIN seq +0 ack +0 ->| CLOSE_WAIT
 *               |          197 ms          |
 */
#include "report.h"

#include "call_text.h"
#include "fmt.h"
#include "html.h"
#include "ladder_text.h"
#include "timeline.h"
#include "two_columns.h"

#define WIDTH 392
#define LEFT 86
#define RIGHT (WIDTH - LEFT)
#define ROW 15			/* a row of text */
#define COLUMNS 34		/* of text between the rails */

struct drawing {
	struct buf *b;
	const struct ladder *l;
	unsigned y;		/* the end of what is drawn */
	unsigned solid_from;	/* the rails are not drawn from here on */
	struct buf text;	/* of the next element */
};

static void print_attribute(struct buf *b, const char *name, unsigned value)
{
	buf_char(b, ' ');
	buf_str(b, name);
	buf_str(b, "=\"");
	buf_u64(b, value);
	buf_char(b, '"');
}

static void draw_line(struct drawing *d, const char *class, unsigned x1, unsigned y1, unsigned x2,
		      unsigned y2)
{
	buf_str(d->b, "<line class=\"");
	buf_str(d->b, class);
	buf_char(d->b, '"');
	print_attribute(d->b, "x1", x1);
	print_attribute(d->b, "y1", y1);
	print_attribute(d->b, "x2", x2);
	print_attribute(d->b, "y2", y2);
	buf_str(d->b, "/>\n");
}

/* Draw the text that d->text holds, and empty it. anchor: "start", "middle" or "end". */
static void draw_text(struct drawing *d, const char *class, const char *anchor, unsigned x,
		      unsigned y)
{
	buf_str(d->b, "<text class=\"");
	buf_str(d->b, class);
	buf_str(d->b, "\" text-anchor=\"");
	buf_str(d->b, anchor);
	buf_char(d->b, '"');
	print_attribute(d->b, "x", x);
	print_attribute(d->b, "y", y);
	buf_char(d->b, '>');
	html_take(d->b, &d->text);
	buf_str(d->b, "</text>\n");
}

/* Draw both rails down to d->y, if they are not yet. */
static void draw_rails(struct drawing *d, const char *class)
{
	if (d->y > d->solid_from) {
		draw_line(d, class, LEFT, d->solid_from, LEFT, d->y);
		if (!d->l->is_self)
			draw_line(d, class, RIGHT, d->solid_from, RIGHT, d->y);
	}
	d->solid_from = d->y;
}

/* Draw text beside a rail, inside: one row. */
static void draw_inside(struct drawing *d, unsigned side, const char *class)
{
	d->y += ROW;
	if (side == LADDER_LEFT)
		draw_text(d, class, "start", LEFT + 6, d->y - 3);
	else
		draw_text(d, class, "end", RIGHT - 6, d->y - 3);
}

/* "FIN_WAIT1"; "(CLOSE_WAIT)" if the state is only implied; "(orphan)" in the row below */
static void draw_state(struct drawing *d, unsigned side, uint8_t state, bool orphan, unsigned y)
{
	const char *anchor = side == LADDER_LEFT ? "end" : "start";
	unsigned x = side == LADDER_LEFT ? LEFT - 6 : RIGHT + 6;
	bool implied = !d->l->s[side];

	if (!state)
		return;
	buf_str(&d->text, implied ? "(" : "");
	buf_str(&d->text, state_name(state));
	buf_str(&d->text, implied ? ")" : "");
	draw_text(d, "state", anchor, x, y + 4);
	if (!orphan || implied)
		return;
	buf_str(&d->text, "(orphan)");
	draw_text(d, "dim", anchor, x, y + 4 + ROW);
	if (d->y < y + ROW + 4)
		d->y = y + ROW + 4;
}

static void draw_states_of(struct drawing *d, const struct rung *r, unsigned y)
{
	if (d->l->is_self)
		return;		/* draw_to_itself() does */
	for (unsigned side = 0; side < LADDER_SIDES; side++)
		draw_state(d, side, r->state[side], r->orphan[side], y);
}

static void draw_call(struct drawing *d, const struct rung *r)
{
	const char *outcome = ladder_text_outcome(r->call);
	unsigned y = d->y + ROW;

	call_text_print(&d->text, r->call);
	draw_inside(d, r->side, "call");
	timeline_print_process_pid(&d->text, r->call->process, r->call->comm, r->call->pid,
				   COLUMNS);
	draw_inside(d, r->side, "dim");
	timeline_print_thread(&d->text, r->call, COLUMNS);
	if (d->text.len)
		draw_inside(d, r->side, "dim");
	if (outcome) {
		buf_str(&d->text, outcome);
		draw_inside(d, r->side, "dim");
	}
	draw_states_of(d, r, y - 4);
}

static const char *find_line_class(const struct rung *r)
{
	return r->rst ? "rst" : r->exact ? "seg" : "dash";
}

/* Draw an arrow head at x, which points to the right or to the left; or "?". */
static void draw_head(struct drawing *d, const struct rung *r, unsigned x, unsigned y,
		      bool to_right)
{
	unsigned back = to_right ? x - 8 : x + 8;

	if (r->unanswered) {
		buf_char(&d->text, '?');
		draw_text(d, "call", "middle", back, y + 4);
		return;
	}
	buf_str(d->b, r->rst ? "<path class=\"head rst\" d=\"M" : "<path class=\"head\" d=\"M");
	buf_u64(d->b, x);
	buf_char(d->b, ' ');
	buf_u64(d->b, y);
	buf_str(d->b, "L");
	buf_u64(d->b, back);
	buf_char(d->b, ' ');
	buf_u64(d->b, y - 4);
	buf_str(d->b, "V");
	buf_u64(d->b, y + 4);
	buf_str(d->b, "Z\"/>\n");
}

/* "1 FIN seq +0 ack +0", or "12 bytes of data" */
static void print_label(struct buf *b, const struct ladder *l, const struct rung *r)
{
	enum side to = r->side == LADDER_LEFT ? LADDER_RIGHT : LADDER_LEFT;

	if (ladder_text_print_count(b, r))
		return;
	ladder_text_print_flags(b, r);
	if (r->has_seq)
		ladder_text_print_relative(b, l, " seq ", r->side, r->seq);
	if (r->has_ack)
		ladder_text_print_relative(b, l, " ack ", l->is_self ? r->side : to, r->ack);
}

/* A segment that a socket sent to itself: the arrow turns back. */
static void draw_to_itself(struct drawing *d, const struct rung *r)
{
	const char *class = find_line_class(r);
	unsigned y = d->y + ROW + 5, back = y + 2 * ROW;

	print_label(&d->text, d->l, r);
	draw_text(d, "label", "middle", WIDTH / 2, y - 6);
	draw_line(d, class, LEFT, y, RIGHT, y);
	draw_line(d, class, RIGHT, y, RIGHT, back);
	draw_line(d, class, LEFT, back, RIGHT, back);
	draw_head(d, r, LEFT, back, false);
	draw_state(d, LADDER_LEFT, r->state[LADDER_LEFT], false, y);
	draw_state(d, LADDER_LEFT, r->state[LADDER_RIGHT], false, back);
	d->y = back + 6;
}

/* Where the arrow of a segment begins: at a rail, or between them; a sign shows what is unknown. */
static unsigned draw_origin(struct drawing *d, const struct rung *r, unsigned y)
{
	bool to_right = r->side == LADDER_LEFT;

	if (!r->rst || r->origin == RESET_FROM_END)
		return to_right ? LEFT : RIGHT;
	if (r->origin == RESET_FROM_BETWEEN) {
		buf_char(&d->text, '*');
		draw_text(d, "call", "middle", WIDTH / 2, y + 5);
		return WIDTH / 2 + (to_right ? 5 : -5);
	}
	buf_char(&d->text, '?');
	draw_text(d, "call", "middle", to_right ? LEFT + 7 : RIGHT - 7, y + 4);
	return to_right ? LEFT + 13 : RIGHT - 13;
}

static void draw_segment(struct drawing *d, const struct rung *r)
{
	bool to_right = r->side == LADDER_LEFT;
	unsigned y = d->y + ROW + 5, to = to_right ? RIGHT : LEFT;
	unsigned end = !r->unanswered ? to : to_right ? to - 14 : to + 14;
	struct buf transit = { 0 };
	bool below;

	if (d->l->is_self) {
		draw_to_itself(d, r);
		return;
	}
	print_label(&d->text, d->l, r);
	if (r->has_transit) {
		buf_str(&transit, ", ");
		timeline_print_range(&transit, r->transit_ns, r->transit_max_ns);
	}
	below = buf_columns(&d->text) + buf_columns(&transit) > COLUMNS;
	if (!below)
		buf_add_buf(&d->text, &transit);
	draw_text(d, "label", "middle", WIDTH / 2, y - 6);
	draw_line(d, find_line_class(r), draw_origin(d, r, y), y, end, y);
	draw_head(d, r, to, y, to_right);
	d->y = y + 6;
	if (below && transit.len > 2) {
		buf_add(&d->text, transit.data + 2, transit.len - 2);
		draw_text(d, "dim", "middle", WIDTH / 2, y + 12);
		d->y += 8;
	}
	draw_states_of(d, r, y);
	buf_release(&transit);
}

static void draw_end(struct drawing *d, const struct rung *r)
{
	unsigned y = d->y + ROW - 4;

	buf_str(&d->text, ladder_text_end(d->l->v[r->side]));
	draw_inside(d, r->side, "call");
	draw_states_of(d, r, y);
	if (d->l->is_self)
		draw_state(d, LADDER_LEFT, r->state[LADDER_LEFT], false, y);
}

/* "197 ms" between two rungs; at the longest gap the rails are broken */
static void draw_gap(struct drawing *d, const char *before, uint64_t ns, bool longest)
{
	unsigned height = longest ? 40 : 20;

	if (longest)
		draw_rails(d, "rail");
	d->y += height;
	buf_str(&d->text, before);
	fmt_duration(&d->text, ns);
	draw_text(d, longest ? "gap" : "dim", "middle", WIDTH / 2, d->y - height / 2 + 4);
	if (longest)
		draw_rails(d, "pause");
}

static void draw_rungs(struct drawing *d)
{
	const struct ladder *l = d->l;
	uint64_t first_ns = timeline_first_wait_ns(l);
	uint64_t longest = ladder_longest_gap_ns(l, first_ns);

	if (first_ns)
		draw_gap(d, "at least ", first_ns, true);
	for (unsigned i = 0; i < l->nr; i++) {
		const struct rung *r = &l->rung[i];
		uint64_t ns = ladder_gap_before_ns(l, i);

		if (ns)
			draw_gap(d, "", ns, ns == longest);
		if (r->kind == RUNG_CALL)
			draw_call(d, r);
		else if (r->kind == RUNG_END)
			draw_end(d, r);
		else
			draw_segment(d, r);
	}
}

void report_print_ladder(struct view_context *v, struct buf *b, const struct ladder *l, unsigned n)
{
	struct buf body = { 0 };
	struct drawing d = { .b = &body, .l = l, .y = 6, .solid_from = 0 };

	(void)v;
	draw_state(&d, LADDER_LEFT, l->first[LADDER_LEFT], false, 10);
	if (!l->is_self)
		draw_state(&d, LADDER_RIGHT, l->first[LADDER_RIGHT], false, 10);
	d.y = 18;
	draw_rungs(&d);
	d.y += 8;
	draw_rails(&d, "rail");
	buf_str(b, "<svg class=\"ladder\" role=\"img\" aria-labelledby=\"t");
	buf_u64(b, n);
	buf_str(b, " d");
	buf_u64(b, n);
	buf_str(b, "\" viewBox=\"0 0 392 ");
	buf_u64(b, d.y);
	buf_str(b, "\">\n");
	b->failed |= body.failed || d.text.failed;
	buf_add(b, body.data, body.len);
	buf_str(b, "</svg>\n");
	buf_release(&body);
	buf_release(&d.text);
}
