/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pipeline.h"

#include <stdlib.h>

#include "decode.h"

#define AHEAD 8			/* events kept while their endpoints are brought nearer; a power of two */
#define AHEAD_FROM 4096		/* endpoints; fewer are near anyway */

struct teller {
	struct teller_config config;
	struct conns *conns;
	uint64_t shown, filtered, events, malformed;
	struct event ahead[AHEAD];
	unsigned taken, fed;	/* of those that went through ahead[] */
};

static bool is_wanted(const struct teller *t, const struct story *s, const struct verdict *v)
{
	if (v->ending == ENDING_NEVER_OPEN && !t->config.never_open)
		return false;
	return filter_wants(t->config.filter, &s->flow) && select_wants(t->config.select, s, v);
}

static void tell(void *arg, const struct story *s, uint64_t now_ns)
{
	struct teller *t = arg;
	struct verdict v;

	verdict_make(&v, s, now_ns);
	if (!is_wanted(t, s, &v) || teller_is_done(t)) {
		t->filtered++;
		return;
	}
	t->shown++;
	if (t->config.view->story)
		t->config.view->story(t->config.context, s, &v);
	if (t->config.shown)
		t->config.shown(t->config.arg);
}

struct teller *teller_new(const struct teller_config *config)
{
	struct teller *t = calloc(1, sizeof(*t));
	struct conns_config conns = config->conns;

	if (!t)
		return NULL;
	t->config = *config;
	conns.tell = tell;
	conns.arg = t;
	t->conns = conns_new(&conns);
	if (!t->conns) {
		free(t);
		return NULL;
	}
	return t;
}

void teller_free(struct teller *t)
{
	if (!t)
		return;
	conns_free(t->conns);
	free(t);
}

static void feed(struct teller *t, const struct event *e)
{
	if (t->config.view->event)
		t->config.view->event(t->config.context, e);
	conns_feed(t->conns, e);
}

static struct event *ahead(struct teller *t, unsigned nr)
{
	return &t->ahead[nr % AHEAD];
}

void teller_settle(struct teller *t)
{
	while (t->fed != t->taken)
		feed(t, ahead(t, t->fed++));
}

void teller_take(struct teller *t, const void *bytes, unsigned long len)
{
	const struct event *e = decode_event(bytes, len);

	if (!e) {
		t->malformed++;
		return;
	}
	t->events++;
	if (conns_counts(t->conns).open < AHEAD_FROM) {
		teller_settle(t);
		feed(t, e);
		return;
	}
	if (t->taken - t->fed == AHEAD)
		feed(t, ahead(t, t->fed++));
	*ahead(t, t->taken++) = *e;
	conns_expect(t->conns, e);
	if (t->taken - t->fed > AHEAD / 2)
		conns_expect_endpoint(t->conns, ahead(t, t->taken - AHEAD / 2));
}

void teller_note_loss(struct teller *t)
{
	teller_settle(t);
	conns_note_loss(t->conns);
}

void teller_tick(struct teller *t, uint64_t now_ns)
{
	teller_settle(t);
	conns_tick(t->conns, now_ns);
}

uint64_t teller_next_ns(const struct teller *t)
{
	return conns_next_ns(t->conns);
}

uint64_t teller_unsettled(const struct teller *t)
{
	return conns_counts(t->conns).unsettled;
}

bool teller_is_done(const struct teller *t)
{
	return t->config.max_stories && t->shown >= t->config.max_stories;
}

void teller_end(struct teller *t, uint64_t now_ns)
{
	teller_settle(t);
	conns_end(t->conns, now_ns);
}

struct tally teller_tally(const struct teller *t, const struct kernel_counters *kernel)
{
	struct conns_counts c = conns_counts(t->conns);
	struct tally y = { .seen = c.seen, .told = t->shown, .filtered = t->filtered,
			   .open = c.open, .lost_table_full = c.evicted,
			   .lost_end_missed = c.end_missed, .events = t->events,
			   .events_malformed = t->malformed };

	if (!kernel)
		return y;
	y.seen += kernel->filtered;
	y.filtered += kernel->filtered;
	y.events_calls_full = kernel->calls_full;
	for (unsigned i = 0; i <= EVENT_KIND_MAX; i++)
		y.events_ring_full += kernel->ring_full[i];
	return y;
}
