/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tables of the page by process: who ended the connections, and what was not clean. */
#include "report.h"

#include "fmt.h"
#include "group_key.h"
#include "html.h"

#define KEY_WIDTH 60
#define ENDINGS_CLEAN                                                                      \
	(1u << ENDING_FOUR_WAY | 1u << ENDING_THREE_WAY | 1u << ENDING_SIMULTANEOUS |      \
	 1u << ENDING_TWO_WAY)
#define ENDINGS_OTHER (1u << ENDING_ABORTED | 1u << ENDING_NEVER_OPEN)

void report_print_key(struct buf *b, const struct report *r, const struct keyed_entry *e)
{
	struct buf name = { 0 };

	group_key_print_short(&name, &r->who.options.groups, e, e == r->who_rows.other,
			      KEY_WIDTH);
	html_take(b, &name);
	buf_release(&name);
}

/* "<tr><th>nginx", a link to its closes */
static void print_row_head(struct buf *b, const struct report *r, const struct keyed_entry *e)
{
	const struct report_process *p = e->row;
	bool listed = p->first_row;

	buf_str(b, "<tr><th scope=\"row\">");
	if (listed) {
		buf_str(b, "<a href=\"#p");
		buf_u64(b, p->index);
		buf_str(b, "\">");
	}
	report_print_key(b, r, e);
	buf_str(b, listed ? "</a>" : "");
}

static void print_max(struct buf *b, const struct histogram *h, const struct row_list *rows)
{
	unsigned row = h->n ? rows_first_id(rows) : 0;

	buf_str(b, "<td>");
	if (!h->n) {
		buf_char(b, '-');
		return;
	}
	report_begin_link(b, row);
	buf_str(b, h->cuts ? "&gt;" : "");
	fmt_duration(b, h->max);
	report_end_link(b, row);
}

static void print_quantile(struct buf *b, const struct histogram *h, const struct report_process *p,
			   unsigned permille)
{
	buf_str(b, "<td>");
	if (!h->n) {
		buf_char(b, '-');
		return;
	}
	if (p->first_row) {
		buf_str(b, "<a href=\"#p");
		buf_u64(b, p->index);
		buf_str(b, "\">");
	}
	buf_str(b, histogram_quantile_is_cut(h, permille) ? "&gt;" : "");
	fmt_duration(b, histogram_quantile(h, permille));
	buf_str(b, p->first_row ? "</a>" : "");
}

/* The cells of a row, in the order of the headings in report_print_who(). */
static void print_who_row(struct buf *b, const struct report_process *p)
{
	const struct who_row *w = &p->who;
	const struct row_list *figure = p->figure;

	report_print_endings_count(b, p, ~(1u << ENDING_OPEN), w->n[WHO_CLOSES]);
	report_print_endings_count(b, p, ENDINGS_CLEAN, w->n[WHO_CLEAN]);
	report_print_endings_count(b, p, 1u << ENDING_RESET_SENT, w->n[WHO_RESET_SENT]);
	report_print_endings_count(b, p, 1u << ENDING_RESET_RECEIVED, w->n[WHO_RESET_RECEIVED]);
	report_print_endings_count(b, p, 1u << ENDING_TIMED_OUT, w->n[WHO_TIMEOUT]);
	report_print_endings_count(b, p, ENDINGS_OTHER, w->n[WHO_OTHER_END]);
	report_print_endings_count(b, p, 1u << ENDING_OPEN, w->n[WHO_OPEN]);
	report_print_count(b, w->n[WHO_LOCAL], rows_first_id(&figure[FIGURE_LOCAL]));
	report_print_count(b, w->n[WHO_PEER], rows_first_id(&figure[FIGURE_PEER]));
	report_print_count(b, w->n[WHO_DATA_LOST], rows_first_id(&figure[FIGURE_LOST_DATA]));
	report_print_count(b, w->n[WHO_TIME_WAIT], rows_first_id(&figure[FIGURE_TIME_WAIT]));
	for (unsigned i = 0; i < WHO_HOLDS; i++) {
		print_quantile(b, &w->hold[i], p, 500);
		print_quantile(b, &w->hold[i], p, 990);
		print_max(b, &w->hold[i], &figure[i == WHO_APP_HOLD ? FIGURE_APP_HOLD :
						  FIGURE_PEER_HOLD]);
	}
	buf_char(b, '\n');
}

static uint64_t count_rows(const struct keyed_table *g)
{
	uint64_t n = 0;

	while (keyed_table_at(g, (uint32_t)n))
		n++;
	return n;
}

void report_print_who(struct view_context *v, const struct report *r)
{
	uint64_t rows = count_rows(&r->who_rows);
	const struct keyed_entry *e;
	struct buf *b = v->out;

	report_begin_section(b, "who", "Who ended them");
	report_begin_table(b, "Who");
	buf_str(b, "<thead><tr class=\"over\"><td><th scope=\"colgroup\" colspan=\"7\">Sockets by "
		"ending<th scope=\"colgroup\" colspan=\"2\">Began<td><td>"
		"<th scope=\"colgroup\" colspan=\"3\">It held<th scope=\"colgroup\" colspan=\"3\">"
		"It waited\n<tr><th scope=\"col\">Process<th scope=\"col\">Closes"
		"<th scope=\"col\">Clean<th scope=\"col\">RST sent<th scope=\"col\">RST received"
		"<th scope=\"col\">Timeout<th scope=\"col\">Other<th scope=\"col\">Not over"
		"<th scope=\"col\">Here<th scope=\"col\">At the peer<th scope=\"col\">Lost data"
		"<th scope=\"col\">TIME_WAIT<th scope=\"col\">p50<th scope=\"col\">p99"
		"<th scope=\"col\">max<th scope=\"col\">p50<th scope=\"col\">p99"
		"<th scope=\"col\">max</thead>\n<tbody>\n");
	for (uint32_t i = 0; i < REPORT_ROWS && (e = keyed_table_at(&r->who_rows, i)); i++) {
		print_row_head(b, r, e);
		print_who_row(b, e->row);
	}
	report_end_table(b);
	report_print_more(b, rows > REPORT_ROWS ? rows - REPORT_ROWS : 0,
			  " more processes are left out.");
	buf_str(b, "<p class=\"note\">It held: how long the peer's FIN waited for a close() here "
		"(app_hold). It waited: how long the peer held (peer_hold). &gt;: at least.</p>\n");
	report_end_section(b);
}

static void print_reset_row(struct buf *b, const struct report *r, const struct keyed_entry *e,
			    unsigned ending, unsigned reason)
{
	const struct report_process *p = e->row;
	uint64_t lost = p->who.lost_data[ending][reason];

	print_row_head(b, r, e);
	buf_str(b, "<td class=\"word\">");
	buf_str(b, ending_name(ending));
	buf_str(b, "<td class=\"word\">");
	buf_str(b, reason_name(reason)[0] ? reason_name(reason) : "-");
	report_print_ended_count(b, p, ending, reason, p->who.ended[ending][reason]);
	report_print_ended_count(b, p, ending, reason, lost);
	buf_char(b, '\n');
}

/* The number of rows; those up to `max` are printed. */
static uint64_t print_reset_rows(struct buf *b, const struct report *r, uint64_t max)
{
	static const uint8_t endings[] = { ENDING_RESET_SENT, ENDING_RESET_RECEIVED,
					   ENDING_TIMED_OUT, ENDING_ABORTED, ENDING_NEVER_OPEN };
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
	uint64_t n = report_count_ended(r) - report_count_class(r, CLASS_CLEAN);

	report_begin_section(b, "resets", "Resets and timeouts, by process and reason");
	if (n) {
		report_begin_table(b, "Resets and timeouts");
		buf_str(b, "<thead><tr><th scope=\"col\">Process<th scope=\"col\" "
			"class=\"word\">Ending<th scope=\"col\" class=\"word\">Reason"
			"<th scope=\"col\">Sockets"
			"<th scope=\"col\">Lost data</thead>\n<tbody>\n");
		n = print_reset_rows(b, r, REPORT_ROWS);
		report_end_table(b);
		report_print_more(b, n > REPORT_ROWS ? n - REPORT_ROWS : 0,
				  " more rows are left out.");
	} else {
		buf_str(b, "<p>Nothing was reset, and nothing timed out.</p>\n");
	}
	report_end_section(b);
}
