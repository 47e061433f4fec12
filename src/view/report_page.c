/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The page as a whole: its head, the losses, its foot, and what the sections have in common. */
#include "report.h"

#include <string.h>

#include "fmt.h"
#include "html.h"
#include "time_units.h"

#define HOSTS_SHOWN 20
#define NS_PER_DAY (86400 * NS_PER_S)

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

void report_print_time_of_day(struct buf *b, uint64_t wall_ns)
{
	struct buf whole = { 0 };
	size_t date = strlen("0000-00-00 ");

	report_print_time(&whole, wall_ns);
	b->failed |= whole.failed;
	if (whole.len > date)
		buf_add(b, whole.data + date, whole.len - date);
	buf_release(&whole);
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

void report_begin_table(struct buf *b, const char *label)
{
	buf_str(b, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
	buf_str(b, label);
	buf_str(b, " table\">\n<table>\n");	/* the section has the name without it */
}

void report_end_table(struct buf *b)
{
	buf_str(b, "</tbody></table>\n</div>\n");
}

void report_print_more(struct buf *b, uint64_t n, const char *what)
{
	if (!n)
		return;
	buf_str(b, "<p class=\"more\">");
	report_print_number(b, n);
	buf_str(b, what);
	buf_str(b, "</p>\n");
}

void report_begin_link(struct buf *b, unsigned row)
{
	if (!row)
		return;
	buf_str(b, "<a href=\"#r");
	buf_u64(b, row);
	buf_str(b, "\">");
}

void report_end_link(struct buf *b, unsigned row)
{
	buf_str(b, row ? "</a>" : "");
}

void report_print_count(struct buf *b, uint64_t n, unsigned row)
{
	row = n ? row : 0;
	buf_str(b, n ? "<td>" : "<td class=\"zero\">");
	report_begin_link(b, row);
	report_print_number(b, n);
	report_end_link(b, row);
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

/* The date of the end is left out if it is that of the start. */
static void print_times(struct buf *b, const struct report *r)
{
	if (!r->last_ns)
		return;
	buf_str(b, "<p class=\"when\"><time>");
	report_print_time(b, r->first_ns);
	buf_str(b, "</time> to <time>");
	if (r->first_ns / NS_PER_DAY == r->last_ns / NS_PER_DAY)
		report_print_time_of_day(b, r->last_ns);
	else
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

/* "As of 2026-11-22 08:12:32.123. Keep it up to date" */
static void print_now(struct buf *b, const struct report_live *live)
{
	if (!live)
		return;
	buf_str(b, "<p class=\"when\">As of <time>");
	report_print_time(b, live->now_wall_ns);
	buf_str(b, "</time>. ");
	if (live->refresh_s) {
		buf_str(b, "Loaded again every ");
		buf_u64(b, live->refresh_s);
		buf_str(b, " s. <a href=\"/\">Stop</a></p>\n");
	} else {
		buf_str(b, "<a href=\"/?live\">Keep it up to date</a></p>\n");
	}
}

static void print_contents(struct buf *b, const struct report_live *live)
{
	static const char *const list[][2] = {
		{ "time", "Over time" }, { "who", "Who" }, { "phases", "Phases" },
		{ "slowest", "Slowest" }, { "resets", "Resets" }, { "open", "Stuck" },
		{ "losses", "Losses" }, { "closes", "Closes" },
	};

	buf_str(b, "<nav aria-label=\"Contents\"><ul>\n");
	for (unsigned i = 0; i < sizeof(list) / sizeof(*list); i++) {
		buf_str(b, "<li><a href=\"#");
		buf_str(b, list[i][0]);
		buf_str(b, "\">");
		buf_str(b, list[i][1]);
		buf_str(b, "</a>\n");
	}
	buf_str(b, live ? "<li><a href=\"/metrics\">Metrics</a>\n</ul></nav>\n</header>\n" :
		"</ul></nav>\n</header>\n");
}

uint64_t report_count_class(const struct report *r, enum class class)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < ENDING_COUNT; i++)
		n += ending_class(i) == class ? r->ended[i] : 0;
	return n;
}

/* One line at the top; the section has the rows. */
static void print_loss_line(struct buf *b, const struct report *r, const struct run_counts *t)
{
	uint64_t lost = run_counts_lost(t) + (t->maybe_missed_known ? t->maybe_missed : 0);

	buf_str(b, lost ? "<p class=\"losses some\">" : "<p class=\"losses\">");
	buf_str(b, lost ? "<a href=\"#losses\">Something was lost</a>: the figures are minima." :
		"<a href=\"#losses\">No event was lost</a>.");
	if (r->partial) {
		buf_char(b, ' ');
		report_print_number(b, r->partial);
		buf_str(b, r->partial == 1 ? " socket is partial: a segment was not seen." :
			" sockets are partial: a segment was not seen.");
	}
	buf_str(b, "</p>\n");
}

static void print_loss(struct buf *b, const char *what, uint64_t n)
{
	buf_str(b, "<tr><th scope=\"row\">");
	buf_str(b, what);
	report_print_count(b, n, 0);
	buf_char(b, '\n');
}

void report_print_losses(struct buf *b, const struct report *r, const struct run_counts *t)
{
	report_begin_section(b, "losses", "Losses");
	buf_str(b, "<div class=\"plain\">\n");
	report_begin_table(b, "Losses");
	buf_str(b, "<thead><tr><th scope=\"col\">What<th scope=\"col\">Count</thead>\n<tbody>\n");
	print_loss(b, "events: the ring was full", t->events_ring_full);
	print_loss(b, "events: the table of calls was full", t->events_calls_full);
	print_loss(b, "events: malformed", t->events_malformed);
	if (t->maybe_missed_known)
		print_loss(b, "events at most that the kernel may have skipped", t->maybe_missed);
	print_loss(b, "sockets: the table was full", t->lost_table_full);
	print_loss(b, "sockets: their end was missed", t->lost_end_missed);
	print_loss(b, "sockets: they vanished", t->lost_vanished);
	print_loss(b, "sockets: partial, a segment was not seen", r->partial);
	report_end_table(b);
	buf_str(b, "</div>\n");
	report_end_section(b);
}

static void print_foot(struct view_context *v, struct buf *b, const struct run_counts *t)
{
	buf_str(b, "</main>\n<footer>\n<p>tcpclose " TCPCLOSE_VERSION ", ");
	report_print_number(b, t->events);
	buf_str(b, " events, <a href=\"#closes\">");
	report_print_number(b, t->reported);
	buf_str(b, " sockets</a> reported, ");
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

/* Give the closes of the ladders their rows. */
static void find_rows(struct report *r)
{
	for (unsigned i = 0; i < r->nr; i++) {
		struct report_close *c = &r->slowest[i];

		for (unsigned k = 0; k < 2; k++)
			c->row[k] = k && !c->has_both ? 0 :
				    rows_find_id(&r->rows, &c->end[k].story);
	}
}

/* The context of measure_close(). */
struct measured {
	const struct view_context *v;
	const struct report *r;
};

static size_t measure_close(void *arg, const struct report_row *row)
{
	const struct measured *m = arg;

	return report_measure_close(m->v, m->r, row);
}

/* Choose the ladders and the closes for which there is room. */
static void choose_rows(struct view_context *v, struct report *r)
{
	struct measured m = { .v = v, .r = r };
	struct rows_room room = { .measure = measure_close, .arg = &m };

	room.bytes = REPORT_BYTES - REPORT_OTHER_BYTES - report_measure_ladders(v, r);
	if (room.bytes > REPORT_CLOSES_BYTES)
		room.bytes = REPORT_CLOSES_BYTES;
	if (!rows_gather(&r->rows, &r->who_rows, REPORT_ROWS, &room))
		v->out->failed = true;
	find_rows(r);
}

void report_print_page(struct view_context *v, struct report *r, const struct run_counts *t,
		       uint64_t now_ns, const struct report_live *live)
{
	struct buf *b = v->out;

	report_sort(r, t, now_ns);
	choose_rows(v, r);
	print_head(v, b);
	print_hosts(v, b);
	print_times(b, r);
	print_now(b, live);
	print_contents(b, live);
	buf_str(b, "<main id=\"main\">\n");
	report_print_summary(b, r);
	print_loss_line(b, r, t);
	report_print_over_time(v, r, live);
	report_print_who(v, r);
	report_print_phases(v, r);
	view_flush(v);
	report_print_slowest(v, r);
	report_print_resets(v, r);
	report_print_open(v, r, live);
	report_print_losses(b, r, t);
	report_print_closes(v, r);
	print_foot(v, b, t);
	rows_forget_shown(&r->rows);
}
