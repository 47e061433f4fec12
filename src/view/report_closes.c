/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The closes behind the figures: a row for each socket that is kept, by process, ending and reason.
 *
 *	panel: four-way, 1 of 1
 *	20:52:39.809  panel[15275]  127.0.0.1:38864  127.0.0.1:33185  local  close(12)  301 ms ...
 */
#include "report.h"

#include "fmt.h"
#include "html.h"
#include "timeline.h"

#define NAME_WIDTH 40
#define WORD "<th scope=\"col\" class=\"word\">"	/* the heading of a column of words */

void report_print_process(struct buf *b, const uint8_t *name, const uint8_t *comm, uint32_t pid,
			  bool known)
{
	struct buf text = { 0 };

	if (known)
		timeline_print_process_pid(&text, name, comm, pid, NAME_WIDTH);
	else
		buf_char(&text, '-');
	html_take(b, &text);
	buf_release(&text);
}

void report_print_host(const struct view_context *v, struct buf *b, unsigned host)
{
	if (!v->hosts || host >= v->hosts->nr)
		return;
	buf_str(b, " on ");
	html_str(b, v->hosts->host[host]->name);
}

static void print_endpoint(struct buf *b, unsigned family, const uint8_t *addr, uint16_t port)
{
	buf_str(b, "<td class=\"word\">");
	fmt_endpoint(b, family, addr, port);
}

/* "<td>301 ms"; "&gt;6.7 s" if it is a minimum */
static void print_time(struct buf *b, const struct row_time *t)
{
	buf_str(b, "<td>");
	if (!t->known) {
		buf_char(b, '-');
		return;
	}
	buf_str(b, t->cut ? "&gt;" : "");
	fmt_duration(b, t->ns);
}

/* "ack_wait 1.6 ms, peer_hold 299 ms, age 310 ms": all times but the total */
static void print_times(struct buf *b, const struct report_row *row)
{
	const char *before = "";

	buf_str(b, "<td class=\"word wrap\">");
	for (unsigned i = 0; i < HIST_TIMES; i++) {
		if (!row->time[i].known || i == PHASE_TOTAL)
			continue;
		buf_str(b, before);
		buf_str(b, hist_time_name(i));
		buf_str(b, row->time[i].cut ? " &gt;" : " ");
		fmt_duration(b, row->time[i].ns);
		before = ", ";
	}
	if (!*before)
		buf_char(b, '-');
}

/* What else a figure counts it for: "lost data, TIME_WAIT"; and its ladder. */
static void print_marks(struct buf *b, const struct report *r, const struct report_row *row)
{
	const char *before = "";

	buf_str(b, "<td class=\"word\">");
	if (row->lost_data) {
		buf_str(b, "lost data");
		before = ", ";
	}
	if (row->left_time_wait) {
		buf_str(b, before);
		buf_str(b, "TIME_WAIT");
		before = ", ";
	}
	for (unsigned i = 0; row->id && i < r->nr_ladders; i++) {
		if (r->slowest[i].row[0] != row->id && r->slowest[i].row[1] != row->id)
			continue;
		buf_str(b, before);
		buf_str(b, "<a href=\"#t");
		buf_u64(b, i + 1);
		buf_str(b, "\">ladder ");
		buf_u64(b, i + 1);
		buf_str(b, "</a>");
	}
}

static void print_row(const struct view_context *v, struct buf *b, const struct report *r,
		      const struct report_row *row)
{
	const struct flow *w = &row->flow;
	struct buf call = { 0 };

	buf_str(b, "<tr id=\"r");
	buf_u64(b, row->id);
	buf_str(b, "\"><td class=\"word\">");
	report_print_time_of_day(b, row->start_ns ? row->start_ns : row->settled_ns);
	buf_str(b, "<th scope=\"row\" class=\"word\">");
	report_print_process(b, row->name, row->comm, row->pid, row->has_process);
	report_print_host(v, b, row->host);
	print_endpoint(b, w->family, w->local_addr, w->local_port);
	print_endpoint(b, w->family, w->peer_addr, w->peer_port);
	buf_str(b, "<td class=\"word\">");
	buf_str(b, initiator_name(row->initiator));
	buf_str(b, "<td class=\"word\">");
	buf_str(&call, row->call[0] ? row->call : "-");
	html_take(b, &call);
	buf_release(&call);
	print_time(b, &row->time[PHASE_TOTAL]);
	print_times(b, row);
	print_marks(b, r, row);
	buf_char(b, '\n');
}

/* "panel: four-way, 1 of 1" */
static void print_group_head(struct buf *b, const struct report *r, const struct report_row *row,
			     unsigned n)
{
	const struct keyed_entry *e = keyed_table_at(&r->who_rows, row->process->index);
	uint64_t all = row->process->who.ended[row->ending][row->reason];

	buf_str(b, "<tbody><tr class=\"group\"");
	if (row->process->first_row == row->id) {
		buf_str(b, " id=\"p");
		buf_u64(b, row->process->index);
		buf_char(b, '"');
	}
	buf_str(b, "><th scope=\"rowgroup\" colspan=\"9\" id=\"g");
	buf_u64(b, row->id);
	buf_str(b, "\">");
	report_print_key(b, r, e);
	buf_str(b, ": ");
	buf_str(b, ending_name(row->ending));
	if (reason_name(row->reason)[0]) {
		buf_str(b, ", ");
		buf_str(b, reason_name(row->reason));
	}
	buf_str(b, " <span class=\"of\">");
	report_print_number(b, n);
	buf_str(b, " of ");
	report_print_number(b, all);
	buf_str(b, "</span>\n");
}

size_t report_measure_close(const struct view_context *v, const struct report *r,
			    const struct report_row *row)
{
	static const size_t marks = sizeof("</tbody>, <a href=\"#t16\">ladder 16</a>") + 20;
	struct buf text = { 0 };
	size_t bytes;

	print_group_head(&text, r, row, 1);
	print_row(v, &text, r, row);
	bytes = text.failed ? SIZE_MAX : text.len + marks;
	buf_release(&text);
	return bytes;
}

static unsigned print_group(const struct view_context *v, struct buf *b, const struct report *r,
			    unsigned first)
{
	struct report_row *const *shown = r->rows.shown;
	unsigned end = first + 1;

	while (end < r->rows.nr_shown && rows_are_of_group(shown[first], shown[end]))
		end++;
	print_group_head(b, r, r->rows.shown[first], end - first);
	for (unsigned i = first; i < end; i++)
		print_row(v, b, r, r->rows.shown[i]);
	buf_str(b, "</tbody>\n");
	return end;
}

void report_print_closes(struct view_context *v, const struct report *r)
{
	uint64_t all = report_count_ended(r) + r->ended[ENDING_OPEN];
	struct buf *b = v->out;

	report_begin_section(b, "closes", "The closes behind the figures");
	buf_str(b, "<p class=\"note\">Each figure above links to the slowest close that it counts. "
		"The slowest ones of each kind are listed: ");
	report_print_number(b, r->rows.nr_shown);
	buf_str(b, " of ");
	report_print_number(b, all);
	buf_str(b, all == 1 ? " socket; " : " sockets; ");
	report_print_number(b, all - r->rows.nr_shown);
	buf_str(b, " left out. Began: the side that ended the connection.</p>\n");
	if (r->rows.nr_shown) {
		report_begin_table(b, "Closes");
		buf_str(b, "<thead><tr>" WORD "Time" WORD "Process" WORD "Local" WORD "Remote"
			WORD "Began" WORD "Call<th scope=\"col\">Total" WORD "Times" WORD "Also"
			"</thead>\n");
		for (unsigned i = 0; i < r->rows.nr_shown; view_flush(v))
			i = print_group(v, b, r, i);
		buf_str(b, "</table>\n</div>\n");
	}
	report_end_section(b);
}

/* The first group of printed rows of a process whose ending is one of a set; 0 none. */
static unsigned find_ending(const struct report_process *p, unsigned endings, bool any_reason,
			    unsigned reason)
{
	unsigned first = 0;

	for (const struct ended_rows *e = p->ended; e; e = e->next) {
		unsigned row = 0;

		if (!(endings >> e->ending & 1) || (!any_reason && e->reason != reason))
			continue;
		for (unsigned i = 0; i < ROWS_KEPT && e->list.row[i]; i++)
			if (e->list.row[i]->id)
				row = e->list.row[i]->group;
		if (row && (!first || row < first))
			first = row;
	}
	return first;
}

/* The heading of a group has the id of its first row. */
static void print_group_count(struct buf *b, uint64_t n, unsigned row)
{
	if (!n || !row) {
		report_print_count(b, n, 0);
		return;
	}
	buf_str(b, "<td><a href=\"#g");
	buf_u64(b, row);
	buf_str(b, "\">");
	report_print_number(b, n);
	buf_str(b, "</a>");
}

void report_print_ended_count(struct buf *b, const struct report_process *p, unsigned ending,
			      unsigned reason, uint64_t n)
{
	print_group_count(b, n, find_ending(p, 1u << ending, false, reason));
}

void report_print_endings_count(struct buf *b, const struct report_process *p, unsigned endings,
				uint64_t n)
{
	print_group_count(b, n, find_ending(p, endings, true, 0));
}
