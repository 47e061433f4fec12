/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "endpoint_table.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint_table_private.h"
#include "twin_exchange.h"

#define TIMER_SLACK_NS (100 * NS_PER_MS)	/* kernel timers may be late by 1/8 plus this */

/* Remove an endpoint from the list or the heap, whichever it is in. */
static void unqueue(struct endpoint_table *t, struct endpoint *c)
{
	if (c->due.slot)
		deadline_heap_remove(&t->due, &c->due);
	else
		TAILQ_REMOVE(&t->active, c, active);
}

static void queue_active(struct endpoint_table *t, struct endpoint *c)
{
	TAILQ_INSERT_TAIL(&t->active, c, active);
}

/* If memory runs out, the endpoint stays active until it is evicted or the run ends. */
static void queue_due(struct endpoint_table *t, struct endpoint *c, uint64_t deadline_ns)
{
	unqueue(t, c);
	c->due.deadline_ns = deadline_ns;
	if (!deadline_heap_add(&t->due, &c->due))
		queue_active(t, c);
}

static void remove_endpoint(struct endpoint_table *t, struct endpoint *c)
{
	if (c->twin) {
		endpoint_twin_describe(c->twin);
		c->twin->twin = NULL;
	}
	if (t->config.exchange)
		twin_exchange_remove(t->config.exchange, c);
	unqueue(t, c);
	t->counts.open--;
	t->counts.closing -= c->closing;
	endpoint_index_remove(&t->index, c);
}

/* Remove an endpoint whose end was missed. */
static void lose_endpoint(struct endpoint_table *t, struct endpoint *c)
{
	struct endpoint *twin = c->twin;

	if (t->config.lose)
		t->config.lose(t->config.arg, &c->story);
	remove_endpoint(t, c);
	if (twin)
		twin->story.twin.lost = true;
}

static void report_endpoint(struct endpoint_table *t, struct endpoint *c, uint64_t now_ns)
{
	endpoint_index_prefetch_remove(&t->index, c);
	if (c->twin)
		endpoint_twin_describe(c);
	t->counts.reported++;
	t->config.report(t->config.arg, &c->story, now_ns);
	event_order_add_close(&t->order, &c->story);
	remove_endpoint(t, c);
}

void endpoint_table_give_up(struct endpoint_table *t, struct endpoint *c,
			    enum departure why)
{
	*(why == DEPARTED_EVICTED ? &t->counts.evicted : &t->counts.vanished) += 1;
	departed_add(&t->departed, &c->story.flow, c->story.sk_key, c->story.cookie, why);
	lose_endpoint(t, c);
}

static void evict_oldest(struct endpoint_table *t)
{
	struct endpoint *c = TAILQ_FIRST(&t->active);

	if (!c)
		c = get_due_endpoint(deadline_heap_first(&t->due));
	endpoint_table_give_up(t, c, DEPARTED_EVICTED);
}

/* An endpoint that was given up and acts again was counted already. */
static void count_seen(struct endpoint_table *t, const struct event *e)
{
	switch (departed_take(&t->departed, e)) {
	case DEPARTED_NEVER:
		t->counts.seen++;
		break;
	case DEPARTED_EVICTED:
		t->counts.evicted--;
		break;
	case DEPARTED_VANISHED:
		t->counts.vanished--;
		break;
	}
}

static struct endpoint *add_endpoint(struct endpoint_table *t, const struct event *e)
{
	struct endpoint *c;

	count_seen(t, e);
	if (t->counts.open >= t->config.max_open)
		evict_oldest(t);
	c = endpoint_index_add(&t->index, e);
	if (!c) {
		t->counts.evicted++;
		return NULL;
	}
	c->table = t;
	c->story.host = t->config.host;
	c->story.clock = t->config.clock;
	c->story.names = t->config.names;
	c->story.tree = t->config.tree;
	t->counts.open++;
	queue_active(t, c);
	return c;
}

/*
 * A scan found this socket, and the ring buffer delivers an event of an earlier socket with the
 * same key only now: the endpoint is the later of the two, and its end is still to come.
 */
static bool was_found_after(const struct endpoint *c, const struct event *e)
{
	return c->story.scan.only && e->ts_ns < c->last_ns;
}

/*
 * A new socket has the key of earlier endpoints. If such an endpoint is still active, its end was
 * missed: remove it. If it is over or continues as a minisock, it only loses the key, so that a
 * search for the key does not pass thousands of endpoints. It keeps the key for now if a call on it
 * has not returned.
 */
static void drop_reused_key(struct endpoint_table *t, const struct event *e)
{
	struct endpoint *c, *next;

	for (c = endpoint_index_first_of_key(&t->index, e->sk_key); c; c = next) {
		next = endpoint_index_next_of_key(&t->index, c);
		if (was_found_after(c, e))
			continue;
		if (!c->due.slot) {
			t->counts.end_missed++;
			lose_endpoint(t, c);
		} else if (!t->config.calls || !story_awaits_call(&c->story) ||
			   e->ts_ns > c->story.end_ns + SETTLE_CALL_NS) {
			endpoint_index_drop_key(&t->index, c);
		} else {
			c->key_is_reused = true;
		}
	}
}

/*
 * A scan may find a new minisock and report it before the ring buffer delivers the events of the
 * socket that it replaces. Both are one connection: keep the socket's story, which knows more.
 */
static void drop_scanned_minisock(struct endpoint_table *t, const struct event *e)
{
	struct endpoint *c;
	struct flow w;

	if (!event_order_may_be_scanned(&t->order, e))
		return;
	w = story_flow(e);
	c = endpoint_index_find_flow(&t->index, &w, e->cookie);
	if (!c || !c->story.scan.only || c->story.progress != CLOSE_MINISOCK)
		return;
	t->counts.seen--;
	remove_endpoint(t, c);
}

/* Without cookies: is this the start of another connection with the same key? */
static bool is_next_of_key(const struct story *s, const struct event *e)
{
	return e->kind == EVENT_STATE && e->new_state == STATE_ESTABLISHED && s->nr_states &&
	       !event_order_is_last_change(s, e) && !story_was_scanned(s, e);
}

static struct endpoint *find_endpoint(struct endpoint_table *t, const struct event *e)
{
	struct endpoint *c;
	struct flow w;

	if (e->old_state == STATE_TIME_WAIT && e->kind != EVENT_HOLDER) {
		w = story_flow(e);	/* the minisock replaced the socket and its key */
		c = endpoint_index_find_flow(&t->index, &w, e->cookie);
		return c && story_owns(&c->story, e) ? c : NULL;
	}
	c = endpoint_index_find_key(&t->index, e->sk_key, e->cookie);
	if (!c || is_next_of_key(&c->story, e) || !story_owns(&c->story, e))
		return NULL;
	return c->key_is_reused && !e->cookie && e->kind != EVENT_CALL ? NULL : c;
}

/* Add an endpoint for its first event. NULL if no story begins with this kind, or out of memory. */
static struct endpoint *begin_endpoint(struct endpoint_table *t, const struct event *e)
{
	switch (e->kind) {
	case EVENT_SOCKET:
	case EVENT_CALL:
		return add_endpoint(t, e);
	case EVENT_STATE:
		if (e->old_state == STATE_TIME_WAIT)
			return NULL;
		drop_reused_key(t, e);
		drop_scanned_minisock(t, e);
		return add_endpoint(t, e);
	default:
		return NULL;
	}
}

/* Find the time to report a story that is over; until then more of its events may arrive. */
static uint64_t find_settle_deadline_ns(const struct story *s, const struct event *e, bool awaits)
{
	return awaits && e->ts_ns > s->end_ns ? e->ts_ns + SETTLE_CALL_NS :
						s->end_ns + (awaits ? SETTLE_CALL_NS : SETTLE_NS);
}

/* Once set, a deadline is postponed only for a call that has not returned. */
static void queue_settling(struct endpoint_table *t, struct endpoint *c, const struct event *e,
			   bool awaits)
{
	uint64_t deadline_ns = find_settle_deadline_ns(&c->story, e, awaits);

	if (c->due.slot && !awaits && c->due.deadline_ns <= deadline_ns)
		return;
	queue_due(t, c, deadline_ns);
	story_set_watched(&c->story, c->story.progress != CLOSE_MINISOCK);
}

static uint64_t find_minisock_deadline_ns(const struct story *s)
{
	return s->expires_ns + (s->expires_ns - s->end_ns) / 8 + TIMER_SLACK_NS;
}

/*
 * A RST came, and the other end has not reported one yet: tcp_send_active_reset() reports it after
 * it has sent it.
 */
static bool awaits_twin(const struct endpoint *c)
{
	return c->story.reset.received && c->twin && !twin_has_sent_reset(&c->twin->story);
}

/*
 * With --tree: has no task acted on this socket yet, although a process holds it? A program that
 * the peer has reset closes its end soon, and that shows whose socket it is.
 */
static bool awaits_owner(const struct story *s)
{
	return s->tree && !s->in_tree && s->progress == CLOSE_DONE && !s->destroyed &&
	       !(s->at_close.sock_flags & (SOCKF_DEAD | SOCKF_NO_SOCKET));
}

/* After an event: report the endpoint, or move it to the right queue. */
static void requeue_endpoint(struct endpoint_table *t, struct endpoint *c, const struct event *e)
{
	const struct story *s = &c->story;
	bool closing = story_is_closing(s) && !story_is_over(s);
	bool awaits = (t->config.calls && story_awaits_call(s)) || story_awaits_release(s) ||
		      awaits_owner(s);

	t->counts.closing += closing - c->closing;
	c->closing = closing;
	if (s->progress == CLOSE_NOT_YET) {
		unqueue(t, c);
		queue_active(t, c);
	} else if (s->progress == CLOSE_MINISOCK && t->config.timewait) {
		if (!c->due.slot)
			queue_due(t, c, find_minisock_deadline_ns(s));
	} else if (story_is_final(s) && !awaits && !awaits_twin(c)) {
		report_endpoint(t, c, e->ts_ns);
	} else {
		queue_settling(t, c, e, awaits);
	}
}

struct endpoint_table *endpoint_table_new(const struct endpoint_table_config *config)
{
	struct endpoint_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->config = *config;
	t->queue = config->exchange ? twin_exchange_queue(config->exchange) : &t->own_queue;
	t->departed = (struct departed){ .seed = config->seed };
	TAILQ_INIT(&t->active);
	if (endpoint_index_init(&t->index, config->seed))
		return t;
	endpoint_table_free(t);
	return NULL;
}

static void forget_queued(struct endpoint_table *t)
{
	for (unsigned i = 0; i < QUEUE_LEN; i++)
		if (t->queue->item[i].table == t)
			t->queue->item[i].table = NULL;
}

void endpoint_table_free(struct endpoint_table *t)
{
	struct endpoint *c;

	if (!t)
		return;
	forget_queued(t);
	endpoint_twin_leave(t);
	for (c = TAILQ_FIRST(&t->active); c; c = TAILQ_NEXT(c, active))
		story_release(&c->story);
	for (size_t i = 0; i < t->due.len; i++)
		story_release(&get_due_endpoint(t->due.items[i].node)->story);
	deadline_heap_release(&t->due);
	departed_release(&t->departed);
	endpoint_index_release(&t->index);
	free(t);
}

static void note_last_event(struct endpoint *c, const struct event *e)
{
	uint64_t ts_ns = e->ts_ns + (e->kind == EVENT_CALL ? e->call_ns : 0);

	if (c->last_ns < ts_ns)
		c->last_ns = ts_ns;
}

static void apply_event(struct endpoint_table *t, const struct event *e)
{
	const struct event *in_order[EVENT_ORDER_OUT];
	struct endpoint *c;
	unsigned n;

	if (t->config.event && !t->config.tree)
		t->config.event(t->config.arg, e);
	c = find_endpoint(t, e);
	n = event_order_feed(&t->order, e, c ? &c->story : NULL, in_order);
	if (!n)
		return;
	e = in_order[n - 1];
	c = c ?: begin_endpoint(t, e);
	if (!c)
		return;
	endpoint_twin_link(t, c, e);
	for (unsigned i = 0; i < n; i++)
		story_feed(&c->story, in_order[i]);
	note_last_event(c, e);
	if (t->config.event && c->story.in_tree)
		for (unsigned i = 0; i < n; i++)
			t->config.event(t->config.arg, in_order[i]);
	endpoint_twin_unlink_repaired(t, c, e);
	requeue_endpoint(t, c, e);
}

static struct queued_event *get_queue_slot(struct event_queue *q, unsigned nr)
{
	return &q->item[nr % QUEUE_LEN];
}

static void apply_queued(struct event_queue *q)
{
	struct queued_event *i = get_queue_slot(q, q->applied++);

	if (i->table)
		apply_event(i->table, &i->event);
}

void endpoint_table_flush(struct endpoint_table *t)
{
	while (t->queue->applied != t->queue->queued)
		apply_queued(t->queue);
}

/* The endpoint of the event that is in the middle of the queue. */
static void prefetch_endpoint(struct event_queue *q)
{
	const struct queued_event *i;

	if (q->queued - q->applied <= QUEUE_LEN / 2)
		return;
	i = get_queue_slot(q, q->queued - QUEUE_LEN / 2);
	if (i->table)
		endpoint_index_prefetch_endpoint(&i->table->index, &i->event);
}

void endpoint_table_feed(struct endpoint_table *t, const struct event *e)
{
	struct event_queue *q = t->queue;
	struct queued_event *i;

	if (t->counts.open < QUEUE_MIN_ENDPOINTS) {
		endpoint_table_flush(t);
		apply_event(t, e);
		return;
	}
	if (q->queued - q->applied == QUEUE_LEN)
		apply_queued(q);
	i = get_queue_slot(q, q->queued++);
	i->table = t;
	i->event = *e;
	endpoint_index_prefetch(&t->index, e);
	prefetch_endpoint(q);
}

void endpoint_table_set_lossy(struct endpoint_table *t)
{
	endpoint_table_flush(t);
	t->order.lossy = true;
}

/* The endpoint with the earliest deadline, if that is not after now_ns; else NULL. */
static struct endpoint *find_due(struct endpoint_table *t, uint64_t now_ns)
{
	struct deadline_heap_node *first = deadline_heap_first(&t->due);

	return first && first->deadline_ns <= now_ns ? get_due_endpoint(first) : NULL;
}

void endpoint_table_expire(struct endpoint_table *t, uint64_t now_ns)
{
	struct endpoint *c;

	endpoint_table_flush(t);
	while ((c = find_due(t, now_ns))) {
		if (c->story.progress == CLOSE_MINISOCK && t->config.timewait)
			story_expire(&c->story);
		if (t->config.calls)
			story_abandon_calls(&c->story, !t->order.lossy);
		report_endpoint(t, c, now_ns);
	}
}

uint64_t endpoint_table_next_ns(struct endpoint_table *t)
{
	const struct deadline_heap_node *first;

	endpoint_table_flush(t);
	first = deadline_heap_first(&t->due);
	return first ? first->deadline_ns : 0;
}

void endpoint_table_end(struct endpoint_table *t, uint64_t now_ns)
{
	struct endpoint *c, *next;

	endpoint_table_flush(t);
	while ((c = find_due(t, UINT64_MAX)))
		report_endpoint(t, c, now_ns);
	for (c = TAILQ_FIRST(&t->active); c; c = next) {
		next = TAILQ_NEXT(c, active);
		if (story_is_closing(&c->story))
			report_endpoint(t, c, now_ns);
	}
}

struct endpoint_table_counts endpoint_table_counts(struct endpoint_table *t)
{
	endpoint_table_flush(t);
	return t->counts;
}
