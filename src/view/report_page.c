/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The page as a whole: its head, the summary, the losses, endings over time, and its foot. */
#include "report.h"

#include <string.h>

#include "fmt.h"
#include "group_key.h"
#include "hist.h"
#include "html.h"
#include "time_units.h"
#include "who.h"

#define NAME_WIDTH 40
#define CHART_HEIGHT 120
#define HOSTS_SHOWN 20
#define HOLD_MIN_NS NS_PER_MS	/* a shorter hold is not worth a sentence */

void report_print_number(struct buf *b, uint64_t n)
{
	if (n >= 1000) {
		report_print_number(b, n / 1000);
		buf_char(b, ',');
		buf_digits(b, n % 1000, 3);
	} else {
		buf_u64(b, n);
	}
}

void report_print_time(struct buf *b, uint64_t wall_ns)
{
	size_t from = b->len;

	fmt_time_utc(b, wall_ns);
	if (b->failed || b->len - from < strlen("0000-00-00T00:00:00.000000000Z"))
		return;
	b->data[from + strlen("0000-00-00")] = ' ';
	b->len = from + strlen("0000-00-00T00:00:00.000");
}

void report_begin_section(struct buf *b, const char *id, const char *heading)
{
	buf_str(b, "<section id=\"");
	buf_str(b, id);
	buf_str(b, "\" aria-labelledby=\"h-");
	buf_str(b, id);
	buf_str(b, "\">\n<h2 id=\"h-");
	buf_str(b, id);
	buf_str(b, "\">");
	buf_str(b, heading);
	buf_str(b, "</h2>\n");
}

void report_end_section(struct buf *b)
{
	buf_str(b, "</section>\n");
}

static void print_host(struct view_context *v, struct buf *b)
{
	if (!v->hosts) {
		html_str(b, run_info_host(v->meta));
		return;
	}
	buf_u64(b, v->hosts->nr);
	buf_str(b, v->hosts->nr == 1 ? " host" : " hosts");
}

static void print_head(struct view_context *v, struct buf *b)
{
	buf_str(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n<title>tcpclose: ");
	print_host(v, b);
	buf_str(b, "</title>\n<style>\n");
	buf_str(b, report_style);
	buf_str(b, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the "
		"summary</a>\n<header>\n<p class=\"kicker\">How TCP connections ended</p>\n<h1>");
	print_host(v, b);
	buf_str(b, "</h1>\n");
}

static void print_times(struct buf *b, const struct report *r)
{
	if (!r->last_ns)
		return;
	buf_str(b, "<p class=\"when\"><time>");
	report_print_time(b, r->first_ns);
	buf_str(b, "</time> to <time>");
	report_print_time(b, r->last_ns);
	buf_str(b, "</time></p>\n");
}

/* "host a, host b": those of the recordings */
static void print_hosts(struct view_context *v, struct buf *b)
{
	unsigned nr = v->hosts ? v->hosts->nr : 0;

	if (!nr)
		return;
	buf_str(b, "<p class=\"when\">");
	for (unsigned i = 0; i < nr && i < HOSTS_SHOWN; i++) {
		buf_str(b, i ? ", " : "");
		html_str(b, v->hosts->host[i]->name);
	}
	if (nr > HOSTS_SHOWN) {
		buf_str(b, " and ");
		report_print_number(b, nr - HOSTS_SHOWN);
		buf_str(b, " more");
	}
	buf_str(b, "</p>\n");
}

static void print_contents(struct buf *b)
{
	static const char *const list[][2] = {
		{ "time", "Over time" }, { "who", "Who" }, { "phases", "Phases" },
		{ "slowest", "Slowest" }, { "resets", "Resets" }, { "open", "Not over" },
	};

	buf_str(b, "<nav aria-label=\"Contents\"><ul>\n");
	for (unsigned i = 0; i < sizeof(list) / sizeof(*list); i++) {
		buf_str(b, "<li><a href=\"#");
		buf_str(b, list[i][0]);
		buf_str(b, "\">");
		buf_str(b, list[i][1]);
		buf_str(b, "</a>\n");
	}
	buf_str(b, "</ul></nav>\n</header>\n");
}

static uint64_t count_class(const struct report *r, enum class class)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < ENDING_COUNT; i++)
		n += ending_class(i) == class ? r->ended[i] : 0;
	return n;
}

/* "24 sockets of 14 connections ended in 1.2 s: 18 clean, 4 reset, 2 timeout." */
static void print_first_sentence(struct buf *b, const struct report *r)
{
	uint64_t ended = report_count_ended(r);
	const char *before = ": ";

	report_print_number(b, ended);
	buf_str(b, ended == 1 ? " socket of " : " sockets of ");
	report_print_number(b, r->connections);
	buf_str(b, r->connections == 1 ? " connection ended" : " connections ended");
	if (r->last_ns > r->first_ns) {
		buf_str(b, " in ");
		fmt_duration(b, r->last_ns - r->first_ns);
	}
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		uint64_t n = count_class(r, i);

		if (!n || i == CLASS_OPEN)
			continue;
		buf_str(b, before);
		report_print_number(b, n);
		buf_char(b, ' ');
		buf_str(b, class_name(i));
		before = ", ";
	}
	buf_char(b, '.');
}

static void print_name(struct buf *b, const struct report *r, const struct keyed_entry *e)
{
	struct buf name = { 0 };

	group_key_print_short(&name, &r->who.options.groups, e, e == r->who_rows.other,
			      NAME_WIDTH);
	buf_str(b, "<b>");
	html_take(b, &name);
	buf_str(b, "</b>");
	buf_release(&name);
}

/* "player sent 2 of the 3 RSTs (unread-data)"; false if no RST was sent here. */
static bool print_worst_reset(struct buf *b, const struct report *r)
{
	const struct keyed_entry *e, *worst = NULL;
	uint64_t most = 0;
	unsigned why = 0;

	for (uint32_t i = 0; (e = keyed_table_at(&r->who_rows, i)); i++)
		for (unsigned k = 0; k < REASON_COUNT; k++) {
			uint64_t n = ((const struct who_row *)e->row)->ended[ENDING_RESET_SENT][k];

			if (n <= most || e == r->who_rows.other || !group_key_part(e, 0).len)
				continue;
			most = n;
			worst = e;
			why = k;
		}
	if (!worst)
		return false;
	print_name(b, r, worst);
	if (r->ended[ENDING_RESET_SENT] == 1) {
		buf_str(b, " sent the only RST");
	} else {
		buf_str(b, most == r->ended[ENDING_RESET_SENT] ? " sent all " : " sent ");
		if (most < r->ended[ENDING_RESET_SENT]) {
			report_print_number(b, most);
			buf_str(b, " of the ");
		}
		report_print_number(b, r->ended[ENDING_RESET_SENT]);
		buf_str(b, " RSTs");
	}
	if (reason_name(why)[0]) {
		buf_str(b, " (");
		buf_str(b, reason_name(why));
		buf_char(b, ')');
	}
	return true;
}

/* "reports held its peers for 298 ms in the median"; false if no program held a peer. */
static bool print_worst_hold(struct buf *b, const struct report *r)
{
	const struct keyed_entry *e, *worst = NULL;
	uint64_t longest = HOLD_MIN_NS - 1;
	const struct histogram *h;

	for (uint32_t i = 0; (e = keyed_table_at(&r->who_rows, i)); i++) {
		h = &((const struct who_row *)e->row)->hold[WHO_APP_HOLD];
		if (histogram_quantile(h, 500) <= longest || e == r->who_rows.other ||
		    !group_key_part(e, 0).len)
			continue;
		longest = histogram_quantile(h, 500);
		worst = e;
	}
	if (!worst)
		return false;
	h = &((const struct who_row *)worst->row)->hold[WHO_APP_HOLD];
	print_name(b, r, worst);
	buf_str(b, histogram_quantile_is_cut(h, 500) ? " held its peers for at least " :
		" held its peers for ");
	fmt_duration(b, longest);
	buf_str(b, " in the median");
	return true;
}

static void print_second_sentence(struct buf *b, const struct report *r)
{
	struct buf hold = { 0 };
	bool any;

	buf_char(b, ' ');
	any = print_worst_reset(b, r);
	if (print_worst_hold(&hold, r)) {
		buf_str(b, any ? "; " : "");
		b->failed |= hold.failed;
		buf_add(b, hold.data, hold.len);
		any = true;
	}
	buf_str(b, any ? "." : "No process sent a RST or held its peer for 1 ms.");
	buf_release(&hold);
}

static void print_summary(struct buf *b, const struct report *r)
{
	buf_str(b, "<main id=\"main\">\n<p class=\"summary\">");
	if (report_count_ended(r)) {
		print_first_sentence(b, r);
		print_second_sentence(b, r);
	} else {
		buf_str(b, "No connection ended.");
	}
	buf_str(b, "</p>\n");
}

static void print_loss(struct buf *b, const char *what, uint64_t n)
{
	if (!n)
		return;
	buf_str(b, "<li>");
	report_print_number(b, n);
	buf_char(b, ' ');
	buf_str(b, what);
	buf_char(b, '\n');
}

static void print_losses(struct buf *b, const struct run_counts *t)
{
	uint64_t lost = run_counts_lost(t) + (t->maybe_missed_known ? t->maybe_missed : 0);

	if (!lost) {
		buf_str(b, "<p class=\"losses none\">No event was lost.</p>\n");
		return;
	}
	buf_str(b, "<div class=\"losses\" role=\"note\">\n<p>Something was lost, so the figures "
		"are minima:</p>\n<ul>\n");
	print_loss(b, "events: the ring was full", t->events_ring_full);
	print_loss(b, "events: the table of calls was full", t->events_calls_full);
	print_loss(b, "events: malformed", t->events_malformed);
	print_loss(b, "events: a spool was full", t->events_spool_full);
	print_loss(b, "sockets: the table was full", t->lost_table_full);
	print_loss(b, "sockets: their end was missed", t->lost_end_missed);
	print_loss(b, "sockets: they vanished", t->lost_vanished);
	if (t->maybe_missed_known)
		print_loss(b, "more events at most that the kernel may have skipped",
			   t->maybe_missed);
	buf_str(b, "</ul>\n</div>\n");
}

/* The stripes of a class, the distance in the units of the chart; 0 for none. */
static unsigned find_stripes(enum class class)
{
	switch (class) {
	case CLASS_RESET:
		return 60;
	case CLASS_TIMEOUT:
		return 110;
	case CLASS_ABORTED:
		return 30;
	default:
		return 0;
	}
}

/* The stripes, beside the colors: some readers and printers have none. */
static void print_patterns(struct buf *b)
{
	buf_str(b, "<defs>\n");
	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		if (!find_stripes(c))
			continue;
		buf_str(b, "<pattern id=\"p-");
		buf_str(b, class_name(c));
		buf_str(b, "\" patternUnits=\"userSpaceOnUse\" width=\"10\" height=\"");
		buf_u64(b, find_stripes(c));
		buf_str(b, "\"><rect class=\"stripe\" width=\"10\" height=\"");
		buf_u64(b, find_stripes(c) / 4);
		buf_str(b, "\"/></pattern>\n");
	}
	buf_str(b, "</defs>\n");
}

/* Print a box in the color of its class, and a second one with its stripes. */
static void print_box(struct buf *b, enum class class, uint64_t x, uint64_t y, uint64_t width,
		      uint64_t height)
{
	for (unsigned i = 0; i < (find_stripes(class) ? 2 : 1); i++) {
		buf_str(b, i ? "<rect fill=\"url(#p-" : "<rect class=\"c-");
		buf_str(b, class_name(class));
		buf_str(b, i ? ")\" x=\"" : "\" x=\"");
		buf_u64(b, x);
		buf_str(b, "\" y=\"");
		buf_u64(b, y);
		buf_str(b, "\" width=\"");
		buf_u64(b, width);
		buf_str(b, "\" height=\"");
		buf_u64(b, height);
		buf_str(b, "\"/>");
	}
}

static void print_bar(struct buf *b, const struct report *r, unsigned i, uint64_t most)
{
	uint64_t below = 0;

	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		uint64_t n = r->bins.n[i][c], top = below + n;
		uint64_t y0 = CHART_HEIGHT * 10 - below * CHART_HEIGHT * 10 / most;
		uint64_t y1 = CHART_HEIGHT * 10 - top * CHART_HEIGHT * 10 / most;

		if (!n)
			continue;
		print_box(b, c, i * 10 + 1, y1, 8, y0 > y1 ? y0 - y1 : 1);
		below = top;
	}
	if (below)
		buf_char(b, '\n');
}

static void print_chart(struct buf *b, const struct report *r, uint64_t most)
{
	buf_str(b, "<svg class=\"chart\" role=\"img\" aria-label=\"Endings over time, at most ");
	report_print_number(b, most);
	buf_str(b, " in ");
	hist_print_bound(b, time_bins_width_ns(&r->bins));
	buf_str(b, "; the table below has the sums\" viewBox=\"0 0 ");
	buf_u64(b, r->bins.nr < 24 ? 240 : r->bins.nr * 10);
	buf_str(b, " 1200\" preserveAspectRatio=\"none\">\n");
	print_patterns(b);
	for (unsigned i = 0; i < r->bins.nr; i++)
		print_bar(b, r, i, most);
	buf_str(b, "</svg>\n");
}

static void print_classes(struct buf *b, const struct report *r)
{
	buf_str(b, "<table class=\"legend\">\n<thead><tr><th scope=\"col\">Class"
		"<th scope=\"col\">Sockets<th scope=\"col\">Share</thead>\n<tbody>\n");
	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		uint64_t n = count_class(r, c);

		if (!n || c == CLASS_OPEN)
			continue;
		buf_str(b, "<tr><th scope=\"row\"><svg class=\"key\" aria-hidden=\"true\" "
			"viewBox=\"0 0 10 120\" preserveAspectRatio=\"none\">");
		print_box(b, c, 0, 0, 10, 120);
		buf_str(b, "</svg>");
		buf_str(b, class_name(c));
		buf_str(b, "<td>");
		report_print_number(b, n);
		buf_str(b, "<td>");
		hist_print_percent(b, n, report_count_ended(r), 0);
		buf_char(b, '\n');
	}
	buf_str(b, "</tbody></table>\n");
}

void report_print_over_time(struct view_context *v, const struct report *r)
{
	uint64_t most = 0, width_ns = time_bins_width_ns(&r->bins);
	struct buf *b = v->out;

	report_begin_section(b, "time", "Endings over time");
	for (unsigned i = 0; i < r->bins.nr; i++)
		if (time_bins_count(&r->bins, i) > most)
			most = time_bins_count(&r->bins, i);
	if (most) {
		buf_str(b, "<p class=\"axis\">most: ");
		report_print_number(b, most);
		buf_str(b, " in ");
		hist_print_bound(b, width_ns);
		buf_str(b, "</p>\n");
		print_chart(b, r, most);
		buf_str(b, "<p class=\"axis\">from ");
		report_print_time(b, r->bins.first * width_ns);
		buf_str(b, ", a bar for each ");
		hist_print_bound(b, width_ns);
		buf_str(b, "</p>\n");
		print_classes(b, r);
	} else {
		buf_str(b, "<p>Nothing ended.</p>\n");
	}
	report_end_section(b);
}

static void print_foot(struct view_context *v, struct buf *b, const struct run_counts *t)
{
	buf_str(b, "</main>\n<footer>\n<p>tcpclose " TCPCLOSE_VERSION ", ");
	report_print_number(b, t->events);
	buf_str(b, " events, ");
	report_print_number(b, t->reported);
	buf_str(b, " sockets reported, ");
	report_print_number(b, t->filtered);
	buf_str(b, " left out by filters, ");
	report_print_number(b, t->open);
	buf_str(b, " still open");
	if (!v->hosts && v->meta->kernel[0]) {
		buf_str(b, "; Linux ");
		html_str(b, v->meta->kernel);
		buf_char(b, ' ');
		html_str(b, v->meta->machine);
	}
	buf_str(b, ". Times are in UTC.</p>\n</footer>\n</body>\n</html>\n");
}

static void print_partial(struct buf *b, const struct report *r)
{
	if (!r->partial)
		return;
	buf_str(b, "<p class=\"losses none\">Partial sockets, of which a segment was not seen: ");
	report_print_number(b, r->partial);
	buf_str(b, ".</p>\n");
}

void report_print_page(struct view_context *v, const struct report *r, const struct run_counts *t)
{
	struct buf *b = v->out;

	print_head(v, b);
	print_hosts(v, b);
	print_times(b, r);
	print_contents(b);
	print_summary(b, r);
	print_losses(b, t);
	print_partial(b, r);
	report_print_over_time(v, r);
	report_print_who(v, r);
	report_print_phases(v, r);
	view_flush(v);
	report_print_slowest(v, r);
	report_print_resets(v, r);
	report_print_open(v, r);
	print_foot(v, b, t);
}
