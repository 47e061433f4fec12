/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the time went: a histogram of each phase, the quantiles above it. */
#include "report.h"

#include "fmt.h"
#include "hist.h"

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

/* The histogram of a time, and the rows of its buckets. */
struct drawn_time {
	unsigned time;
	const struct histogram *h;
	const struct row_list *rows, *cut;	/* by bucket */
	uint64_t most;		/* in a bucket */
};

static void print_bucket(struct buf *b, const struct drawn_time *d, unsigned from, unsigned end)
{
	const struct histogram *h = d->h;
	uint64_t n = histogram_bucket_count(h, from);

	buf_str(b, "<tr><th scope=\"row\">");
	hist_print_bound(b, histogram_bucket_from_ns(from));
	buf_str(b, " - ");
	hist_print_bound(b, histogram_bucket_from_ns(end));
	print_bar(b, n, h->cut[from], d->most);
	report_print_count(b, n, rows_first_id(&d->rows[from]));
	report_print_count(b, h->cut[from], rows_first_id(&d->cut[from]));
	buf_char(b, '\n');
}

/* A row for each bucket in use. The empty ones between two of them share a row. */
static void print_buckets(struct buf *b, struct drawn_time *d)
{
	unsigned first = HISTOGRAM_BUCKETS, last = 0, end;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t n = histogram_bucket_count(d->h, i);

		d->most = n > d->most ? n : d->most;
		first = n && i < first ? i : first;
		last = n ? i : last;
	}
	for (unsigned i = first; i <= last && i < HISTOGRAM_BUCKETS; i = end) {
		bool empty = !histogram_bucket_count(d->h, i);

		for (end = i + 1; empty && !histogram_bucket_count(d->h, end);)
			end++;
		print_bucket(b, d, i, end);
	}
}

/* "p50 1.2 ms", a link to a close in its bucket */
static void print_quantile(struct buf *b, const struct drawn_time *d, unsigned permille,
			   const char *name)
{
	uint64_t ns = permille == 1000 ? d->h->max : histogram_quantile(d->h, permille);
	unsigned row = rows_first_id(&d->rows[histogram_bucket_of(ns)]);

	buf_str(b, name);
	report_begin_link(b, row);
	buf_str(b, histogram_quantile_is_cut(d->h, permille) ? "&gt;" : "");
	fmt_duration(b, ns);
	report_end_link(b, row);
}

static void print_phase(struct buf *b, struct drawn_time *d)
{
	buf_str(b, "<div class=\"phase\">\n<h3>");
	buf_str(b, hist_time_name(d->time));
	buf_str(b, "</h3>\n<p>");
	print_quantile(b, d, 500, "p50 ");
	print_quantile(b, d, 900, ", p90 ");
	print_quantile(b, d, 990, ", p99 ");
	print_quantile(b, d, 1000, ", max ");
	buf_str(b, "</p>\n<table>\n<thead><tr><th scope=\"col\">Time<td>"
		"<th scope=\"col\">Closes<th scope=\"col\">Cut</thead>\n<tbody>\n");
	print_buckets(b, d);
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
		struct drawn_time d = { .time = i, .rows = r->rows.bucket[i],
					.cut = r->rows.cut[i], .most = 1,
					.h = &((const struct hist_row *)e->row)->time[i] };

		if (!d.h->n)
			continue;
		print_phase(b, &d);
		any = true;
	}
	buf_str(b, "</div>\n");
	buf_str(b, any ? "<p class=\"note\">Cut: no segment ended the phase, so its time is a "
		"minimum.</p>\n" : "<p>No close has such a time.</p>\n");
	report_end_section(b);
}
