/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 *   08:12:37.000  1 min 5 s: 120 closes, 3 open
 *   closes/s  12.0 ...._.#      resets/s  0.50 ...._..      timeouts/s     . .......
 *   [1 processes] 2 slowest  3 open
 *   COMM                 CLOSES      /s  OPEN  RST->  <-RST   T/O HOLD-p99 PEERS-p99
 */
#include "top_model.h"

#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "group_key.h"
#include "top_table.h"

bool top_model_init(struct top_model *m, struct view_context *v)
{
	if (!v->options.groups.nr)
		v->options.groups = (struct group_list){ .nr = 1, .by = { GROUP_BY_COMM } };
	*m = (struct top_model){ .tab = v->options.tab, .slowest = slowest_new(),
				 .key = calloc(1, sizeof(struct group_key)),
				 .who = who_row_ops() };
	m->groups = (struct keyed_table){ .row_size = sizeof(struct top_row),
					  .max = m->who.max_groups, .seed = v->seed };
	if (m->slowest && m->key)
		return true;
	top_model_release(m);
	return false;
}

void top_model_release(struct top_model *m)
{
	keyed_table_clear(&m->groups, m->who.release);
	slowest_free(m->slowest);
	if (m->key)
		buf_release(&m->key->bytes);
	free(m->key);
	text_screen_release(&m->screen);
	m->slowest = NULL;
	m->key = NULL;
}

/* Begin a new list of the closes in progress, of which the groups have counts. */
static void reset_open(struct top_model *m)
{
	const struct keyed_entry *o;

	m->open.nr = 0;
	m->nr_open = 0;
	m->open_is_shown = false;
	for (uint32_t i = 0; (o = keyed_table_at(&m->groups, i)); i++)
		((struct top_row *)o->row)->who.n[WHO_OPEN] = 0;
}

static void add_open(struct top_model *m, const struct close_row *row)
{
	slowest_rows_add(&m->open, row);
	m->nr_open++;
}

static void count_close(struct top_model *m, const struct close_row *row)
{
	enum class class = ending_class(row->ending);

	slowest_add(m->slowest, row);
	m->closes++;
	m->rates[TOP_CLOSES]++;
	m->rates[TOP_RESETS] += class == CLASS_RESET;
	m->rates[TOP_TIMEOUTS] += class == CLASS_TIMEOUT;
}

/* The row of the story's group; NULL if out of memory. */
static struct top_row *find_row(struct top_model *m, const struct view_context *v,
				const struct story *s, const struct verdict *verdict)
{
	const struct group_key *k = m->key;
	struct keyed_entry *g;

	group_key_set(m->key, v, s, verdict);
	g = k->bytes.failed ? NULL : keyed_table_get_or_add(&m->groups, k->bytes.data,
							    k->bytes.len, k->label, k->label_len);
	return g ? g->row : NULL;
}

bool top_model_add(struct top_model *m, const struct view_context *v, const struct story *s,
		   const struct verdict *verdict)
{
	struct close_row close;
	struct top_row *row;

	if (verdict->ending == ENDING_OPEN && m->open_is_shown)
		reset_open(m);
	row = find_row(m, v, s, verdict);
	close_row_set(&close, s, verdict);
	if (verdict->ending == ENDING_OPEN)
		add_open(m, &close);
	else
		count_close(m, &close);
	return row && m->who.add(row, s, verdict);
}

struct open_visit {
	struct top_model *m;
	struct view_context *v;
};

static void take_open(void *arg, const struct story *s, const struct verdict *verdict)
{
	const struct open_visit *w = arg;
	struct close_row close;
	struct top_row *row;

	view_use_host(w->v, s);
	row = find_row(w->m, w->v, s, verdict);
	close_row_set(&close, s, verdict);
	add_open(w->m, &close);
	if (row)
		row->who.n[WHO_OPEN]++;
	else
		w->v->out->failed = true;
}

/* Ask for the closes in progress. At the end of the run they have been reported instead. */
static void list_open(struct top_model *m, struct view_context *v, const struct interval *interval)
{
	struct open_visit w = { m, v };

	if (!interval->total || m->open_is_shown)
		reset_open(m);
	if (!interval->total && v->visit_closing)
		v->visit_closing(v->visit_closing_arg, interval->to_ns, take_open, &w);
	m->open_is_shown = true;
}

/* One character per interval, the latest on the right; the highest is the largest count. */
static void print_graph(struct top_model *m, const struct view_context *v, enum top_rate rate)
{
	static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	unsigned nr = m->refreshes < TOP_GRAPH ? m->refreshes : TOP_GRAPH;
	uint64_t most = 0;

	for (unsigned i = 0; i < nr; i++)
		if (m->history[i][rate] > most)
			most = m->history[i][rate];
	for (unsigned i = m->refreshes - nr; i < m->refreshes; i++) {
		uint64_t n = m->history[i % TOP_GRAPH][rate];
		unsigned level = n ? (unsigned)((double)n * 7 / (double)most) : 0;

		if (!n)
			buf_char(&m->screen.text, '.');
		else if (v->terminal.utf8)
			buf_str(&m->screen.text, bars[level]);
		else
			buf_char(&m->screen.text, "_.-~+=*#"[level]);
	}
}

static void print_rates(struct top_model *m, const struct view_context *v,
			const struct interval *interval)
{
	static const char *const names[] = { "closes/s ", "resets/s ", "timeouts/s " };

	for (unsigned i = 0; i < TOP_RATES; i++) {
		size_t from = m->screen.text.len;

		buf_str(&m->screen.text, names[i]);
		who_print_rate(&m->screen.text, m->rates[i], interval, 5);
		buf_char(&m->screen.text, ' ');
		print_graph(m, v, i);
		buf_pad(&m->screen.text, from, 26);
	}
	text_screen_end_line(&m->screen);
}

static void print_header(struct top_model *m, uint64_t wall_ns, uint64_t run_ns)
{
	struct buf *b = &m->screen.text;

	fmt_clock(b, wall_ns);
	buf_str(b, "  ");
	fmt_duration(b, run_ns);
	buf_str(b, ": ");
	buf_u64(b, m->closes);
	buf_str(b, m->closes == 1 ? " close, " : " closes, ");
	buf_u64(b, m->nr_open);
	buf_str(b, " open");
	if (m->lost) {
		buf_str(b, "  ");
		text_screen_style(&m->screen, STYLE_ALARM);
		buf_str(b, "LOST ");
		buf_u64(b, m->lost);
	}
	text_screen_end_line(&m->screen);
}

/* "[1 processes] 2 slowest  3 open " */
static void print_tabs(struct top_model *m)
{
	struct buf *b = &m->screen.text;

	for (unsigned i = 0; i < TOP_TABS; i++) {
		text_screen_style(&m->screen, m->tab == i ? STYLE_SELECTED : STYLE_PLAIN);
		buf_char(b, m->tab == i ? '[' : ' ');
		buf_u64(b, i + 1);
		buf_char(b, ' ');
		buf_str(b, top_tab_name(i));
		buf_char(b, m->tab == i ? ']' : ' ');
	}
	text_screen_end_line(&m->screen);
}

static void push_history(struct top_model *m)
{
	memcpy(m->history[m->refreshes++ % TOP_GRAPH], m->rates, sizeof(m->rates));
}

void top_model_refresh(struct top_model *m, struct view_context *v,
		       const struct interval *interval, uint64_t begun_ns)
{
	uint64_t wall_ns = view_wall_ns(v, interval->to_ns);	/* by the clock of all hosts */

	list_open(m, v, interval);
	push_history(m);
	text_screen_begin(&m->screen, m->screen.columns, m->screen.rows);
	print_header(m, wall_ns, interval->to_ns > begun_ns ? interval->to_ns - begun_ns : 0);
	print_rates(m, v, interval);
	print_tabs(m);
	top_table_print(m, v, interval);
	memset(m->rates, 0, sizeof(m->rates));
	top_table_end_interval(m);
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
