/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "aggregate.h"

#include <stdlib.h>

#include "fmt.h"
#include "group_key.h"

struct aggregate {
	const struct aggregate_ops *ops;
	struct keyed_table now, total;	/* without intervals, now holds the whole run */
	uint64_t begun_ns, from_ns;	/* start of the run and of the interval; 0 unknown yet */
	struct interval now_count, all;	/* closes and open of the interval; of the run */
	struct group_key key;		/* of the latest story */
};

/* A process id is one of a host: with several hosts, a group of --by pid has a host too. */
static void add_host_to_pid(struct group_list *groups)
{
	if (group_list_has(groups, GROUP_BY_PID) && !group_list_has(groups, GROUP_BY_HOST))
		groups->by[groups->nr++] = GROUP_BY_HOST;
}

void aggregate_start(struct view_context *v, const struct aggregate_ops *ops, enum group_by by)
{
	struct aggregate *u = calloc(1, sizeof(*u));

	if (!u) {
		v->out->failed = true;
		return;
	}
	if (!v->options.groups.nr && by != GROUP_BY_NONE)
		v->options.groups = (struct group_list){ .nr = 1, .by = { by } };
	if (v->hosts)
		add_host_to_pid(&v->options.groups);
	u->ops = ops;
	u->now = (struct keyed_table){ .row_size = ops->row_size, .max = ops->max_groups,
				  .seed = v->seed };
	u->total = u->now;
	v->state = u;
	v->due_ns = 1;		/* ask for a tick at once: it dates the start of the run */
	if (v->options.format == FORMAT_JSON)
		view_json.start(v);
}

void aggregate_begin_host(struct view_context *v, const struct host *host)
{
	if (v->options.format == FORMAT_JSON)
		view_json.begin_host(v, host);
}

void *aggregate_add_to_row(struct view_context *v, const struct story *s,
			   const struct verdict *verdict)
{
	struct aggregate *u = v->state;
	bool open = verdict->ending == ENDING_OPEN;
	struct group_key *k;
	struct keyed_entry *g;

	if (!u)
		return NULL;
	k = &u->key;
	group_key_set(k, v, s, verdict);
	g = k->bytes.failed ? NULL : keyed_table_get_or_add(&u->now, k->bytes.data, k->bytes.len,
							    k->label, k->label_len);
	if (!g || !u->ops->add(g->row, s, verdict))
		v->out->failed = true;
	u->now_count.closes += !open;
	u->now_count.open += open;
	u->all.closes += !open;
	u->all.open += open;
	return g ? g->row : NULL;
}

void aggregate_add_story(struct view_context *v, const struct story *s,
			 const struct verdict *verdict)
{
	aggregate_add_to_row(v, s, verdict);
}

static int compare_rows(const void *a, const void *b, void *arg)
{
	const struct keyed_entry *const *x = a, *const *y = b;
	const struct view_context *v = arg;
	const struct aggregate *u = v->state;
	int order = u->ops->compare(&v->options, (*x)->row, (*y)->row);

	return order ? order : group_key_compare(&v->options.groups, *x, *y);
}

/* Show the rows in order, `other` last, with --top only the first ones. */
static void sort_and_show(struct view_context *v, struct keyed_table *g,
			  const struct interval *interval)
{
	const struct aggregate *u = v->state;
	struct keyed_table shown;

	if (g->nr)
		qsort_r(g->items, g->nr, sizeof(*g->items), compare_rows, v);
	shown = *g;
	if (v->options.top && shown.nr > v->options.top)
		shown.nr = v->options.top;
	u->ops->show(v, &shown, interval);
}

static bool merge_into_total(struct aggregate *u)
{
	const struct keyed_entry *from;

	for (uint32_t i = 0; (from = keyed_table_at(&u->now, i)); i++) {
		struct keyed_entry *to;

		if (from == u->now.other)
			to = keyed_table_other(&u->total);
		else
			to = keyed_table_get_or_add(&u->total, from->bytes, from->key_len,
					 from->bytes + from->key_len, from->label_len);
		if (!to || !u->ops->merge(to->row, from->row))
			return false;
	}
	return true;
}

/* "08:12:37 to 08:12:57: nothing ended", which may cover several intervals */
static void print_nothing_ended(struct view_context *v, uint64_t from_ns, uint64_t to_ns)
{
	if (v->options.format != FORMAT_TEXT)
		return;
	fmt_clock(v->out, view_wall_ns(v, from_ns));
	buf_str(v->out, " to ");
	fmt_clock(v->out, view_wall_ns(v, to_ns));
	buf_str(v->out, ": nothing ended\n");
}

static void end_interval(struct view_context *v, struct aggregate *u, uint64_t to_ns)
{
	struct interval interval = u->now_count;

	interval.from_ns = u->from_ns;
	interval.to_ns = to_ns;
	if (!merge_into_total(u))
		v->out->failed = true;
	sort_and_show(v, &u->now, &interval);
	keyed_table_clear(&u->now, u->ops->release);
	u->now_count = (struct interval){ 0 };
}

static void begin_run(struct view_context *v, struct aggregate *u, uint64_t now_ns)
{
	u->begun_ns = u->from_ns = now_ns;
	v->due_ns = v->options.interval_ns ? now_ns + v->options.interval_ns : 0;
}

void aggregate_tick(struct view_context *v, uint64_t now_ns)
{
	uint64_t every = v->options.interval_ns, empty;
	struct aggregate *u = v->state;

	if (!u)
		return;
	if (!u->begun_ns)
		begin_run(v, u, now_ns);
	if (!v->due_ns || now_ns < v->due_ns)
		return;
	if (u->now_count.closes || u->now_count.open) {
		end_interval(v, u, v->due_ns);
		u->from_ns = v->due_ns;
	}
	/* intervals without a story; several at once if a recording has a gap */
	empty = (now_ns - u->from_ns) / every;
	if (empty)
		print_nothing_ended(v, u->from_ns, u->from_ns + empty * every);
	u->from_ns += empty * every;
	v->due_ns = u->from_ns + every;
}

void aggregate_print_lost(struct view_context *v, const struct run_counts *t, uint64_t now_ns)
{
	if (v->options.format == FORMAT_JSON)
		view_json.lost(v, t, now_ns);
}

void aggregate_end(struct view_context *v, const struct run_counts *t, uint64_t now_ns)
{
	struct aggregate *u = v->state;
	struct interval interval;
	bool intervals = v->options.interval_ns;

	if (!u)
		return;
	interval = u->all;
	interval.from_ns = u->begun_ns && u->begun_ns < now_ns ? u->begun_ns : now_ns;
	interval.to_ns = now_ns;
	interval.total = true;
	if (intervals && !merge_into_total(u))
		v->out->failed = true;
	sort_and_show(v, intervals ? &u->total : &u->now, &interval);
	if (v->options.format == FORMAT_JSON)
		view_json.end(v, t, now_ns);
}

void aggregate_release(struct view_context *v)
{
	struct aggregate *u = v->state;

	if (!u)
		return;
	keyed_table_clear(&u->now, u->ops->release);
	keyed_table_clear(&u->total, u->ops->release);
	buf_release(&u->key.bytes);
	free(u);
	v->state = NULL;
}

void aggregate_print_interval(struct view_context *v, const struct interval *interval)
{
	struct buf *b = v->out;

	fmt_clock(b, view_wall_ns(v, interval->from_ns));
	buf_str(b, " to ");
	fmt_clock(b, view_wall_ns(v, interval->to_ns));
	buf_str(b, v->options.interval_ns && interval->total ? ", in all: " : ": ");
	buf_u64(b, interval->closes);
	buf_str(b, interval->closes == 1 ? " close" : " closes");
	if (interval->open) {
		buf_str(b, ", ");
		buf_u64(b, interval->open);
		buf_str(b, " open");
	}
	buf_char(b, '\n');
}

void aggregate_print_other(struct view_context *v, const struct keyed_table *g)
{
	if (HASH_COUNT(g->entries) > g->nr) {
		buf_char(v->out, '(');
		buf_u64(v->out, HASH_COUNT(g->entries) - g->nr);
		buf_str(v->out, " more)\n");
	}
	if (!g->other)
		return;
	buf_str(v->out, GROUP_KEY_OTHER " are those that came after the first ");
	buf_u64(v->out, g->max);
	buf_char(v->out, '\n');
}
