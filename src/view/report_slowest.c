/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The slowest closes, each as a figure: who, the ladder, and the sentence of the timeline. */
#include "report.h"

#include <string.h>

#include "fmt.h"
#include "html.h"
#include "story_copy.h"
#include "timeline.h"

#define NAME_WIDTH 40

static void print_side(struct view_context *v, struct buf *b, const struct ladder *l,
		       enum side side)
{
	const struct flow *w = &l->s[LADDER_LEFT]->flow;
	struct buf text = { 0 };

	buf_str(b, "<span><b>");
	timeline_print_process(&text, l, side, TIMELINE_ENDED, NAME_WIDTH);
	html_take(b, &text);
	buf_str(b, "</b><br>");
	if (side == LADDER_LEFT)
		fmt_endpoint(b, w->family, w->local_addr, w->local_port);
	else
		fmt_endpoint(b, w->family, w->peer_addr, w->peer_port);
	if (v->hosts) {
		buf_str(b, "<br>");
		timeline_print_host(v, &text, l, side, NAME_WIDTH);
		html_take(b, &text);
	}
	buf_str(b, "</span>");
	buf_release(&text);
}

/* "<h3>302 ms", the sides of the ladder, and when it began */
static void print_heading(struct view_context *v, struct buf *b, const struct report_close *c,
			  const struct ladder *l, unsigned n)
{
	buf_str(b, "<h3 id=\"t");
	buf_u64(b, n);
	buf_str(b, "\">");
	report_begin_link(b, c->row[0] ? c->row[0] : c->row[1]);
	buf_str(b, c->at_least ? "&gt;" : "");
	fmt_duration(b, c->ns);
	report_end_link(b, c->row[0] ? c->row[0] : c->row[1]);
	buf_str(b, c->has_start ? "</h3>\n<p class=\"when\">" :
		"</h3>\n<p class=\"when\">before ");
	report_print_time(b, c->wall_ns);
	buf_str(b, "</p>\n<p class=\"sides\">");
	print_side(v, b, l, LADDER_LEFT);
	if (!l->is_self)
		print_side(v, b, l, LADDER_RIGHT);
	buf_str(b, "</p>\n");
}

/* The lines below the diagram of the timeline; what was not seen begins a line. */
static void print_sentence(struct view_context *v, struct buf *b, const struct ladder *l,
			   unsigned n)
{
	static const char not_seen[] = "Not seen: ";
	struct buf text = { 0 }, line = { 0 };
	struct view_context plain = *v;

	plain.out = &text;
	plain.terminal = (struct terminal){ .utf8 = true, .wide = true };
	timeline_print_text(&plain, l);
	b->failed |= text.failed;
	buf_str(b, "<figcaption id=\"d");
	buf_u64(b, n);
	buf_str(b, "\">");
	for (size_t at = 0, end; at < text.len; at = end + 1) {
		const char *newline = memchr(text.data + at, '\n', text.len - at);

		end = newline ? (size_t)(newline - text.data) : text.len;
		if (at && text.len - at >= strlen(not_seen) &&
		    !memcmp(text.data + at, not_seen, strlen(not_seen)))
			buf_str(b, "<br>");
		else if (at)
			buf_char(b, ' ');
		buf_add(&line, text.data + at, end - at);
		html_take(b, &line);
	}
	buf_str(b, "</figcaption>\n");
	buf_release(&text);
	buf_release(&line);
}

static void print_figure(struct view_context *v, struct buf *b, const struct report_close *c,
			 const struct ladder *l, unsigned n)
{
	buf_str(b, "<figure>\n");
	print_heading(v, b, c, l, n);
	report_print_ladder(v, b, l, n);
	print_sentence(v, b, l, n);
	buf_str(b, "</figure>\n");
}

/*
 * Make the ladder of a connection. The two ends may have two clocks: then the times of the second
 * one are moved to the clock of the first, in *moved, which the caller releases.
 */
static void make_ladder(struct view_context *v, struct ladder *l, const struct report_close *c,
			struct pair_end *moved)
{
	const struct pair_end *a = &c->end[0], *b = c->has_both ? &c->end[1] : NULL;

	if (!c->two_clocks || !b) {
		ladder_make(l, &a->story, &a->verdict, b ? &b->story : NULL,
			    b ? &b->verdict : NULL);
		return;
	}
	if (!story_copy(&moved->story, &moved->verdict, &b->story, &b->verdict)) {
		v->out->failed = true;
		ladder_make(l, &a->story, &a->verdict, NULL, NULL);
		return;
	}
	story_move(&moved->story, &moved->verdict, -c->times.middle);
	ladder_make(l, &a->story, &a->verdict, &moved->story, &moved->verdict);
	ladder_set_flights(l, &a->story, &c->times.from_a, &c->times.from_b);
}

/* Print the n-th figure, counted from 0. */
static void print_nth(struct view_context *v, struct buf *b, const struct report *r, unsigned n)
{
	struct pair_end moved = { .wanted = false };
	struct ladder l;

	view_use_host(v, &r->slowest[n].end[0].story);
	make_ladder(v, &l, &r->slowest[n], &moved);
	print_figure(v, b, &r->slowest[n], &l, n + 1);
	story_release(&moved.story);
}

size_t report_measure_ladders(struct view_context *v, struct report *r)
{
	const struct run_info *meta = v->meta;
	struct buf figure = { 0 };
	size_t bytes = 0;

	for (r->nr_ladders = 0; r->nr_ladders < r->nr; r->nr_ladders++) {
		buf_reset(&figure);
		print_nth(v, &figure, r, r->nr_ladders);
		if (bytes + figure.len > REPORT_LADDER_BYTES)
			break;
		v->out->failed |= figure.failed;
		bytes += figure.len + sizeof("<a href=\"#r1234\"></a>");
	}
	buf_release(&figure);
	v->meta = meta;
	return bytes;
}

void report_print_slowest(struct view_context *v, const struct report *r)
{
	const struct run_info *meta = v->meta;
	struct buf *b = v->out;

	report_begin_section(b, "slowest", "The slowest closes");
	buf_str(b, "<div class=\"ladders\">\n");
	for (unsigned i = 0; i < r->nr_ladders; i++) {
		print_nth(v, b, r, i);
		view_flush(v);
	}
	v->meta = meta;
	buf_str(b, "</div>\n<p class=\"more\">");
	report_print_number(b, r->nr_ladders);
	buf_str(b, " of ");
	report_print_number(b, r->slow);
	buf_str(b, r->slow == 1 ? " connection" : " connections");
	buf_str(b, " whose close took a time; ");
	report_print_number(b, r->slow - r->nr_ladders);
	buf_str(b, " left out. The figure above each ladder is its longest phase.</p>\n");
	report_end_section(b);
}
