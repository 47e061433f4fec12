/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text tables of the view who: three tables of the same rows in 80 columns, side by side with -w or
 * in a terminal that has room. A fourth table at the end of the run counts the endings by reason.
 *
 *   COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
 *
 *                            ------------ ENDED BY, % ----------- ---- BEGAN, % ----
 *   COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
 *
 *                    -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
 *   COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
 *
 * Several keys (--by comm,peer:port) have room in the first table only. Rows have numbers then, and
 * the other tables show the first key. Stacks are longer than any column: their rows have numbers
 * too, and with -w a list has them whole:
 *
 *       # STACK
 *       1 __close < pool_release < handler < main
 */
#include "who_text.h"

#include <string.h>

#include "ansi.h"
#include "columns.h"
#include "fmt.h"
#include "group_key.h"
#include "who.h"

#define KEY_WIDTH 17
#define KEY_WIDTH_TOTALS 39	/* in the first table */
#define KEY_WIDE 40
#define NUMBER_WIDTH 3		/* "12 " */
#define NUMBER_WIDE 5		/* of all rows, up to 1025 */
#define CLOSES_WIDTH 7
#define MS_WIDTH (FMT_MS_WIDTH + 1)
#define ONE_TABLE_COLUMNS 161	/* of all tables side by side, without the key */
#define ROWS 20			/* without -w */
#define OPEN_ROW (ENDING_OPEN * REASON_COUNT)

/* The parts of a row; a table has one of them, or all. */
enum part { TOTALS = 1, CALLS = 2, HOLDS = 4, ALL_PARTS = TOTALS | CALLS | HOLDS };

const char who_manual[] =
	"Sums up, per process, how connections end: at the end of the run and, with\n"
	"TIME, after each such interval. Percentages are shares of CLOSES; . is zero.\n"
	"\n"
	"  CLOSES      connections of COMM that ended, and how many per second\n"
	"  OPEN        connections that had begun to end and had not ended when the run\n"
	"              did; they count only here and in the times of HOLD\n"
	"  TIME_WAIT   closes that left TIME_WAIT on this side, where it keeps the port\n"
	"              for a minute; and how many per second\n"
	"  ENDED BY    the call that sent our FIN or RST: close, shutdown (WR, RDWR),\n"
	"              exit, sig (killed by a signal), other (dup2, io_uring...), none\n"
	"              (the peer or the kernel ended the connection)\n"
	"  BEGAN       which side closed first: us, the peer, both at once; - means\n"
	"              neither, or not seen\n"
	"  HOW         clean, t/o (timed out), oth (others: aborted, never established)\n"
	"  RESET       ended by a RST: -> sent by us, <- received\n"
	"  WE HOLD     how long the program kept peers waiting after their FIN (app_hold)\n"
	"  PEERS HOLD  how long peers kept the program waiting after its FIN (peer_hold);\n"
	"              > means at least: a RST, a timeout or the end of the run cut short\n"
	"              this wait, or a shorter one\n"
	"  LOST-DATA   closes that lost data: bytes unread, unsent or unacknowledged\n"
	"\n"
	"  --by WHAT      comm (name of the process), thread (name of the thread), pid,\n"
	"                 exe, cgroup, unit (of systemd), container, port (of the\n"
	"                 service), peer (its address), peer:port, host, stack (of the\n"
	"                 call in ENDED BY; traces with --stack), or several of these:\n"
	"                 comm,peer:port, of which the first table shows all, the others\n"
	"                 the first; - means unknown, for example because the process\n"
	"                 has exited\n"
	"  --sort COLUMN  sort by a column of --csv, the largest value first (closes)\n"
	"  --top N        only the first N rows\n"
	"  --csv          one line per row, with exact numbers and times in nanoseconds\n"
	"  --folded       one line per stack, for flame graphs: FRAME;FRAME COUNT\n"
	"  -j             print the same as JSON\n"
	"  -w             all rows, in one wide table, and the whole stacks\n"
	"\n"
	"Examples:\n"
	"  tcpclose who 5 -L 443 --by pid       which worker resets, every five seconds\n"
	"  tcpclose who --by comm,peer:port --sort time_wait   who uses up local ports\n";

static bool has_stacks(const struct view_context *v)
{
	return group_list_has(&v->options.groups, GROUP_BY_STACK);
}

/* The width of the key if all tables are printed as one. */
static size_t choose_wide_key(const struct view_context *v)
{
	size_t width = group_key_width(&v->options.groups) + 1;

	if (has_stacks(v))
		return width + NUMBER_WIDE;
	if (v->terminal.wide)
		return width > KEY_WIDE ? width : KEY_WIDE;
	return v->options.groups.nr > 1 ? width : KEY_WIDTH;
}

static bool is_wide(const struct view_context *v)
{
	return v->terminal.wide || v->terminal.columns >= choose_wide_key(v) + ONE_TABLE_COLUMNS;
}

static size_t choose_key_width(const struct view_context *v, unsigned parts)
{
	if (is_wide(v))
		return choose_wide_key(v);
	return parts & TOTALS ? KEY_WIDTH_TOTALS : KEY_WIDTH;
}

/* The width of the numbers of rows; 0: they have none, because each table shows the whole key. */
static size_t choose_number_width(const struct view_context *v)
{
	if (is_wide(v))
		return has_stacks(v) ? NUMBER_WIDE : 0;
	return has_stacks(v) || v->options.groups.nr > 1 ? NUMBER_WIDTH : 0;
}

/* A percentage: " 98"; " <1" and ">99" if it rounds to 0 or 100 but is not; "  ." for zero. */
static void print_share(struct buf *b, uint64_t n, uint64_t all, size_t width)
{
	size_t from = b->len;
	uint64_t percent = all ? n / all * 100 + (n % all * 100 + all / 2) / all : 0;

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

void who_print_number(struct buf *b, uint64_t n, size_t width)
{
	size_t from = b->len;

	if (n)
		buf_u64(b, n);
	else
		buf_char(b, '.');
	buf_pad_before(b, from, width);
}

void who_print_rate(struct buf *b, uint64_t n, const struct interval *interval, size_t width)
{
	size_t from = b->len;
	uint64_t r;

	if (!who_rate(n, 1000, interval->to_ns - interval->from_ns, &r)) {	/* thousandths */
		buf_char(b, '-');
	} else if (!n) {
		buf_char(b, '.');
	} else if (r < 5) {
		buf_str(b, "<0.01");
	} else if (r < 9995) {
		buf_u64(b, (r + 5) / 1000);
		buf_char(b, '.');
		buf_digits(b, (r + 5) / 10 % 100, 2);
	} else if (r < 99950) {
		buf_u64(b, (r + 50) / 1000);
		buf_char(b, '.');
		buf_digits(b, (r + 50) / 100 % 10, 1);
	} else {
		buf_u64(b, (r + 500) / 1000);
	}
	buf_pad_before(b, from, width);
}

/* The keys that a table shows: only the first one if there is no room for several. */
static struct group_list choose_groups(const struct view_context *v, unsigned parts)
{
	struct group_list list = v->options.groups;

	if (list.nr > 1 && !is_wide(v) && !(parts & TOTALS))
		list.nr = 1;
	return list;
}

static void print_row_number(struct buf *b, uint32_t n, size_t width)
{
	if (!width)
		return;
	column_number(b, n + 1, width - 1);
	buf_char(b, ' ');
}

/* Print the key of row n, after its number if there are several keys. */
static void print_key(struct view_context *v, const struct keyed_table *g, uint32_t n,
		      unsigned parts)
{
	const struct group_list list = choose_groups(v, parts);
	const struct keyed_entry *o = keyed_table_at(g, n);
	size_t width = choose_key_width(v, parts), from = v->out->len;
	size_t numbers = choose_number_width(v);

	print_row_number(v->out, n, numbers);
	group_key_print(v->out, &list, o, o == g->other, width - 1 - numbers);
	buf_pad(v->out, from, width);
}

static void print_number_heading(struct buf *b, size_t width)
{
	const size_t from = b->len;

	if (!width)
		return;
	buf_char(b, '#');
	buf_pad_before(b, from, width - 1);
	buf_char(b, ' ');
}

static void print_key_heading(struct view_context *v, unsigned parts)
{
	const struct group_list list = choose_groups(v, parts);
	size_t width = choose_key_width(v, parts), from = v->out->len;

	print_number_heading(v->out, choose_number_width(v));
	group_key_print_heading(v->out, &list, width - 1 - (v->out->len - from));
	buf_pad(v->out, from, width);
}

static void print_totals(struct buf *b, const struct who_row *w, const struct interval *interval)
{
	who_print_number(b, w->n[WHO_CLOSES], 8);
	who_print_rate(b, w->n[WHO_CLOSES], interval, 8);
	who_print_number(b, w->n[WHO_OPEN], 7);
	who_print_number(b, w->n[WHO_TIME_WAIT], 10);
	who_print_rate(b, w->n[WHO_TIME_WAIT], interval, 8);
}

static void print_calls(struct buf *b, const struct who_row *w)
{
	static const uint8_t calls[] = { WHO_CLOSE, WHO_SHUT_WR, WHO_SHUT_RDWR, WHO_EXIT,
					 WHO_SIGNAL, WHO_OTHER_CALL, WHO_NO_CALL };
	uint64_t all = w->n[WHO_CLOSES];

	for (unsigned i = 0; i < sizeof(calls); i++)
		print_share(b, w->n[calls[i]], all, i == 0 || i == 5 ? 6 : 5);
	print_share(b, w->n[WHO_LOCAL], all, 5);
	print_share(b, w->n[WHO_PEER], all, 5);
	print_share(b, w->n[WHO_BOTH], all, 5);
	print_share(b, w->n[WHO_NOBODY] + w->n[WHO_UNKNOWN], all, 4);
}

static void print_endings(struct buf *b, const struct who_row *w)
{
	uint64_t all = w->n[WHO_CLOSES];

	print_share(b, w->n[WHO_CLEAN], all, 5);
	print_share(b, w->n[WHO_TIMEOUT], all, 4);
	print_share(b, w->n[WHO_OTHER_END], all, 4);
	print_share(b, w->n[WHO_RESET_SENT], all, 4);
	print_share(b, w->n[WHO_RESET_RECEIVED], all, 4);
}

static void print_holds(struct buf *b, const struct who_row *w)
{
	const struct who_column *c;
	uint64_t ns;

	for (unsigned i = 0; (c = who_column_at(i)); i++) {
		size_t from = b->len;

		if (c->kind != WHO_IS_TIME)
			continue;
		if (!who_column_value(w, c, 0, &ns))
			buf_char(b, '-');
		else if (histogram_quantile_is_cut(&w->hold[c->index], c->permille))
			column_at_least_ms(b, ns);
		else
			fmt_ms(b, ns);
		buf_pad_before(b, from, MS_WIDTH);
	}
}

/* Print the two lines of a heading: the second has the names of the columns. */
static void print_who_header(struct view_context *v, unsigned parts)
{
	struct buf *b = v->out;

	for (int line = parts == TOTALS; line < 2; line++) {
		if (v->terminal.color)
			buf_str(b, ANSI_BOLD);
		if (line)
			print_key_heading(v, parts);
		else
			column_text(b, "", choose_key_width(v, parts));
		if (parts & TOTALS)
			column_text(b, line ? "  CLOSES      /s   OPEN TIME_WAIT      /s" : "", 41);
		if (parts == CALLS)
			column_text(b, line ? " CLOSES" : "", CLOSES_WIDTH);
		if (parts & CALLS)
			buf_str(b, line ?
				" close   WR RDWR exit  sig other none   us peer both   -" :
				" ------------ ENDED BY, % ----------- ---- BEGAN, % ----");
		if (parts == ALL_PARTS)
			buf_char(b, ' ');
		if (parts & HOLDS)
			buf_str(b, line ?
				"clean t/o oth  ->  <-    p50    p99    max    p50    p99    max" :
				"-- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --");
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

static void print_table(struct view_context *v, const struct keyed_table *g,
			const struct interval *interval, unsigned parts)
{
	struct buf *b = v->out;

	print_who_header(v, parts);
	for (uint32_t i = 0; i < count_rows_to_print(v, g); i++) {
		const struct who_row *w = keyed_table_at(g, i)->row;

		print_key(v, g, i, parts);
		if (parts & TOTALS)
			print_totals(b, w, interval);
		if (parts == CALLS)
			who_print_number(b, w->n[WHO_CLOSES], CLOSES_WIDTH);
		if (parts & CALLS)
			print_calls(b, w);
		if (parts == ALL_PARTS)
			buf_char(b, ' ');
		if (parts & HOLDS) {
			print_endings(b, w);
			print_holds(b, w);
		}
		buf_char(b, '\n');
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
	print_key_heading(v, 0);
	buf_str(b, "ENDING          REASON               COUNT    % LOST-DATA");
	if (v->terminal.color)
		buf_str(b, ANSI_RESET);
	buf_char(b, '\n');
	for (uint32_t n = 0; n < count_rows_to_print(v, g); n++) {
		const struct who_row *w = keyed_table_at(g, n)->row;

		for (unsigned i = 0; i < ENDING_COUNT * REASON_COUNT; i++) {
			uint64_t ended = w->ended[i / REASON_COUNT][i % REASON_COUNT];

			if (!ended)
				continue;
			print_key(v, g, n, 0);
			column_text(b, ending_name(i / REASON_COUNT), 16);
			column_text(b, i % REASON_COUNT ? reason_name(i % REASON_COUNT) : "-", 19);
			who_print_number(b, ended, CLOSES_WIDTH);
			if (i == OPEN_ROW)
				buf_str(b, "    -");	/* no close */
			else
				print_share(b, ended, w->n[WHO_CLOSES], 5);
			who_print_number(b, w->lost_data[i / REASON_COUNT][i % REASON_COUNT], 10);
			buf_char(b, '\n');
		}
		view_flush(v);
	}
}

/* "   1 __close < pool_release < handler < main" */
static void print_whole_stacks(struct view_context *v, const struct keyed_table *g)
{
	const struct keyed_entry *o;
	struct buf *b = v->out;

	buf_char(b, '\n');
	if (v->terminal.color)
		buf_str(b, ANSI_BOLD);
	print_number_heading(b, NUMBER_WIDE);
	buf_str(b, "STACK");
	if (v->terminal.color)
		buf_str(b, ANSI_RESET);
	buf_char(b, '\n');
	for (uint32_t n = 0; n < count_rows_to_print(v, g); n++) {
		o = keyed_table_at(g, n);
		print_row_number(b, n, NUMBER_WIDE);
		group_key_print_stack(b, &v->options.groups, o, o == g->other);
		buf_char(b, '\n');
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
		print_table(v, g, interval, ALL_PARTS);
	} else {
		print_table(v, g, interval, TOTALS);
		buf_char(b, '\n');
		print_table(v, g, interval, CALLS);
		buf_char(b, '\n');
		print_table(v, g, interval, HOLDS);
	}
	if (has_stacks(v) && v->terminal.wide)
		print_whole_stacks(v, g);
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
	group_key_csv_header(b, &v->options.groups);
	for (unsigned i = 0; (c = who_column_at(i)); i++) {
		buf_char(b, ',');
		buf_str(b, c->name);
		if (c->kind == WHO_IS_TIME)
			buf_str(b, "_ns");
	}
	buf_char(b, '\n');
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
		group_key_csv(b, &v->options.groups, o, o == g->other);
		for (unsigned i = 0; (c = who_column_at(i)); i++) {
			buf_char(b, ',');
			if (who_column_value(o->row, c, interval->to_ns - interval->from_ns,
					     &value))
				buf_u64(b, value);
		}
		buf_char(b, '\n');
		view_flush(v);
	}
}
