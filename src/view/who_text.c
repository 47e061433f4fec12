/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text tables of the view who: two tables of the same rows in 80 columns, side by side with -w or
 * from 144 columns on. A third table at the end of the run counts the endings by reason.
 *
 *                            ------------ ENDED BY, % ----------- ---- BEGAN, % ----
 *   COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
 *
 *                    ------- HOW, % ------ ---- WE HOLD, ms --- -- PEERS HOLD, ms --
 *   COMM             clean reset t/o other    p50    p99    max    p50    p99    max
 */
#include "who_text.h"

#include <string.h>

#include "ansi.h"
#include "columns.h"
#include "escape.h"
#include "fmt.h"
#include "group_key.h"
#include "who.h"

#define KEY_WIDTH 17
#define KEY_WIDE 40
#define CLOSES_WIDTH 7
#define MS_WIDTH (FMT_MS_WIDTH + 1)
#define WIDE_COLUMNS 144	/* from this width on both tables are printed as one */
#define ROWS 20			/* without -w */

const char who_manual[] =
	"Sums up, per process, how connections end: at the end of the run and, with\n"
	"TIME, after each such interval. Percentages are shares of CLOSES; . is zero.\n"
	"\n"
	"  CLOSES      connections of COMM that ended or had begun to end\n"
	"  ENDED BY    the call that sent our FIN or RST: close, shutdown (WR, RDWR),\n"
	"              exit, sig (killed by a signal), other (dup2, io_uring...), none\n"
	"              (the peer or the kernel ended the connection)\n"
	"  BEGAN       which side closed first: us, the peer, both at once; - means\n"
	"              neither, or not seen\n"
	"  HOW         clean, reset, t/o (timed out), other (aborted or still open)\n"
	"  WE HOLD     how long the program kept peers waiting after their FIN (app_hold)\n"
	"  PEERS HOLD  how long peers kept the program waiting after its FIN (peer_hold)\n"
	"  LOST-DATA   closes that lost data: bytes unread, unsent or unacknowledged\n"
	"\n"
	"  --by WHAT      comm (name of the process), thread (name of the thread), pid,\n"
	"                 exe, cgroup, container, port (of the service) or peer (its\n"
	"                 address); - means unknown, for example because the process has\n"
	"                 exited\n"
	"  --sort COLUMN  sort by a column of --csv, the largest value first (closes)\n"
	"  --top N        only the first N rows\n"
	"  --csv          one line per row, with exact numbers and times in nanoseconds\n"
	"  -j             print the same as JSON\n"
	"  -w             all rows, in one wide table\n"
	"\n"
	"Examples:\n"
	"  tcpclose who 5 -L 443 --by pid       which worker resets, every five seconds\n"
	"  tcpclose who --by peer --sort peer_hold_p99 -d 60   which peers close slowly\n";

static bool is_wide(const struct view_context *v)
{
	return v->terminal.wide || v->terminal.columns >= WIDE_COLUMNS;
}

static size_t choose_key_width(const struct view_context *v)
{
	return v->terminal.wide ? KEY_WIDE : KEY_WIDTH;
}

/* A percentage: " 98"; " <1" and ">99" if it rounds to 0 or 100 but is not; "  ." for zero. */
static void print_share(struct buf *b, uint64_t n, uint64_t all, size_t width)
{
	size_t from = b->len;
	uint64_t percent = n / all * 100 + (n % all * 100 + all / 2) / all;

	if (!n) {
		buf_char(b, '.');
	} else if (!percent) {
		buf_str(b, "<1");
	} else if (percent == 100 && n < all) {
		buf_str(b, ">99");
	} else {
		buf_u64(b, percent);
	}
	buf_pad_before(b, from, width);
}

/* A number; "." for zero, as in print_share() */
static void print_number(struct buf *b, uint64_t n, size_t width)
{
	size_t from = b->len;

	if (n)
		buf_u64(b, n);
	else
		buf_char(b, '.');
	buf_pad_before(b, from, width);
}

static void print_key(struct view_context *v, const struct keyed_table *g,
		      const struct keyed_entry *o)
{
	size_t from = v->out->len;

	group_key_print(v->out, v->options.by, o, o == g->other, choose_key_width(v) - 1);
	buf_pad(v->out, from, choose_key_width(v));
}

static void print_counts(struct buf *b, const struct who_row *w)
{
	static const uint8_t calls[] = { WHO_CLOSE, WHO_SHUT_WR, WHO_SHUT_RDWR, WHO_EXIT,
					 WHO_SIGNAL, WHO_OTHER_CALL, WHO_NO_CALL };
	uint64_t all = w->n[WHO_CLOSES];
	size_t from = b->len;

	buf_u64(b, all);
	buf_pad_before(b, from, CLOSES_WIDTH);
	for (unsigned i = 0; i < sizeof(calls); i++)
		print_share(b, w->n[calls[i]], all, i == 0 || i == 5 ? 6 : 5);
	print_share(b, w->n[WHO_LOCAL], all, 5);
	print_share(b, w->n[WHO_PEER], all, 5);
	print_share(b, w->n[WHO_BOTH], all, 5);
	print_share(b, w->n[WHO_NOBODY] + w->n[WHO_UNKNOWN], all, 4);
}

/* The column other is the sum of WHO_OTHER_END and WHO_OPEN: there is no room for both. */
static void print_endings(struct buf *b, const struct who_row *w)
{
	uint64_t all = w->n[WHO_CLOSES];

	print_share(b, w->n[WHO_CLEAN], all, 5);
	print_share(b, w->n[WHO_RESET], all, 6);
	print_share(b, w->n[WHO_TIMEOUT], all, 4);
	print_share(b, w->n[WHO_OTHER_END] + w->n[WHO_OPEN], all, 6);
}

static void print_holds(struct buf *b, const struct who_row *w)
{
	const struct who_column *c;
	uint64_t ns;

	for (unsigned i = 0; (c = who_column_at(i)); i++) {
		size_t from = b->len;

		if (!c->is_time)
			continue;
		if (who_column_value(w, c, &ns))
			fmt_ms(b, ns);
		else
			buf_char(b, '-');
		buf_pad_before(b, from, MS_WIDTH);
	}
}

static void print_counts_header(struct buf *b, bool first)
{
	buf_str(b, first ? "        ------------ ENDED BY, % ----------- ---- BEGAN, % ----" :
		" CLOSES close   WR RDWR exit  sig other none   us peer both   -");
}

static void print_endings_header(struct buf *b, bool first)
{
	buf_str(b, first ? "------- HOW, % ------ ---- WE HOLD, ms --- -- PEERS HOLD, ms --" :
		"clean reset t/o other    p50    p99    max    p50    p99    max");
}

/* Print both lines of a heading. parts is a set: 1 the counts, 2 the endings and holds. */
static void print_who_header(struct view_context *v, unsigned parts)
{
	struct buf *b = v->out;

	for (int line = 0; line < 2; line++) {
		if (v->terminal.color)
			buf_str(b, ANSI_BOLD);
		column_text(b, line ? group_key_heading(v->options.by) : "", choose_key_width(v));
		if (parts & 1)
			print_counts_header(b, !line);
		if (parts == 3)
			buf_char(b, ' ');
		if (parts & 2)
			print_endings_header(b, !line);
		if (v->terminal.color)
			buf_str(b, ANSI_RESET);
		buf_char(b, '\n');
	}
}

static uint32_t count_rows_to_print(const struct view_context *v, const struct keyed_table *g)
{
	uint32_t n = g->nr + (g->other != NULL);

	return v->terminal.wide || v->options.top || n <= ROWS ? n : ROWS;
}

static void print_table(struct view_context *v, const struct keyed_table *g, unsigned parts)
{
	print_who_header(v, parts);
	for (uint32_t i = 0; i < count_rows_to_print(v, g); i++) {
		const struct keyed_entry *o = keyed_table_at(g, i);

		print_key(v, g, o);
		if (parts & 1)
			print_counts(v->out, o->row);
		if (parts == 3)
			buf_char(v->out, ' ');
		if (parts & 2) {
			print_endings(v->out, o->row);
			print_holds(v->out, o->row);
		}
		buf_char(v->out, '\n');
		view_flush(v);
	}
}

/* "nginx            reset-sent      linger-zero             12   10         3" */
static void print_endings_table(struct view_context *v, const struct keyed_table *g)
{
	struct buf *b = v->out;

	buf_char(b, '\n');
	if (v->terminal.color)
		buf_str(b, ANSI_BOLD);
	column_text(b, group_key_heading(v->options.by), choose_key_width(v));
	buf_str(b, "ENDING          REASON              CLOSES    % LOST-DATA");
	if (v->terminal.color)
		buf_str(b, ANSI_RESET);
	buf_char(b, '\n');
	for (uint32_t n = 0; n < count_rows_to_print(v, g); n++) {
		const struct keyed_entry *o = keyed_table_at(g, n);
		const struct who_row *w = o->row;

		for (unsigned i = 0; i < ENDING_COUNT * REASON_COUNT; i++) {
			uint64_t ended = w->ended[i / REASON_COUNT][i % REASON_COUNT];

			if (!ended)
				continue;
			print_key(v, g, o);
			column_text(b, ending_name(i / REASON_COUNT), 16);
			column_text(b, i % REASON_COUNT ? reason_name(i % REASON_COUNT) : "-", 19);
			print_number(b, ended, CLOSES_WIDTH);
			print_share(b, ended, w->n[WHO_CLOSES], 5);
			print_number(b, w->lost_data[i / REASON_COUNT][i % REASON_COUNT], 10);
			buf_char(b, '\n');
		}
		view_flush(v);
	}
}

void who_print_text(struct view_context *v, const struct keyed_table *g,
		    const struct interval *interval)
{
	struct buf *b = v->out;

	aggregate_print_interval(v, interval);
	if (!keyed_table_at(g, 0))
		return;
	if (is_wide(v)) {
		print_table(v, g, 3);
	} else {
		print_table(v, g, 1);
		buf_char(b, '\n');
		print_table(v, g, 2);
	}
	if (interval->total)
		print_endings_table(v, g);
	if (count_rows_to_print(v, g) < g->nr + (g->other != NULL)) {
		buf_str(b, "... and ");
		buf_u64(b, g->nr + (g->other != NULL) - count_rows_to_print(v, g));
		buf_str(b, " more (-w shows all)\n");
	}
	aggregate_print_other(v, g);
	if (!interval->total)
		buf_char(b, '\n');
}

void who_print_csv_header(struct view_context *v)
{
	const struct who_column *c;
	struct buf *b = v->out;

	buf_str(b, "start,time,total,");
	buf_str(b, group_by_name(v->options.by));
	if (v->options.by == GROUP_BY_PID)
		buf_str(b, ",comm");
	for (unsigned i = 0; (c = who_column_at(i)); i++) {
		buf_char(b, ',');
		buf_str(b, c->name);
		if (c->is_time)
			buf_str(b, "_ns");
	}
	buf_char(b, '\n');
}

/* Print a field in the quotes of RFC 4180, with control characters escaped as in text. */
static void print_csv_field(struct buf *b, const void *bytes, size_t len)
{
	struct buf text = { 0 };

	escape_for_terminal(&text, bytes, len, ESCAPE_ANY_WIDTH);
	buf_char(b, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"')
			buf_char(b, '"');
		buf_char(b, text.data[i]);
	}
	buf_char(b, '"');
	b->failed |= text.failed;
	buf_release(&text);
}

static void print_csv_key(struct view_context *v, const struct keyed_table *g,
			  const struct keyed_entry *o)
{
	struct buf *b = v->out, text = { 0 };

	if (o == g->other) {
		buf_str(b, GROUP_KEY_OTHER);
	} else if (o->key_len &&
		   (v->options.by == GROUP_BY_PORT || v->options.by == GROUP_BY_PEER)) {
		group_key_print(b, v->options.by, o, false, ESCAPE_ANY_WIDTH);
	} else if (o->key_len && v->options.by == GROUP_BY_PID) {
		group_key_print(&text, v->options.by, o, false, ESCAPE_ANY_WIDTH);
		if (text.len)
			buf_add(b, text.data, strcspn(text.data, " "));
	} else if (o->key_len) {
		print_csv_field(b, o->bytes, o->key_len);
	}
	if (v->options.by == GROUP_BY_PID) {
		buf_char(b, ',');
		if (o->key_len)
			print_csv_field(b, o->bytes + o->key_len, o->label_len);
	}
	buf_release(&text);
}

void who_print_csv(struct view_context *v, const struct keyed_table *g,
		   const struct interval *interval)
{
	const struct who_column *c;
	const struct keyed_entry *o;
	struct buf *b = v->out;
	uint64_t value;

	for (uint32_t n = 0; (o = keyed_table_at(g, n)); n++) {
		fmt_time_utc(b, view_wall_ns(v, interval->from_ns));
		buf_char(b, ',');
		fmt_time_utc(b, view_wall_ns(v, interval->to_ns));
		buf_str(b, interval->total ? ",yes," : ",no,");
		print_csv_key(v, g, o);
		for (unsigned i = 0; (c = who_column_at(i)); i++) {
			buf_char(b, ',');
			if (who_column_value(o->row, c, &value))
				buf_u64(b, value);
		}
		buf_char(b, '\n');
		view_flush(v);
	}
}
