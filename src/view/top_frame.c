/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "top_frame.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

#define P50 500
#define P99 990

void top_frame_init(struct top_frame *f)
{
	*f = (struct top_frame){ .slowest.max = CLOSE_LIST_MAX, .open.max = CLOSE_LIST_MAX };
}

void top_frame_release(struct top_frame *f)
{
	close_list_release(&f->slowest);
	close_list_release(&f->open);
	free(f->groups);
	top_frame_init(f);
}

void top_frame_clear(struct top_frame *f)
{
	f->nr_groups = 0;
	close_list_clear(&f->slowest);
	close_list_clear(&f->open);
}

static void take_hold(struct top_hold *to, const struct histogram *h)
{
	*to = (struct top_hold){ .n = h->n, .cuts = h->cuts, .max = h->max };
	if (!h->n)
		return;
	to->p50 = histogram_quantile(h, P50);
	to->p99 = histogram_quantile(h, P99);
	to->p99_is_cut = histogram_quantile_is_cut(h, P99);
}

static bool take_groups(struct top_frame *f, const struct top_model *m)
{
	const struct keyed_entry *o;

	f->nr_groups = 0;
	for (uint32_t i = 0; (o = keyed_table_at(&m->groups, i)); i++) {
		const struct top_row *row = o->row;
		struct top_group *g;

		if (!ARRAY_GROW(f->groups, f->nr_groups, f->cap_groups, UINT32_MAX))
			return false;
		g = &f->groups[f->nr_groups++];
		*g = (struct top_group){ .entry = o, .other = o == m->groups.other,
					 .interval_closes = row->closes_then };
		memcpy(g->n, row->who.n, sizeof(g->n));
		for (unsigned k = 0; k < WHO_HOLDS; k++)
			take_hold(&g->hold[k], &row->who.hold[k]);
	}
	return true;
}

static void take_history(struct top_frame *f, const struct top_model *m)
{
	f->nr_history = m->refreshes < TOP_GRAPH ? m->refreshes : TOP_GRAPH;
	for (unsigned i = 0; i < f->nr_history; i++)
		memcpy(f->history[i], m->history[(m->refreshes - f->nr_history + i) % TOP_GRAPH],
		       sizeof(f->history[i]));
	if (f->nr_history)
		memcpy(f->rates, f->history[f->nr_history - 1], sizeof(f->rates));
}

bool top_frame_take(struct top_frame *f, const struct top_model *m, const struct view_context *v,
		    const struct interval *interval, uint64_t begun_ns)
{
	bool ok;

	f->interval = *interval;
	f->begun_ns = begun_ns;
	f->wall_ns = view_wall_ns(v, interval->to_ns);	/* by the clock of all hosts */
	f->closes = m->closes;
	f->nr_open = m->nr_open;
	f->lost = m->lost;
	take_history(f, m);
	ok = take_groups(f, m);
	ok &= slowest_list(m->slowest, interval->to_ns, &f->slowest);
	ok &= close_list_copy(&f->open, &m->open);
	close_list_sort(&f->open);
	return ok;
}

void top_frame_set_stuck(struct top_frame *f, const struct top_stuck_rows *rows)
{
	f->stuck = *rows;
}

static uint64_t get_quantile(const struct top_hold *h, unsigned permille)
{
	return permille == P50 ? h->p50 : permille == P99 ? h->p99 : h->max;
}

bool top_group_value(const struct top_frame *f, const struct top_group *g,
		     const struct who_column *c, uint64_t *value)
{
	const struct top_hold *h = &g->hold[c->kind >= WHO_IS_TIME ? c->index : 0];

	switch ((enum who_kind)c->kind) {
	case WHO_IS_COUNT:
		*value = g->n[c->index];
		return true;
	case WHO_IS_RATE:	/* of the whole run: closes and TIME_WAIT per time */
		return who_rate(g->n[c->index], WHO_RATE_SECONDS,
				f->interval.to_ns - f->begun_ns, value);
	case WHO_IS_CUT:
		*value = h->cuts;
		return true;
	default:
		*value = get_quantile(h, c->permille);
		return h->n;
	}
}
