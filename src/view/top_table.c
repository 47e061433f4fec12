/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "top_table.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "columns.h"
#include "fmt.h"
#include "group_key.h"
#include "who_text.h"

#define COLUMNS 80		/* if the width is not limited */
#define KEY_MIN 14
#define KEY_MAX 60
#define KEY_TEXT 256		/* of a key, to search in */

enum top_column { COL_CLOSES, COL_RATE, COL_OPEN, COL_SENT, COL_RECEIVED, COL_TIMEOUTS,
		  COL_APP_HOLD, COL_PEER_HOLD };

struct column {
	const char *name;
	size_t width;
	const char *sort;	/* the column of who */
};

/* In the order in which they are left out if there is no room, the last first. */
static const struct column columns[] = {
	[COL_CLOSES] = { "CLOSES", 8, "closes" },
	[COL_RATE] = { "/s", 7, NULL },
	[COL_OPEN] = { "OPEN", 6, "open" },
	[COL_SENT] = { "RST->", 7, "reset_sent" },
	[COL_RECEIVED] = { "<-RST", 7, "reset_received" },
	[COL_TIMEOUTS] = { "T/O", 6, "timeout" },
	[COL_APP_HOLD] = { "HOLD-p99", 9, "app_hold_p99" },
	[COL_PEER_HOLD] = { "PEERS-p99", 10, "peer_hold_p99" },
};

static unsigned count_who_columns(void)
{
	unsigned n = 0;

	while (who_column_at(n))
		n++;
	return n;
}

unsigned top_table_sort_rate(void)
{
	return count_who_columns();
}

unsigned top_table_sort_name(void)
{
	return count_who_columns() + 1;
}

const char *top_table_sort_word(enum top_tab tab, unsigned i)
{
	if (tab == TOP_STUCK)
		return top_stuck_column_name(i);
	if (tab != TOP_PROCESSES)
		return close_column_name(i);
	if (who_column_at(i))
		return who_column_at(i)->name;
	return i == top_table_sort_rate() ? "rate" : i == top_table_sort_name() ? "name" : NULL;
}

static unsigned find_who_column(const char *name)
{
	unsigned i = 0;

	while (who_column_at(i) && strcmp(who_column_at(i)->name, name) != 0)
		i++;
	return i;
}

static unsigned get_sort_of_column(unsigned i)
{
	return columns[i].sort ? find_who_column(columns[i].sort) : top_table_sort_rate();
}

unsigned top_table_next_sort(const struct top_ui *ui, bool right)
{
	unsigned sort = ui->table[ui->tab].sort, n = 0, i = 0;

	if (ui->tab != TOP_PROCESSES) {
		while (top_table_sort_word(ui->tab, n))
			n++;
		return n ? (sort + (right ? 1 : n - 1)) % n : 0;
	}
	n = COUNT(columns) + 1;		/* the first one is the name */
	while (i < COUNT(columns) && get_sort_of_column(i) != sort)
		i++;
	i = i == COUNT(columns) ? 0 : i + 1;
	i = (i + (right ? 1 : n - 1)) % n;
	return i ? get_sort_of_column(i - 1) : top_table_sort_name();
}

unsigned top_table_count(enum top_tab tab, const struct top_frame *f)
{
	switch (tab) {
	case TOP_SLOWEST:
		return f->slowest.nr;
	case TOP_OPEN:
		return f->open.nr;
	case TOP_STUCK:
		return f->stuck.nr;
	default:
		return (unsigned)f->nr_groups;
	}
}

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

static void print_p99(struct buf *b, const struct top_hold *h, size_t width)
{
	size_t from = b->len;

	if (!h->n)
		buf_char(b, '-');
	else if (h->p99_is_cut)
		column_at_least_ms(b, h->p99);
	else
		fmt_ms(b, h->p99);
	buf_pad_before(b, from, width);
}

static void print_column(struct buf *b, const struct top_group *g, const struct interval *interval,
			 enum top_column which)
{
	static const uint8_t counts[] = { [COL_CLOSES] = WHO_CLOSES, [COL_OPEN] = WHO_OPEN,
					  [COL_SENT] = WHO_RESET_SENT,
					  [COL_RECEIVED] = WHO_RESET_RECEIVED,
					  [COL_TIMEOUTS] = WHO_TIMEOUT };
	size_t width = columns[which].width;

	switch (which) {
	case COL_RATE:
		who_print_rate(b, g->interval_closes, interval, width);
		break;
	case COL_APP_HOLD:
		print_p99(b, &g->hold[WHO_APP_HOLD], width);
		break;
	case COL_PEER_HOLD:
		print_p99(b, &g->hold[WHO_PEER_HOLD], width);
		break;
	default:
		who_print_number(b, g->n[counts[which]], width);
	}
}

struct sorting {
	const struct top_ui *ui;
	const struct view_context *v;
	const struct top_frame *f;
};

/* The order of the view who: the largest value first, unknown ones last. */
static int compare_groups(const struct sorting *s, const struct top_group *a,
			  const struct top_group *b, bool *fixed)
{
	unsigned sort = s->ui->table[TOP_PROCESSES].sort;
	const struct who_column *c = who_column_at(sort);
	uint64_t x = a->interval_closes, y = b->interval_closes;
	bool has_x, has_y;

	if (a->other != b->other) {
		*fixed = true;
		return a->other ? 1 : -1;
	}
	if (sort == top_table_sort_name())
		return group_key_compare(&s->v->options.groups, a->entry, b->entry);
	has_x = c ? top_group_value(s->f, a, c, &x) : true;
	has_y = c ? top_group_value(s->f, b, c, &y) : true;
	*fixed = has_x != has_y;
	if (*fixed)
		return has_x ? -1 : 1;
	if (has_x && x != y)
		return x > y ? -1 : 1;
	return 0;
}

static int compare_equal_groups(const struct sorting *s, const struct top_group *a,
				const struct top_group *b)
{
	uint64_t x = a->n[WHO_CLOSES] + a->n[WHO_OPEN], y = b->n[WHO_CLOSES] + b->n[WHO_OPEN];

	if (x != y)
		return x > y ? -1 : 1;
	return group_key_compare(&s->v->options.groups, a->entry, b->entry);
}

static int compare_closes(const struct close_list *l, unsigned sort, uint32_t a, uint32_t b)
{
	return close_row_compare_by((enum close_column)sort, &l->rows[a], &l->rows[b]);
}

static int compare_rows(const void *a, const void *b, void *arg)
{
	const struct sorting *s = arg;
	const struct top_table *t = &s->ui->table[s->ui->tab];
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	bool fixed = false;
	int order;

	switch (s->ui->tab) {
	case TOP_SLOWEST:
		order = compare_closes(&s->f->slowest, t->sort, x, y);
		break;
	case TOP_OPEN:
		order = compare_closes(&s->f->open, t->sort, x, y);
		break;
	case TOP_STUCK:
		order = top_stuck_row_compare_by((enum top_stuck_column)t->sort,
						 &s->f->stuck.rows[x], &s->f->stuck.rows[y]);
		break;
	default:
		order = compare_groups(s, &s->f->groups[x], &s->f->groups[y], &fixed);
		if (!order)
			return compare_equal_groups(s, &s->f->groups[x], &s->f->groups[y]);
	}
	if (!order)	/* the order of the frame: by time, by urgency */
		order = x < y ? -1 : 1;
	return t->inverted && !fixed ? -order : order;
}

bool top_table_matches(const struct buf *text, const char *words)
{
	return text->len && !text->data[text->len - 1] && strcasestr(text->data, words);
}

void top_table_set_order(struct top_ui *ui, const struct view_context *v,
			 const struct top_frame *f)
{
	unsigned nr = top_table_count(ui->tab, f);
	struct sorting s = { ui, v, f };
	struct buf text = { 0 };

	ui->nr_order = 0;
	for (uint32_t i = 0; i < nr && ui->nr_order < TOP_ORDER_MAX; i++) {
		if (ui->filter[0]) {
			buf_reset(&text);
			top_table_print_key(&text, ui->tab, v, f, i);
			buf_char(&text, '\0');
			if (!top_table_matches(&text, ui->filter))
				continue;
		}
		ui->order[ui->nr_order++] = i;
	}
	buf_release(&text);
	if (ui->nr_order > 1)
		qsort_r(ui->order, ui->nr_order, sizeof(*ui->order), compare_rows, &s);
	if (v->options.top && ui->nr_order > v->options.top)
		ui->nr_order = v->options.top;
}

const void *top_table_identity(enum top_tab tab, const struct top_frame *f, uint32_t row)
{
	switch (tab) {
	case TOP_PROCESSES:
		return f->groups[row].entry;
	case TOP_SLOWEST:
		return f->slowest.rows[row].kept;
	default:	/* a new copy in each frame */
		return NULL;
	}
}

static void print_groups_heading(struct text_screen *s, const struct view_context *v)
{
	struct buf *b = &s->text;
	size_t from = b->len, key_width;
	unsigned nr = choose_columns(s, &key_width);

	group_key_print_heading(b, &v->options.groups, key_width - 1);
	buf_pad(b, from, key_width);
	for (unsigned i = 0; i < nr; i++) {
		from = b->len;
		buf_str(b, columns[i].name);
		buf_pad_before(b, from, columns[i].width);
	}
}

static void print_group(struct text_screen *s, const struct view_context *v,
			const struct top_frame *f, const struct top_group *g)
{
	struct buf *b = &s->text;
	size_t from = b->len, key_width;
	unsigned nr = choose_columns(s, &key_width);

	group_key_print(b, &v->options.groups, g->entry, g->other, key_width - 1);
	buf_pad(b, from, key_width);
	for (unsigned i = 0; i < nr; i++)
		print_column(b, g, &f->interval, i);
}

void top_table_print_heading(struct text_screen *s, enum top_tab tab,
			     const struct view_context *v)
{
	const struct close_layout l = close_layout_of(s->columns);

	switch (tab) {
	case TOP_SLOWEST:
		close_row_print_heading(&s->text, &l);
		break;
	case TOP_OPEN:
		close_row_print_open_heading(&s->text, &l);
		break;
	case TOP_STUCK:
		top_stuck_row_print_heading(&s->text, s->columns);
		break;
	default:
		print_groups_heading(s, v);
	}
}

void top_table_print_row(struct text_screen *s, enum top_tab tab, const struct view_context *v,
			 const struct top_frame *f, uint32_t row)
{
	const struct close_layout l = close_layout_of(s->columns);

	switch (tab) {
	case TOP_SLOWEST:
		close_row_print(&s->text, &f->slowest.rows[row], &l);
		break;
	case TOP_OPEN:
		close_row_print_open(&s->text, &f->open.rows[row], &l);
		break;
	case TOP_STUCK:
		top_stuck_row_print(&s->text, &f->stuck.rows[row], s->columns);
		break;
	default:
		print_group(s, v, f, &f->groups[row]);
	}
}

void top_table_print_key(struct buf *b, enum top_tab tab, const struct view_context *v,
			 const struct top_frame *f, uint32_t row)
{
	const struct close_layout l = close_layout_of(KEY_TEXT);
	const struct top_group *g;

	switch (tab) {
	case TOP_SLOWEST:
		close_row_print(b, &f->slowest.rows[row], &l);
		break;
	case TOP_OPEN:
		close_row_print_open(b, &f->open.rows[row], &l);
		break;
	case TOP_STUCK:
		top_stuck_row_print(b, &f->stuck.rows[row], KEY_TEXT);
		break;
	default:
		g = &f->groups[row];
		group_key_print_short(b, &v->options.groups, g->entry, g->other, KEY_TEXT);
	}
}
