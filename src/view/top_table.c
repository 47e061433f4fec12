/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "top_table.h"

#include <stdlib.h>

#include "array.h"
#include "columns.h"
#include "fmt.h"
#include "group_key.h"

#define COLUMNS 80		/* if the width is not limited */
#define KEY_MIN 14
#define KEY_MAX 60
#define P99 990

enum top_column { COL_CLOSES, COL_RATE, COL_OPEN, COL_SENT, COL_RECEIVED, COL_TIMEOUTS,
		  COL_APP_HOLD, COL_PEER_HOLD };

struct column {
	const char *name;
	size_t width;
};

/* In the order in which they are left out if there is no room, the last first. */
static const struct column columns[] = {
	[COL_CLOSES] = { "CLOSES", 8 },
	[COL_RATE] = { "/s", 7 },
	[COL_OPEN] = { "OPEN", 6 },
	[COL_SENT] = { "RST->", 7 },
	[COL_RECEIVED] = { "<-RST", 7 },
	[COL_TIMEOUTS] = { "T/O", 6 },
	[COL_APP_HOLD] = { "HOLD-p99", 9 },
	[COL_PEER_HOLD] = { "PEERS-p99", 10 },
};

/* The columns that fit besides the key, whose width is set too. */
static unsigned choose_columns(const struct text_screen *s, size_t *key_width)
{
	size_t room = s->columns ? s->columns : COLUMNS, used = 0;
	unsigned n = 0;

	while (n < COUNT(columns) && used + columns[n].width + KEY_MIN <= room)
		used += columns[n++].width;
	*key_width = room > used + KEY_MAX ? KEY_MAX : room > used ? room - used : 1;
	return n;
}

static void print_p99(struct buf *b, const struct histogram *h, size_t width)
{
	size_t from = b->len;

	if (!h->n)
		buf_char(b, '-');
	else if (histogram_quantile_is_cut(h, P99))
		column_at_least_ms(b, histogram_quantile(h, P99));
	else
		fmt_ms(b, histogram_quantile(h, P99));
	buf_pad_before(b, from, width);
}

static void print_column(struct buf *b, const struct top_row *row, const struct interval *interval,
			 enum top_column which)
{
	static const uint8_t counts[] = { [COL_CLOSES] = WHO_CLOSES, [COL_OPEN] = WHO_OPEN,
					  [COL_SENT] = WHO_RESET_SENT,
					  [COL_RECEIVED] = WHO_RESET_RECEIVED,
					  [COL_TIMEOUTS] = WHO_TIMEOUT };
	const struct who_row *w = &row->who;
	size_t width = columns[which].width;

	switch (which) {
	case COL_RATE:
		who_print_rate(b, w->n[WHO_CLOSES] - row->closes_before, interval, width);
		break;
	case COL_APP_HOLD:
		print_p99(b, &w->hold[WHO_APP_HOLD], width);
		break;
	case COL_PEER_HOLD:
		print_p99(b, &w->hold[WHO_PEER_HOLD], width);
		break;
	default:
		who_print_number(b, w->n[counts[which]], width);
	}
}

struct sort {
	const struct top_model *m;
	const struct view_context *v;
};

static int compare_entries(const void *a, const void *b, void *arg)
{
	const struct keyed_entry *const *x = a, *const *y = b;
	const struct sort *s = arg;
	int order = s->m->who.compare(&s->v->options, (*x)->row, (*y)->row);

	return order ? order : group_key_compare(&s->v->options.groups, *x, *y);
}

/* The number of rows to print: --top, and what fits below the lines so far. */
static unsigned limit_rows(const struct top_model *m, const struct view_context *v, unsigned nr)
{
	unsigned room = text_screen_room(&m->screen);

	if (v->options.top && nr > v->options.top)
		nr = v->options.top;
	return nr < room ? nr : room;
}

static void print_processes_heading(struct top_model *m, const struct view_context *v,
				    unsigned nr_columns, size_t key_width)
{
	struct buf *b = &m->screen.text;
	size_t from = b->len;

	text_screen_style(&m->screen, STYLE_HEADING);
	group_key_print_heading(b, &v->options.groups, key_width - 1);
	buf_pad(b, from, key_width);
	for (unsigned i = 0; i < nr_columns; i++) {
		from = b->len;
		buf_str(b, columns[i].name);
		buf_pad_before(b, from, columns[i].width);
	}
	text_screen_end_line(&m->screen);
}

static void print_processes(struct top_model *m, struct view_context *v,
			    const struct interval *interval)
{
	struct keyed_table *g = &m->groups;
	struct buf *b = &m->screen.text;
	size_t key_width;
	unsigned nr_columns = choose_columns(&m->screen, &key_width), nr;

	if (g->nr)
		qsort_r(g->items, g->nr, sizeof(*g->items), compare_entries,
			&(struct sort){ m, v });
	print_processes_heading(m, v, nr_columns, key_width);
	nr = limit_rows(m, v, g->nr + (g->other != NULL));
	for (unsigned i = 0; i < nr; i++) {
		const struct keyed_entry *o = keyed_table_at(g, i);
		size_t from = b->len;

		group_key_print(b, &v->options.groups, o, o == g->other, key_width - 1);
		buf_pad(b, from, key_width);
		for (unsigned k = 0; k < nr_columns; k++)
			print_column(b, o->row, interval, k);
		text_screen_end_line(&m->screen);
	}
}

static void print_slowest(struct top_model *m, const struct view_context *v,
			  const struct interval *interval)
{
	struct close_row rows[SLOWEST_MAX];
	unsigned nr = slowest_list(m->slowest, interval->to_ns, rows);

	text_screen_style(&m->screen, STYLE_HEADING);
	close_row_print_heading(&m->screen.text);
	text_screen_end_line(&m->screen);
	nr = limit_rows(m, v, nr);
	for (unsigned i = 0; i < nr; i++) {
		close_row_print(&m->screen.text, &rows[i]);
		text_screen_end_line(&m->screen);
	}
}

static void print_open(struct top_model *m, const struct view_context *v)
{
	unsigned nr;

	array_sort(m->open.rows, m->open.nr, sizeof(*m->open.rows), close_row_compare);
	m->open.fastest = m->open.nr ? m->open.nr - 1 : 0;
	text_screen_style(&m->screen, STYLE_HEADING);
	close_row_print_open_heading(&m->screen.text);
	text_screen_end_line(&m->screen);
	nr = limit_rows(m, v, m->open.nr);
	for (unsigned i = 0; i < nr; i++) {
		close_row_print_open(&m->screen.text, &m->open.rows[i]);
		text_screen_end_line(&m->screen);
	}
}

void top_table_print(struct top_model *m, struct view_context *v, const struct interval *interval)
{
	switch (m->tab) {
	case TOP_SLOWEST:
		print_slowest(m, v, interval);
		break;
	case TOP_OPEN:
		print_open(m, v);
		break;
	default:
		print_processes(m, v, interval);
	}
}

void top_table_end_interval(struct top_model *m)
{
	const struct keyed_entry *o;

	for (uint32_t i = 0; (o = keyed_table_at(&m->groups, i)); i++) {
		struct top_row *row = o->row;

		row->closes_before = row->who.n[WHO_CLOSES];
	}
}
