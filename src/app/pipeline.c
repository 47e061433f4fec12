/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pipeline.h"

#include <stdlib.h>

#include "decode.h"

struct pipeline {
	struct pipeline_config config;
	struct endpoint_table *endpoint_table;
	uint64_t shown, filtered, events, malformed;
	uint64_t events_shown;	/* by the view */
	struct pipeline_total own;	/* config.total, if the caller has none */
};

static bool is_in_range(const struct pipeline *t, uint64_t ts_ns)
{
	return !t->config.range.until_ns ||
	       time_range_has(&t->config.range, view_wall_ns(t->config.context, ts_ns));
}

static bool passes_filters(const struct pipeline *t, const struct story *s,
			   const struct verdict *v)
{
	return (!t->config.endpoint_table.tree || s->in_tree) && is_in_range(t, v->settled_ns) &&
	       filter_matches_flow(t->config.filter, &s->flow) &&
	       story_filter_matches(t->config.story_filter, s, v);
}

uint64_t pipeline_events_counted(const struct pipeline *t)
{
	return t->config.view->event ? t->events_shown : t->events;
}

static bool has_all_events(const struct pipeline *t)
{
	return t->config.max_events && t->config.total->events >= t->config.max_events;
}

static bool has_all_stories(const struct pipeline *t)
{
	uint64_t n = t->config.view->counts_itself ? t->config.main->counted :
						    t->config.total->stories;

	return t->config.max_stories && n >= t->config.max_stories;
}

/* Pass on the end of a connection whose other end the filters may include. */
static void show_other_end(struct pipeline *t, const struct story *s, const struct verdict *v)
{
	bool may_exist = s->twin.known || (s->isns_known && t->config.main->hosts);

	t->filtered++;
	if (t->config.view->other_end && may_exist && !pipeline_is_done(t))
		t->config.view->other_end(t->config.context, s, v);
}

static void lose_end(void *arg, const struct story *s)
{
	struct pipeline *t = arg;

	t->config.view->lost_end(t->config.context, s);
}

static void show_event(void *arg, const struct event *e)
{
	struct pipeline *t = arg;

	if (has_all_events(t) || !is_in_range(t, e->ts_ns))
		return;
	t->events_shown++;
	t->config.total->events++;
	t->config.view->event(t->config.context, e);
}

static void show_story(void *arg, const struct story *s, uint64_t now_ns)
{
	struct pipeline *t = arg;
	struct verdict v;

	verdict_make(&v, s, now_ns);
	if (!passes_filters(t, s, &v) || pipeline_is_done(t)) {
		show_other_end(t, s, &v);
		return;
	}
	if (t->config.judge)
		t->config.judge(t->config.arg, s, &v);
	if (v.ending == ENDING_NEVER_OPEN && !t->config.never_open) {
		show_other_end(t, s, &v);
		return;
	}
	t->shown++;
	t->config.total->stories++;
	if (t->config.view->story)
		t->config.view->story(t->config.context, s, &v);
	if (t->config.after_story)
		t->config.after_story(t->config.arg);
}

struct closing_visit {
	const struct pipeline *t;
	uint64_t now_ns;
	void (*visit)(void *arg, const struct story *s, const struct verdict *v);
	void *arg;
};

static void visit_one_closing(void *arg, const struct story *s)
{
	const struct closing_visit *w = arg;
	struct verdict v;

	verdict_make(&v, s, w->now_ns);
	if (passes_filters(w->t, s, &v) &&
	    (v.ending != ENDING_NEVER_OPEN || w->t->config.never_open))
		w->visit(w->arg, s, &v);
}

void pipeline_visit_closing(struct pipeline *t, uint64_t now_ns,
			    void (*visit)(void *arg, const struct story *s,
					  const struct verdict *v), void *arg)
{
	struct closing_visit w = { .t = t, .now_ns = now_ns, .visit = visit, .arg = arg };

	endpoint_table_visit_closing(t->endpoint_table, visit_one_closing, &w);
}

struct pipeline *pipeline_new(const struct pipeline_config *config)
{
	struct pipeline *t = calloc(1, sizeof(*t));
	struct endpoint_table_config endpoint_table = config->endpoint_table;

	if (!t)
		return NULL;
	t->config = *config;
	if (!t->config.total)
		t->config.total = &t->own;
	if (!t->config.main)
		t->config.main = config->context;
	endpoint_table.event = config->view->event ? show_event : NULL;
	endpoint_table.report = show_story;
	endpoint_table.lose = config->view->lost_end ? lose_end : NULL;
	endpoint_table.arg = t;
	t->endpoint_table = endpoint_table_new(&endpoint_table);
	if (!t->endpoint_table) {
		free(t);
		return NULL;
	}
	return t;
}

void pipeline_free(struct pipeline *t)
{
	if (!t)
		return;
	endpoint_table_free(t->endpoint_table);
	free(t);
}

void pipeline_feed(struct pipeline *t, const void *bytes, unsigned long len)
{
	const struct event *e = decode_event(bytes, len);

	if (!e) {
		t->malformed++;
		return;
	}
	t->events++;
	if (!t->config.view->event)
		t->config.total->events++;
	if (t->config.view->walk && (e->kind == EVENT_SOCKET || e->kind == EVENT_HOLDER))
		t->config.view->walk(t->config.context, e, t->config.endpoint_table.host);
	endpoint_table_feed(t->endpoint_table, e);
}

struct endpoint_table *pipeline_endpoints(const struct pipeline *t)
{
	return t->endpoint_table;
}

bool pipeline_is_done(const struct pipeline *t)
{
	return has_all_stories(t) || has_all_events(t);
}

static void count_pipeline(struct run_counts *y, const struct pipeline *t)
{
	struct endpoint_table_counts c = endpoint_table_counts(t->endpoint_table);

	*y = (struct run_counts){ .seen = c.seen, .reported = t->shown, .filtered = t->filtered,
				  .open = c.open, .lost_table_full = c.evicted,
				  .lost_end_missed = c.end_missed, .lost_vanished = c.vanished,
				  .events = t->events, .events_malformed = t->malformed };
}

struct run_counts pipeline_tally(const struct pipeline *t, const struct kernel_counters *kernel)
{
	struct run_counts y = { .seen = 0 };

	if (t)
		count_pipeline(&y, t);
	if (!kernel)
		return y;
	y.seen += kernel->filtered;
	y.filtered += kernel->filtered;
	y.events_calls_full = kernel->calls_full;
	for (unsigned i = 0; i <= EVENT_KIND_MAX; i++)
		y.events_ring_full += kernel->ring_full[i];
	return y;
}
