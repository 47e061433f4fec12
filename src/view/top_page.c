/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The screen of the view top, line by line:
 *
 *   08:12:37.000  1 min 5 s: 120 closes, 3 open, 0 lost
 *   closes/s  12.0 ...._.#      resets/s  0.50 ...._..      timeouts/s     . .......
 *   [1 processes] 2 slowest  3 open  4 stuck
 *   COMM                 CLOSES      /s  OPEN  RST->  <-RST   T/O HOLD-p99 PEERS-p99
 *   nginx                   120    12.0     3      6      .     .    40.02     38.10
 *   F1 help  F3 search  F4 filter  F6 sort:closes  b by:comm  F10 quit
 */
#include <string.h>

#include "escape.h"
#include "fmt.h"
#include "top_table.h"
#include "top_ui_private.h"
#include "who_text.h"

#define RATES_COLUMNS 78	/* of the three rates, with whole words */
#define SHORT_GRAPH 3u		/* intervals in the graphs of a narrow screen */
#define NARROW 60		/* columns: the header has only what matters most */

/* One character per interval, the latest on the right; the highest is the largest count. */
static void print_graph(struct buf *b, const struct top_frame *f, const struct view_context *v,
			enum top_rate rate, unsigned width)
{
	static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	unsigned first = f->nr_history > width ? f->nr_history - width : 0;
	uint64_t most = 0;

	for (unsigned i = first; i < f->nr_history; i++)
		if (f->history[i][rate] > most)
			most = f->history[i][rate];
	for (unsigned i = first; i < f->nr_history; i++) {
		uint64_t n = f->history[i][rate];
		unsigned level = n ? (unsigned)((double)n * 7 / (double)most) : 0;

		if (!n)
			buf_char(b, '.');
		else if (v->terminal.utf8)
			buf_str(b, bars[level]);
		else
			buf_char(b, "_.-~+=*#"[level]);
	}
}

static void print_rates(struct text_screen *s, const struct top_frame *f,
			const struct view_context *v)
{
	static const char *const names[] = { "closes/s ", "resets/s ", "timeouts/s " };
	static const char *const short_names[] = { "cls", "rst", "t/o" };
	bool narrow = s->columns && s->columns < RATES_COLUMNS;

	for (unsigned i = 0; i < TOP_RATES; i++) {
		size_t from = s->text.len;

		buf_str(&s->text, narrow ? short_names[i] : names[i]);
		who_print_rate(&s->text, f->rates[i], &f->interval, 5);
		buf_char(&s->text, ' ');
		print_graph(&s->text, f, v, i, narrow ? SHORT_GRAPH : TOP_GRAPH);
		buf_pad(&s->text, from, narrow ? 13 : 26);
	}
	text_screen_end_line(s);
}

static void print_word(struct text_screen *s, enum text_style style, const char *word)
{
	text_screen_style(s, style);
	buf_str(&s->text, word);
	text_screen_style(s, STYLE_PLAIN);
	buf_str(&s->text, "  ");
}

static void print_lost(struct text_screen *s, const struct top_frame *f)
{
	struct buf *b = &s->text;

	text_screen_style(s, f->lost ? STYLE_ALARM : STYLE_PLAIN);
	buf_str(b, f->lost ? "LOST " : "");
	buf_u64(b, f->lost);
	buf_str(b, f->lost ? "" : " lost");
	text_screen_style(s, STYLE_PLAIN);
}

/* What must be seen on any screen comes first. */
static void print_header(struct text_screen *s, const struct top_ui *ui,
			 const struct top_frame *f)
{
	uint64_t run_ns = f->interval.to_ns > f->begun_ns ? f->interval.to_ns - f->begun_ns : 0;
	bool narrow = s->columns && s->columns < NARROW;
	struct buf *b = &s->text;

	fmt_clock(b, f->wall_ns);
	if (narrow)
		b->len -= 4;	/* without the milliseconds */
	buf_str(b, "  ");
	if (ui->paused)
		print_word(s, STYLE_ALARM, "PAUSED");
	if (ui->ended)
		print_word(s, STYLE_SELECTED, "END");
	if (f->lost && narrow) {
		print_lost(s, f);
		buf_str(b, "  ");
	}
	if (!narrow) {
		fmt_duration(b, run_ns);
		buf_str(b, ": ");
	}
	buf_u64(b, f->closes);
	buf_str(b, f->closes == 1 ? " close, " : " closes, ");
	buf_u64(b, f->nr_open);
	buf_str(b, " open");
	if (!f->lost || !narrow) {
		buf_str(b, ", ");
		print_lost(s, f);
	}
	text_screen_end_line(s);
}

/* "[1 processes] 2 slowest  3 open  4 stuck " */
static void print_tabs(struct text_screen *s, const struct top_ui *ui)
{
	struct buf *b = &s->text;

	for (unsigned i = 0; i < TOP_TABS; i++) {
		bool here = ui->tab == i;

		text_screen_style(s, here ? STYLE_TAB : STYLE_PLAIN);
		if (here)
			buf_char(b, '[');
		else if (i || s->columns != 40)	/* there, all just fit */
			buf_char(b, ' ');
		buf_u64(b, i + 1);
		buf_char(b, ' ');
		buf_str(b, top_tab_name(i));
		buf_char(b, here ? ']' : ' ');
	}
	text_screen_end_line(s);
}

/* Print a line from untrusted words: a prompt, a message. */
static void print_escaped(struct buf *b, const char *text)
{
	escape_for_terminal(b, text, strlen(text), ESCAPE_ANY_WIDTH);
}

static void print_typing(struct text_screen *s, const struct top_ui *ui)
{
	static const char *const prompts[] = { [TOP_SEARCH] = "Search: ", [TOP_FILTER] = "Filter: ",
					       [TOP_JUMP] = "Jump to (08:12:37, -10m, +10m): " };

	text_screen_style(s, STYLE_HEADING);
	buf_str(&s->text, prompts[ui->typing]);
	text_screen_style(s, STYLE_PLAIN);
	print_escaped(&s->text, ui->input);
	buf_char(&s->text, '_');
	text_screen_end_line(s);
}

static void print_key(struct text_screen *s, const char *key, const char *what, const char *more)
{
	text_screen_style(s, STYLE_KEY);
	buf_str(&s->text, key);
	text_screen_style(s, STYLE_PLAIN);
	buf_char(&s->text, ' ');
	buf_str(&s->text, what);
	print_escaped(&s->text, more);
	buf_str(&s->text, "  ");
}

static void print_table_keys(struct text_screen *s, const struct top_ui *ui,
			     const struct view_context *v)
{
	enum group_by by = top_ui_group(v);
	const char *sort = top_table_sort_word(ui->tab, ui->table[ui->tab].sort);

	print_key(s, "F1", "help", "");
	if (ui->filter[0])
		print_key(s, "F4", "filter:", ui->filter);
	print_key(s, "F6", ui->table[ui->tab].inverted ? "sort:-" : "sort:", sort ? sort : "?");
	if (ui->tab == TOP_PROCESSES)
		print_key(s, "b", "by:", by ? group_by_name(by) : "several");
	if (ui->follows)
		print_key(s, "F", "follows", "");
	if (ui->replays)
		print_key(s, "t T J", "time", "");
	if (!ui->filter[0])
		print_key(s, "F4", "filter", "");
	print_key(s, "F3", "search", "");
	print_key(s, "F10", "quit", "");
}

static void print_last_line(struct text_screen *s, const struct top_ui *ui,
			    const struct view_context *v)
{
	if (ui->mode == TOP_TYPING) {
		print_typing(s, ui);
		return;
	}
	if (ui->message[0]) {
		text_screen_style(s, STYLE_HEADING);
		print_escaped(&s->text, ui->message);
		text_screen_style(s, STYLE_PLAIN);
		buf_str(&s->text, "  ");
	}
	if (ui->mode == TOP_TABLE) {
		print_table_keys(s, ui, v);
	} else {
		print_key(s, "Esc", "back", "");
		if (ui->mode != TOP_TEXT)
			print_key(s, "Enter", ui->mode == TOP_BEHIND ? "ladder" : "choose", "");
		print_key(s, "F10", "quit", "");
	}
	text_screen_end_line(s);
}

/* Lines without text, down to the last but one. */
static void fill(struct text_screen *s)
{
	while (s->rows && text_screen_room(s) > 1)
		text_screen_end_line(s);
}

/* Scroll so that the cursor is on the screen, and not beyond the end without need. */
static void scroll(struct top_cursor *c, unsigned nr, unsigned page)
{
	if (c->row >= nr)
		c->row = nr ? nr - 1 : 0;
	if (c->first > c->row)
		c->first = c->row;
	if (c->row >= c->first + page)
		c->first = c->row - page + 1;
	if (c->first + page > nr)
		c->first = nr > page ? nr - page : 0;
}

static unsigned count_page(const struct text_screen *s)
{
	unsigned room = text_screen_room(s);

	return room > 1 ? room - 1 : 1;	/* the last line has the keys */
}

/* The cursor line is marked in the whole width. */
static void begin_row(struct text_screen *s, bool here)
{
	text_screen_style(s, here ? STYLE_SELECTED : STYLE_PLAIN);
}

static void end_row(struct text_screen *s, size_t from, bool here)
{
	if (here && s->columns)
		buf_pad(&s->text, from, s->columns);
	text_screen_end_line(s);
}

/* With F, the cursor stays on its row, wherever that goes. */
static void follow(struct top_ui *ui, const struct top_frame *f)
{
	struct top_table *t = &ui->table[ui->tab];

	for (unsigned i = 0; t->followed && i < ui->nr_order; i++)
		if (top_table_identity(ui->tab, f, ui->order[i]) == t->followed) {
			t->cursor.row = i;
			return;
		}
}

static void print_empty(struct text_screen *s, const struct top_ui *ui,
			const struct top_frame *f)
{
	const char *why = "";

	if (ui->filter[0] && top_table_count(ui->tab, f))
		why = "no row contains the words of the filter";
	else if (ui->tab == TOP_STUCK && ui->stuck_why)
		why = ui->stuck_why;
	else if (ui->tab == TOP_STUCK && f->stuck.failed)
		why = "the walk over the sockets failed";
	else if (ui->tab == TOP_STUCK)
		why = f->stuck.wall_ns ? "no socket is stuck" : "no walk over the sockets yet";
	else
		why = ui->tab == TOP_OPEN ? "no close is in progress" : "no close yet";
	buf_str(&s->text, why);
	text_screen_end_line(s);
}

static void print_table(struct text_screen *s, struct top_ui *ui, const struct view_context *v,
			const struct top_frame *f)
{
	struct top_cursor *c = &ui->table[ui->tab].cursor;

	text_screen_style(s, STYLE_HEADING);
	top_table_print_heading(s, ui->tab, v);
	text_screen_end_line(s);
	top_table_set_order(ui, v, f);
	follow(ui, f);
	ui->page = count_page(s);
	scroll(c, ui->nr_order, ui->page);
	if (!ui->nr_order)
		print_empty(s, ui, f);
	for (unsigned i = c->first; i < ui->nr_order && i < c->first + ui->page; i++) {
		size_t from = s->text.len;

		begin_row(s, i == c->row);
		top_table_print_row(s, ui->tab, v, f, ui->order[i]);
		end_row(s, from, i == c->row);
	}
}

static void print_behind(struct text_screen *s, struct top_ui *ui)
{
	const struct close_layout l = close_layout_of(s->columns);
	struct top_cursor *c = &ui->behind_cursor;

	text_screen_style(s, STYLE_HEADING);
	buf_str(&s->text, "closes of ");
	buf_str(&s->text, ui->behind_name);	/* escaped already */
	buf_str(&s->text, ", the slowest");
	text_screen_end_line(s);
	text_screen_style(s, STYLE_HEADING);
	close_row_print_heading(&s->text, &l);
	text_screen_end_line(s);
	ui->page = count_page(s);
	scroll(c, ui->behind.nr, ui->page);
	for (unsigned i = c->first; i < ui->behind.nr && i < c->first + ui->page; i++) {
		size_t from = s->text.len;

		begin_row(s, i == c->row);
		close_row_print(&s->text, &ui->behind.rows[i], &l);
		end_row(s, from, i == c->row);
	}
	if (!ui->behind.nr) {
		buf_str(&s->text, "none is kept");
		text_screen_end_line(s);
	}
}

/* The bytes of the first n characters of a line. */
static size_t skip_characters(const char *line, size_t len, unsigned n)
{
	size_t i = 0;

	for (; i < len; i++)
		if (((uint8_t)line[i] & 0xc0) != 0x80 && !n--)
			break;
	return i;
}

static void print_text(struct text_screen *s, struct top_ui *ui)
{
	const char *at = ui->text.data, *end = at ? at + ui->text.len : at, *stop;
	unsigned line = 0;

	ui->page = count_page(s);
	for (; at < end && line < ui->text_first + ui->page; at = stop + 1, line++) {
		size_t len, skipped;

		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			break;
		if (line < ui->text_first)
			continue;
		len = (size_t)(stop - at);
		skipped = skip_characters(at, len, ui->text_left);
		buf_add(&s->text, at + skipped, len - skipped);
		text_screen_end_line(s);
	}
}

static void print_menu(struct text_screen *s, struct top_ui *ui)
{
	bool sorts = ui->mode == TOP_SORT_MENU;
	const char *word;
	unsigned nr = 0;

	text_screen_style(s, STYLE_HEADING);
	buf_str(&s->text, sorts ? "Sort by" : "Group by");
	text_screen_end_line(s);
	while (sorts ? top_table_sort_word(ui->tab, nr) != NULL : nr < GROUP_BY_COUNT - 1)
		nr++;
	ui->page = count_page(s);
	scroll(&ui->menu, nr, ui->page);
	for (unsigned i = ui->menu.first; i < nr && i < ui->menu.first + ui->page; i++) {
		begin_row(s, i == ui->menu.row);
		word = sorts ? top_table_sort_word(ui->tab, i) : group_by_name(i + 1);
		buf_str(&s->text, i == ui->menu.row ? "> " : "  ");
		buf_str(&s->text, word ? word : "?");
		text_screen_end_line(s);
	}
}

void top_page_print(struct text_screen *s, struct top_ui *ui, const struct view_context *v,
		    const struct top_frame *f)
{
	text_screen_begin(s, s->columns, s->rows);
	print_header(s, ui, f);
	print_rates(s, f, v);
	print_tabs(s, ui);
	switch (ui->mode) {
	case TOP_BEHIND:
		print_behind(s, ui);
		break;
	case TOP_TEXT:
		print_text(s, ui);
		break;
	case TOP_SORT_MENU:
	case TOP_GROUP_MENU:
		print_menu(s, ui);
		break;
	default:
		print_table(s, ui, v, f);
	}
	fill(s);
	print_last_line(s, ui, v);
}

void top_page_print_text(struct text_screen *s, struct top_ui *ui, const struct view_context *v,
			 const struct top_frame *f)
{
	text_screen_begin(s, s->columns, 0);
	print_header(s, ui, f);
	print_rates(s, f, v);
	print_tabs(s, ui);
	text_screen_style(s, STYLE_HEADING);
	top_table_print_heading(s, ui->tab, v);
	text_screen_end_line(s);
	top_table_set_order(ui, v, f);
	for (unsigned i = 0; i < ui->nr_order; i++) {
		top_table_print_row(s, ui->tab, v, f, ui->order[i]);
		text_screen_end_line(s);
	}
}

const char *top_tab_name(unsigned i)
{
	static const char *const names[] = {
#define X(id, word) [TOP_##id] = word,
		TOP_TAB_WORDS(X)
#undef X
	};

	return i < TOP_TABS ? names[i] : NULL;
}
