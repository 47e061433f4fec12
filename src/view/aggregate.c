/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "aggregate.h"

#include <stdlib.h>

#include "fmt.h"
#include "group_key.h"

struct sum {
	const struct sum_kind *kind;
	struct groups now, total;	/* without intervals all is in now */
	uint64_t begun_ns, from_ns;	/* the run, the interval; 0 not known yet */
	uint64_t stories, all;		/* in now; in the run */
};

void sum_start(struct view *v, const struct sum_kind *kind, enum by by)
{
	struct sum *u = calloc(1, sizeof(*u));

	if (!u) {
		v->out->failed = true;
		return;
	}
	if (v->options.by == BY_DEFAULT)
		v->options.by = by;
	u->kind = kind;
	u->now = (struct groups){ .row_size = kind->row_size, .max = kind->max_groups,
				  .seed = v->seed };
	u->total = u->now;
	v->state = u;
	v->due_ns = 1;		/* to know when the run begins */
	if (v->options.json)
		sink_json.start(v);
}

void sum_story(struct view *v, const struct story *s, const struct verdict *verdict)
{
	struct sum *u = v->state;
	struct by_key key;
	struct group *g;

	if (!u)
		return;
	by_key(&key, v, v->options.by, s, verdict);
	g = groups_find(&u->now, key.bytes, key.len, key.label, key.label_len);
	if (!g || !u->kind->add(g->row, s, verdict))
		v->out->failed = true;
	u->stories++;
	u->all++;
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct group *const *x = a, *const *y = b;
	const struct view *v = arg;
	const struct sum *u = v->state;
	int order = u->kind->compare(&v->options, (*x)->row, (*y)->row);

	return order ? order : by_compare(*x, *y);
}

/* In order, `other` last. The table is not looked into again: its slots are of the old order. */
static void show(struct view *v, struct groups *g, const struct sum_span *span)
{
	const struct sum *u = v->state;

	if (g->nr)
		qsort_r(g->at, g->nr, sizeof(*g->at), compare, v);
	u->kind->show(v, g, span);
}

static bool merge(struct sum *u)
{
	const struct group *from;

	for (uint32_t i = 0; (from = groups_at(&u->now, i)); i++) {
		struct group *to;

		if (from == u->now.other)
			to = groups_other(&u->total);
		else
			to = groups_find(&u->total, from->bytes, from->key_len,
					 from->bytes + from->key_len, from->label_len);
		if (!to || !u->kind->merge(to->row, from->row))
			return false;
	}
	return true;
}

/* "08:12:37 to 08:12:57: nothing ended": for however long that was */
static void nothing(struct view *v, uint64_t from_ns, uint64_t to_ns)
{
	if (v->options.json || v->options.csv)
		return;
	fmt_clock(v->out, view_wall_ns(v, from_ns));
	buf_str(v->out, " to ");
	fmt_clock(v->out, view_wall_ns(v, to_ns));
	buf_str(v->out, ": nothing ended\n");
}

static void end_interval(struct view *v, struct sum *u, uint64_t to_ns)
{
	struct sum_span span = { .from_ns = u->from_ns, .to_ns = to_ns, .stories = u->stories };

	if (!merge(u))
		v->out->failed = true;
	show(v, &u->now, &span);
	groups_clear(&u->now, u->kind->done);
	u->stories = 0;
}

static void begin(struct view *v, struct sum *u, uint64_t now_ns)
{
	u->begun_ns = u->from_ns = now_ns;
	v->due_ns = v->options.interval_ns ? now_ns + v->options.interval_ns : 0;
}

void sum_tick(struct view *v, uint64_t now_ns)
{
	uint64_t every = v->options.interval_ns, empty;
	struct sum *u = v->state;

	if (!u)
		return;
	if (!u->begun_ns)
		begin(v, u, now_ns);
	if (!v->due_ns || now_ns < v->due_ns)
		return;
	if (u->stories) {
		end_interval(v, u, v->due_ns);
		u->from_ns = v->due_ns;
	}
	/* those that went by without a word, in a recording say */
	empty = (now_ns - u->from_ns) / every;
	if (empty)
		nothing(v, u->from_ns, u->from_ns + empty * every);
	u->from_ns += empty * every;
	v->due_ns = u->from_ns + every;
}

void sum_lost(struct view *v, const struct tally *t, uint64_t now_ns)
{
	if (v->options.json)
		sink_json.lost(v, t, now_ns);
}

void sum_end(struct view *v, const struct tally *t, uint64_t now_ns)
{
	struct sum *u = v->state;
	struct sum_span span = { .to_ns = now_ns, .total = true };
	bool intervals = v->options.interval_ns;

	if (!u)
		return;
	span.from_ns = u->begun_ns && u->begun_ns < now_ns ? u->begun_ns : now_ns;
	span.stories = u->all;
	if (intervals && !merge(u))
		v->out->failed = true;
	show(v, intervals ? &u->total : &u->now, &span);
	if (v->options.json)
		sink_json.end(v, t, now_ns);
}

void sum_release(struct view *v)
{
	struct sum *u = v->state;

	if (!u)
		return;
	groups_clear(&u->now, u->kind->done);
	groups_clear(&u->total, u->kind->done);
	free(u);
	v->state = NULL;
}

void sum_span_line(struct view *v, const struct sum_span *span)
{
	struct buf *b = v->out;

	fmt_clock(b, view_wall_ns(v, span->from_ns));
	buf_str(b, " to ");
	fmt_clock(b, view_wall_ns(v, span->to_ns));
	buf_str(b, v->options.interval_ns && span->total ? ", in all: " : ": ");
	buf_u64(b, span->stories);
	buf_str(b, span->stories == 1 ? " close\n" : " closes\n");
}

void sum_other_line(struct view *v, const struct groups *g)
{
	if (!g->other)
		return;
	buf_str(v->out, BY_OTHER " are those that came after the first ");
	buf_u64(v->out, g->max);
	buf_char(v->out, '\n');
}
