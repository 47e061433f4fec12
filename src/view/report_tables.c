/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tables of the page: who, the phases, the resets, and what was not over. */
#include "report.h"

#include "fmt.h"
#include "group_key.h"
#include "hist.h"
#include "html.h"
#include "who.h"

#define KEY_WIDTH 60

static void begin_table(struct buf *b, const char *label)
{
	buf_str(b, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
	buf_str(b, label);
	buf_str(b, "\">\n<table>\n");
}

static void end_table(struct buf *b)
{
	buf_str(b, "</tbody></table>\n</div>\n");
}

void report_print_key(struct buf *b, const struct report *r, const struct keyed_entry *e)
{
	struct buf name = { 0 };

	group_key_print_short(&name, &r->who.options.groups, e, e == r->who_rows.other,
			      KEY_WIDTH);
	buf_str(b, "<tr><th scope=\"row\">");
	html_take(b, &name);
	buf_release(&name);
}

/* "<td>12"; a 0 is drawn as a dot, as in the view who */
static void print_count(struct buf *b, uint64_t n)
{
	buf_str(b, n ? "<td>" : "<td class=\"zero\">");
	report_print_number(b, n);
}

static void print_quantile(struct buf *b, const struct histogram *h, unsigned permille)
{
	buf_str(b, "<td>");
	if (!h->n) {
		buf_char(b, '-');
		return;
	}
	if (histogram_quantile_is_cut(h, permille))
		buf_str(b, "&gt;");
	fmt_duration(b, permille == 1000 ? h->max : histogram_quantile(h, permille));
}

static void print_who_row(struct buf *b, const struct who_row *w)
{
	static const uint8_t counts[] = { WHO_CLOSES, WHO_OPEN, WHO_CLEAN, WHO_RESET_SENT,
					  WHO_RESET_RECEIVED, WHO_TIMEOUT, WHO_OTHER_END,
					  WHO_LOCAL, WHO_PEER, WHO_DATA_LOST, WHO_TIME_WAIT };

	for (unsigned i = 0; i < sizeof(counts); i++)
		print_count(b, w->n[counts[i]]);
	for (unsigned i = 0; i < WHO_HOLDS; i++) {
		print_quantile(b, &w->hold[i], 500);
		print_quantile(b, &w->hold[i], 990);
		print_quantile(b, &w->hold[i], 1000);
	}
	buf_char(b, '\n');
}

static void print_more(struct buf *b, uint64_t n, const char *what)
{
	if (!n)
		return;
	buf_str(b, "<p class=\"more\">");
	report_print_number(b, n);
	buf_str(b, what);
	buf_str(b, "</p>\n");
}

void report_print_who(struct view_context *v, const struct report *r)
{
	const struct keyed_entry *e;
	struct buf *b = v->out;
	uint32_t i;

	report_begin_section(b, "who", "Who ended them");
	begin_table(b, "Who");
	buf_str(b, "<thead><tr><th scope=\"col\">Process<th scope=\"col\">Closes"
		"<th scope=\"col\">Not over<th scope=\"col\">Clean<th scope=\"col\">RST sent"
		"<th scope=\"col\">RST received<th scope=\"col\">Timeout<th scope=\"col\">Other"
		"<th scope=\"col\">Began here<th scope=\"col\">Began at the peer"
		"<th scope=\"col\">Lost data<th scope=\"col\">TIME_WAIT"
		"<th scope=\"col\">It held, p50<th scope=\"col\">p99<th scope=\"col\">max"
		"<th scope=\"col\">It waited, p50<th scope=\"col\">p99<th scope=\"col\">max"
		"</thead>\n<tbody>\n");
	for (i = 0; i < REPORT_ROWS && (e = keyed_table_at(&r->who_rows, i)); i++) {
		report_print_key(b, r, e);
		print_who_row(b, e->row);
	}
	end_table(b);
	while (keyed_table_at(&r->who_rows, i))
		i++;
	print_more(b, i > REPORT_ROWS ? i - REPORT_ROWS : 0, " more processes are left out.");
	buf_str(b, "<p class=\"note\">It held: how long the peer's FIN waited for a close() here "
		"(app_hold). It waited: how long the peer held (peer_hold). &gt;: at least.</p>\n");
	report_end_section(b);
}

static void print_reset_row(struct buf *b, const struct report *r, const struct keyed_entry *e,
			    unsigned ending, unsigned reason)
{
	report_print_key(b, r, e);
	buf_str(b, "<td class=\"word\">");
	buf_str(b, ending_name(ending));
	buf_str(b, "<td class=\"word\">");
	buf_str(b, reason_name(reason)[0] ? reason_name(reason) : "-");
	print_count(b, ((const struct who_row *)e->row)->ended[ending][reason]);
	print_count(b, ((const struct who_row *)e->row)->lost_data[ending][reason]);
	buf_char(b, '\n');
}

/* The number of rows; those up to `max` are printed. */
static uint64_t print_reset_rows(struct buf *b, const struct report *r, uint64_t max)
{
	static const uint8_t endings[] = { ENDING_RESET_SENT, ENDING_RESET_RECEIVED };
	const struct keyed_entry *e;
	uint64_t n = 0;

	for (unsigned i = 0; i < sizeof(endings); i++)
		for (uint32_t at = 0; (e = keyed_table_at(&r->who_rows, at)); at++)
			for (unsigned k = 0; k < REASON_COUNT; k++) {
				if (!((const struct who_row *)e->row)->ended[endings[i]][k])
					continue;
				if (n++ < max)
					print_reset_row(b, r, e, endings[i], k);
			}
	return n;
}

void report_print_resets(struct view_context *v, const struct report *r)
{
	struct buf *b = v->out;
	uint64_t n = r->ended[ENDING_RESET_SENT] + r->ended[ENDING_RESET_RECEIVED];

	report_begin_section(b, "resets", "Resets by process and reason");
	if (n) {
		begin_table(b, "Resets");
		buf_str(b, "<thead><tr><th scope=\"col\">Process<th scope=\"col\">Ending"
			"<th scope=\"col\">Reason<th scope=\"col\">Sockets"
			"<th scope=\"col\">Lost data</thead>\n<tbody>\n");
		n = print_reset_rows(b, r, REPORT_ROWS);
		end_table(b);
		print_more(b, n > REPORT_ROWS ? n - REPORT_ROWS : 0, " more rows are left out.");
	} else {
		buf_str(b, "<p>No connection was reset.</p>\n");
	}
	report_end_section(b);
}

static void print_open_states(struct buf *b, const struct report *r)
{
	begin_table(b, "Not over, by state");
	buf_str(b, "<thead><tr><th scope=\"col\">State<th scope=\"col\">Sockets</thead>\n"
		"<tbody>\n");
	for (unsigned i = 0; i < REPORT_STATES; i++) {
		if (!r->open_state[i])
			continue;
		buf_str(b, "<tr><th scope=\"row\">");
		buf_str(b, i ? state_name(i) : "-");
		print_count(b, r->open_state[i]);
		buf_char(b, '\n');
	}
	end_table(b);
}

static void print_open_processes(struct buf *b, const struct report *r)
{
	const struct keyed_entry *e;
	uint64_t n, rows = 0;

	begin_table(b, "Not over, by process");
	buf_str(b, "<thead><tr><th scope=\"col\">Process<th scope=\"col\">Sockets</thead>\n"
		"<tbody>\n");
	for (uint32_t i = 0; (e = keyed_table_at(&r->who_rows, i)); i++) {
		n = ((const struct who_row *)e->row)->n[WHO_OPEN];
		if (!n || rows++ >= REPORT_ROWS)
			continue;
		report_print_key(b, r, e);
		print_count(b, n);
		buf_char(b, '\n');
	}
	end_table(b);
	print_more(b, rows > REPORT_ROWS ? rows - REPORT_ROWS : 0,
		   " more processes are left out.");
}

void report_print_open(struct view_context *v, const struct report *r)
{
	struct buf *b = v->out;

	report_begin_section(b, "open", "Not over when the run ended");
	if (r->ended[ENDING_OPEN]) {
		print_open_states(b, r);
		print_open_processes(b, r);
	} else {
		buf_str(b, "<p>No close was in progress.</p>\n");
	}
	report_end_section(b);
}

/* A bar of n/most, of which `cut` at its end are minima. */
static void print_bar(struct buf *b, uint64_t n, uint64_t cut, uint64_t most)
{
	uint64_t whole = n * 1000 / most, rest = cut * 1000 / most;

	buf_str(b, "<td class=\"bar\"><svg aria-hidden=\"true\" viewBox=\"0 0 1000 10\" "
		"preserveAspectRatio=\"none\"><rect width=\"");
	buf_u64(b, n && !whole ? 1 : whole);
	buf_str(b, "\" height=\"10\"/>");
	if (rest) {
		buf_str(b, "<rect class=\"cut\" x=\"");
		buf_u64(b, whole - rest);
		buf_str(b, "\" width=\"");
		buf_u64(b, rest);
		buf_str(b, "\" height=\"10\"/>");
	}
	buf_str(b, "</svg>");
}

/* A row for each bucket in use. The empty ones between two of them share a row. */
static void print_buckets(struct buf *b, const struct histogram *h)
{
	unsigned first = HISTOGRAM_BUCKETS, last = 0, end;
	uint64_t most = 1;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t n = histogram_bucket_count(h, i);

		most = n > most ? n : most;
		first = n && i < first ? i : first;
		last = n ? i : last;
	}
	for (unsigned i = first; i <= last && i < HISTOGRAM_BUCKETS; i = end) {
		uint64_t n = histogram_bucket_count(h, i);

		for (end = i + 1; !n && !histogram_bucket_count(h, end);)
			end++;
		buf_str(b, "<tr><th scope=\"row\">");
		hist_print_bound(b, histogram_bucket_from_ns(i));
		buf_str(b, " - ");
		hist_print_bound(b, histogram_bucket_from_ns(end));
		print_bar(b, n, h->cut[i], most);
		print_count(b, n);
		print_count(b, h->cut[i]);
		buf_char(b, '\n');
	}
}

static void print_phase(struct buf *b, const char *name, const struct histogram *h)
{
	struct buf text = { 0 };

	buf_str(b, "<div class=\"phase\">\n<h3>");
	buf_str(b, name);
	buf_str(b, "</h3>\n<p>");
	hist_print_quantiles(&text, h);
	html_take(b, &text);
	buf_release(&text);
	buf_str(b, "</p>\n<table>\n<thead><tr><th scope=\"col\">Time<td>"
		"<th scope=\"col\">Closes<th scope=\"col\">Cut</thead>\n<tbody>\n");
	print_buckets(b, h);
	buf_str(b, "</tbody></table>\n</div>\n");
}

void report_print_phases(struct view_context *v, const struct report *r)
{
	const struct keyed_entry *e = keyed_table_at(&r->hist_rows, 0);
	struct buf *b = v->out;
	bool any = false;

	report_begin_section(b, "phases", "Where the time went");
	buf_str(b, "<div class=\"phases\">\n");
	for (unsigned i = 0; e && i < HIST_TIMES; i++) {
		const struct histogram *h = &((const struct hist_row *)e->row)->time[i];

		if (!h->n)
			continue;
		print_phase(b, hist_time_name(i), h);
		any = true;
	}
	buf_str(b, "</div>\n");
	buf_str(b, any ? "<p class=\"note\">Cut: no segment ended the phase, so its time is a "
		"minimum.</p>\n" : "<p>No close has such a time.</p>\n");
	report_end_section(b);
}
