/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Endings over time: a bar for each span of time, and the sums by class below. */
#include "report.h"

#include "hist.h"

#define CHART_HEIGHT 1200
#define BAR 10			/* with the space beside it */
#define BARS_MIN 24		/* fewer are not drawn wider */

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

static void print_attribute(struct buf *b, const char *name, uint64_t value)
{
	buf_char(b, ' ');
	buf_str(b, name);
	buf_str(b, "=\"");
	buf_u64(b, value);
	buf_char(b, '"');
}

/* Print a box in the color of its class, and a second one with its stripes. */
static void print_box(struct buf *b, enum class class, uint64_t x, uint64_t y, uint64_t width,
		      uint64_t height)
{
	for (unsigned i = 0; i < (find_stripes(class) ? 2 : 1); i++) {
		buf_str(b, i ? "<rect fill=\"url(#p-" : "<rect class=\"c-");
		buf_str(b, class_name(class));
		buf_str(b, i ? ")\"" : "\"");
		print_attribute(b, "x", x);
		print_attribute(b, "y", y);
		print_attribute(b, "width", width);
		print_attribute(b, "height", height);
		buf_str(b, "/>");
	}
}

/* "08:12:32.100: 2 clean, 1 reset" */
static void print_bar_label(struct buf *b, const struct report *r, unsigned i)
{
	const char *before = ": ";

	report_print_time_of_day(b, (r->bins.first + i) * time_bins_width_ns(&r->bins));
	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		if (!r->bins.n[i][c])
			continue;
		buf_str(b, before);
		report_print_number(b, r->bins.n[i][c]);
		buf_char(b, ' ');
		buf_str(b, class_name(c));
		before = ", ";
	}
}

/* The row that a bar links to: the slowest close, but those that are not clean come first. */
static unsigned find_bar_row(const struct report *r, unsigned i)
{
	for (unsigned c = CLASS_COUNT; c-- > 0;) {
		unsigned row = rows_first_id(&r->rows.bin[i][c]);

		if (row)
			return row;
	}
	return 0;
}

static void print_boxes(struct buf *b, const struct report *r, unsigned i, uint64_t most)
{
	uint64_t below = 0;

	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		uint64_t n = r->bins.n[i][c], top = below + n;
		uint64_t y0 = CHART_HEIGHT - below * CHART_HEIGHT / most;
		uint64_t y1 = CHART_HEIGHT - top * CHART_HEIGHT / most;

		if (!n)
			continue;
		print_box(b, c, i * BAR + 1, y1, BAR - 2, y0 > y1 ? y0 - y1 : 1);
		below = top;
	}
}

static void print_bar(struct buf *b, const struct report *r, unsigned i, uint64_t most)
{
	unsigned row = find_bar_row(r, i);

	if (!time_bins_count(&r->bins, i))
		return;
	if (row) {
		buf_str(b, "<a href=\"#r");
		buf_u64(b, row);
		buf_str(b, "\" aria-label=\"");
	} else {
		buf_str(b, "<g role=\"img\" aria-label=\"");
	}
	print_bar_label(b, r, i);
	buf_str(b, "\"><title>");
	print_bar_label(b, r, i);
	/* the whole height is the link: a low bar is hard to hit */
	buf_str(b, "</title><rect class=\"hit\"");
	print_attribute(b, "x", i * BAR);
	print_attribute(b, "width", BAR);
	print_attribute(b, "height", CHART_HEIGHT);
	buf_str(b, "/>");
	print_boxes(b, r, i, most);
	buf_str(b, row ? "</a>\n" : "</g>\n");
}

static void print_chart(struct buf *b, const struct report *r, uint64_t most)
{
	buf_str(b, "<svg class=\"chart\" role=\"group\" aria-label=\"Endings over time, at most ");
	report_print_number(b, most);
	buf_str(b, " in ");
	hist_print_bound(b, time_bins_width_ns(&r->bins));
	buf_str(b, "; the table below has the sums\" viewBox=\"0 0 ");
	buf_u64(b, (r->bins.nr < BARS_MIN ? BARS_MIN : r->bins.nr) * BAR);
	buf_str(b, " 1200\" preserveAspectRatio=\"none\">\n");
	print_patterns(b);
	for (unsigned i = 0; i < r->bins.nr; i++)
		print_bar(b, r, i, most);
	buf_str(b, "</svg>\n");
}

static void print_class(struct buf *b, const struct report *r, const struct report_live *live,
			enum class c)
{
	uint64_t n = report_count_class(r, c);

	buf_str(b, "<tr><th scope=\"row\"><svg class=\"key\" aria-hidden=\"true\" "
		"viewBox=\"0 0 10 120\" preserveAspectRatio=\"none\">");
	print_box(b, c, 0, 0, 10, 120);
	buf_str(b, "</svg>");
	buf_str(b, class_name(c));
	buf_str(b, c == CLASS_CLEAN ? "<td><a href=\"#who\">" : "<td><a href=\"#resets\">");
	report_print_number(b, n);
	buf_str(b, "</a><td>");
	hist_print_percent(b, n, report_count_ended(r), 0);
	if (live)
		report_print_count(b, live->last_minute[c], 0);
	buf_char(b, '\n');
}

static void print_classes(struct buf *b, const struct report *r, const struct report_live *live)
{
	buf_str(b, "<table class=\"legend\">\n<thead><tr><th scope=\"col\">Class"
		"<th scope=\"col\">Sockets<th scope=\"col\">Share");
	buf_str(b, live ? "<th scope=\"col\">Last minute</thead>\n<tbody>\n" :
		"</thead>\n<tbody>\n");
	for (unsigned c = 0; c < CLASS_COUNT; c++)
		if (report_count_class(r, c) && c != CLASS_OPEN)
			print_class(b, r, live, c);
	buf_str(b, "</tbody></table>\n");
}

/* "08:12:32.100", and on the right "08:12:36.000" */
static void print_axis(struct buf *b, const struct report *r)
{
	uint64_t width_ns = time_bins_width_ns(&r->bins);
	unsigned nr = r->bins.nr < BARS_MIN ? BARS_MIN : r->bins.nr;

	buf_str(b, "<p class=\"axis ends\"><span>");
	report_print_time_of_day(b, r->bins.first * width_ns);
	buf_str(b, "</span> <span>");
	report_print_time_of_day(b, (r->bins.first + nr) * width_ns);
	buf_str(b, "</span></p>\n");
}

void report_print_over_time(struct view_context *v, const struct report *r,
			    const struct report_live *live)
{
	struct buf *b = v->out;
	uint64_t most = 0;

	report_begin_section(b, "time", "Endings over time");
	for (unsigned i = 0; i < r->bins.nr; i++)
		if (time_bins_count(&r->bins, i) > most)
			most = time_bins_count(&r->bins, i);
	if (most) {
		buf_str(b, "<p class=\"axis\">A bar for each ");
		hist_print_bound(b, time_bins_width_ns(&r->bins));
		buf_str(b, "; the highest: ");
		report_print_number(b, most);
		buf_str(b, most == 1 ? " socket</p>\n" : " sockets</p>\n");
		print_chart(b, r, most);
		print_axis(b, r);
		print_classes(b, r, live);
	} else {
		buf_str(b, "<p>Nothing ended.</p>\n");
	}
	report_end_section(b);
}
