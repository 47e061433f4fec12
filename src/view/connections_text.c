/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One line per connection, 80 columns unless -w or -T is given:
 *
 *   CLIENT           BY   SERVER           ADDRESS               ENDING        MS
 *   fetch[1450]      ->   web[1451]        127.0.0.1:47769       three-way   0.13
 *   curl[1460]       ->   (not-found)      192.0.2.7:443         four-way   20.40
 */
#include "connections.h"

#include <string.h>

#include "ansi.h"
#include "call_text.h"
#include "close_facts.h"
#include "close_text.h"
#include "columns.h"
#include "escape.h"
#include "fmt.h"
#include "process_names.h"

#define PROCESS_WIDTH 17
#define WIDE_PROCESS_WIDTH 34
#define BY_WIDTH 4
#define ENDING_WIDTH 11
#define WIDE_ENDING_WIDTH 15
#define MS_WIDTH 9
#define CALL_WIDTH 19
#define REASON_WIDTH 17
#define SPENT_WIDTH 23
#define FLIGHT_WIDTH 24

void connections_print_header(struct view_context *v)
{
	bool wide = v->terminal.wide;
	struct buf *b = v->out;

	if (v->times)
		column_text(b, "TIME", 13);
	column_text(b, "CLIENT", wide ? WIDE_PROCESS_WIDTH : PROCESS_WIDTH);
	column_text(b, "BY", BY_WIDTH);
	column_text(b, "SERVER", wide ? WIDE_PROCESS_WIDTH : PROCESS_WIDTH);
	if (wide)
		column_text(b, "CLIENT-ADDRESS", FLOW_END_WIDTH);
	column_text(b, "ADDRESS", FLOW_END_WIDTH);
	column_text(b, "ENDING", wide ? WIDE_ENDING_WIDTH : ENDING_WIDTH);
	buf_str(b, "       MS");
	if (wide) {
		column_text(b, " CALL", CALL_WIDTH + 1);
		column_text(b, "REASON", REASON_WIDTH);
		column_text(b, "SPENT", SPENT_WIDTH);
		column_text(b, "FLIGHT", FLIGHT_WIDTH);
		buf_str(b, "NOTES");
	}
	buf_char(b, '\n');
}

static const char *get_arrow(enum connection_side side)
{
	switch (side) {
	case SIDE_CLIENT:
		return "->";
	case SIDE_SERVER:
		return "<-";
	case SIDE_BOTH:
		return "<>";
	case SIDE_NEITHER:
		return "--";
	case SIDE_MIDDLEBOX:
		return "**";
	default:
		return "??";
	}
}

/* "fetch[1450]" at most, in `width` columns; "fetch@host" with several hosts. */
static void print_process(const struct view_context *v, const uint8_t *process, const uint8_t *comm,
			  uint32_t pid, const struct host *host, size_t width)
{
	const uint8_t *name = process_name_or_comm(process, comm);
	struct buf rest = { 0 };
	size_t host_len = host ? strlen(host->name) : 0;

	if (!host || v->terminal.wide) {
		buf_char(&rest, '[');
		buf_u64(&rest, pid);
		buf_char(&rest, ']');
	}
	if (host) {
		buf_char(&rest, '@');
		escape_for_terminal(&rest, (const uint8_t *)host->name, host_len,
				    v->terminal.wide ? ESCAPE_ANY_WIDTH : width / 2);
	}
	escape_for_terminal(v->out, name, strnlen((const char *)name, EVENT_COMM_LEN),
			    v->terminal.wide ? ESCAPE_ANY_WIDTH :
			    width > rest.len ? width - rest.len : 0);
	buf_add(v->out, rest.data, rest.len);
	v->out->failed |= rest.failed;
	buf_release(&rest);
}

static void print_end_column(struct view_context *v, const struct connection *c, unsigned place)
{
	const struct pair_end *end = c->end[place];
	const struct socket_call *a = end ? close_actor(&end->story, &end->verdict) : NULL;
	const struct holder *h = end && end->story.scan.nr_holders ? end->story.scan.holders : NULL;
	const struct host *host = end ? view_host(v, &end->story) : NULL;
	size_t width = v->terminal.wide ? WIDE_PROCESS_WIDTH : PROCESS_WIDTH, from = v->out->len;

	if (!end) {
		buf_char(v->out, '(');
		buf_str(v->out, one_sided_name(c->one_sided));
		buf_char(v->out, ')');
	} else if (a) {
		print_process(v, a->process, a->comm, a->pid, host, width - 1);
	} else if (h) {
		print_process(v, h->process, h->comm, h->pid, host, width - 1);
	} else {
		buf_char(v->out, '-');
		if (host)
			buf_char(v->out, '@');
		if (host)
			escape_for_terminal(v->out, (const uint8_t *)host->name,
					    strlen(host->name),
					    v->terminal.wide ? ESCAPE_ANY_WIDTH : width - 3);
	}
	if (v->terminal.wide && v->out->len - from >= width)
		buf_char(v->out, ' ');
	buf_pad(v->out, from, width);
}

/* The address of the end in that place: its own, otherwise as the other end has it. */
static void print_address(struct view_context *v, const struct connection *c, unsigned place)
{
	bool own = c->end[place];
	const struct pair_end *end = own ? c->end[place] : connection_main_end(c);

	column_endpoint(v, &end->story.flow, own);
}

/* The end that knows how long the close took: the one that ended it, if it was seen from there. */
static const struct pair_end *find_timed_end(const struct connection *c)
{
	const struct pair_end *main_end = connection_main_end(c);

	for (unsigned i = 0;
	     !main_end->verdict.phase[PHASE_TOTAL].known && i < CONNECTION_ENDS; i++)
		if (c->end[i] && c->end[i]->verdict.phase[PHASE_TOTAL].known)
			return c->end[i];
	return main_end;
}

static void print_ending_and_time(struct view_context *v, const struct connection *c)
{
	const struct pair_end *end = connection_main_end(c), *timed = find_timed_end(c);
	enum ending ending = end->verdict.ending;
	const char *color = v->terminal.color ? close_text_ending_color(ending) : NULL;
	struct buf *b = v->out;
	size_t from;

	if (color)
		buf_str(b, color);
	from = b->len;
	buf_str(b, v->terminal.wide ? ending_name(ending) : close_text_short_ending(ending));
	buf_pad(b, from, v->terminal.wide ? WIDE_ENDING_WIDTH : ENDING_WIDTH);
	if (color)
		buf_str(b, ANSI_RESET);
	close_text_print_total_ms(b, &timed->story, &timed->verdict, MS_WIDTH);
}

static void print_call_column(struct buf *b, const struct connection_actor *actor)
{
	size_t from = b->len;

	buf_char(b, ' ');
	if (actor->call)
		call_text_print(b, actor->call);
	else
		buf_char(b, '-');
	buf_pad(b, from, CALL_WIDTH + 1);
}

/* "app of server", "network" */
static void print_spent_column(struct buf *b, const struct connection *c)
{
	size_t from = b->len;

	buf_str(b, c->cause_known && c->cause != CAUSE_NONE ? cause_name(c->cause) : "-");
	if (c->cause_known && c->blamed.side != SIDE_UNKNOWN) {
		buf_str(b, " of ");
		buf_str(b, connection_side_name(c->blamed.side));
	}
	buf_pad(b, from, SPENT_WIDTH);
}

/* "0.21", or "0.21..0.26": milliseconds */
static void print_flight(struct buf *b, const struct clock_interval *flight)
{
	if (!flight->known) {
		buf_char(b, '-');
		return;
	}
	fmt_ms(b, (uint64_t)flight->low);
	if (flight->low == flight->high)
		return;
	buf_str(b, "..");
	fmt_ms(b, (uint64_t)flight->high);
}

static void print_flight_column(struct buf *b, const struct pair_times *t)
{
	size_t from = b->len;

	print_flight(b, &t->from_a);
	buf_str(b, " ");
	print_flight(b, &t->from_b);
	buf_char(b, ' ');
	buf_pad(b, from, FLIGHT_WIDTH);
}

static void print_notes(struct buf *b, const struct connection_shown *shown)
{
	unsigned set = shown->c.disagreements;
	const char *before = "";

	if (shown->c.middlebox == MIDDLEBOX_YES) {
		buf_str(b, "middlebox");
		before = " ";
	}
	if (shown->times.contradicts) {
		buf_str(b, before);
		buf_str(b, "clock-stepped");
		before = " ";
	}
	for (unsigned i = 0; i < DISAGREEMENT_COUNT; i++) {
		if (!(set & 1u << i))
			continue;
		buf_str(b, before);
		buf_str(b, "disagree:");
		buf_str(b, disagreement_name(i));
		before = " ";
	}
	if (!*before)
		buf_char(b, '-');
}

static void print_wide_columns(struct buf *b, const struct connection_shown *shown)
{
	const struct connection *c = &shown->c;
	enum reason reason = connection_main_end(c)->verdict.reason;

	print_call_column(b, &c->initiator);
	column_text(b, reason ? reason_name(reason) : "-", REASON_WIDTH);
	print_spent_column(b, c);
	print_flight_column(b, &shown->times);
	print_notes(b, shown);
}

void connections_print_text(struct view_context *v, const struct connection_shown *shown)
{
	const struct connection *c = &shown->c;
	struct buf *b = v->out;
	size_t from;

	if (v->times) {
		fmt_clock(b, view_wall_ns(v, connection_main_end(c)->verdict.settled_ns));
		buf_char(b, ' ');
	}
	print_end_column(v, c, CONNECTION_CLIENT);
	from = b->len;
	buf_str(b, get_arrow(c->initiator.side));
	if (!c->roles_known)
		buf_char(b, '?');
	buf_pad(b, from, BY_WIDTH);
	print_end_column(v, c, CONNECTION_SERVER);
	if (v->terminal.wide)
		print_address(v, c, CONNECTION_CLIENT);
	print_address(v, c, CONNECTION_SERVER);
	print_ending_and_time(v, c);
	if (v->terminal.wide)
		print_wide_columns(b, shown);
	buf_char(b, '\n');
}

void connections_print_text_counts(struct view_context *v, const struct connections_counts *c)
{
	struct buf *b = v->out;

	if (c->pairs.evicted) {
		buf_u64(b, c->pairs.evicted);
		buf_str(b, " ends are shown alone, or not at all: too many waited for their other"
			   " ends.\n");
	}
	if (c->clock_steps) {
		buf_str(b, "Clocks of two hosts stepped, ");
		buf_u64(b, c->clock_steps);
		buf_str(b, " times: the bounds began anew.\n");
	}
}
