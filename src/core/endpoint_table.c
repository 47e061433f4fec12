/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "endpoint_table.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "early_calls.h"
#include "endpoint_index.h"
#include "event_dedup.h"
#include "listener_close.h"
#include "story_scan.h"

#define TIMER_SLACK_NS (100ULL * 1000000)	/* a late timer of the kernel, besides an eighth */

struct endpoint_table {
	struct endpoint_table_config config;
	struct closed_listeners closed_listeners;
	struct early_calls early_calls;
	bool lossy;
	struct recent_closes recent_closes;
	struct endpoint_table_counts counts;
	struct endpoint_index index;
	struct endpoint *head, *tail;		/* active, by last event: the next may come any time */
	struct deadline_heap due;			/* over, or left to a minisock: told at a deadline */
	uint64_t minisocks_ns;			/* until then a walk's minisocks are about, 0 none */
};

static struct endpoint *endpoint_of_due(struct deadline_heap_node *due)
{
	return (struct endpoint *)((char *)due - offsetof(struct endpoint, due));
}

/* Takes it out of the list or the heap, whichever it is in. */
static void unqueue(struct endpoint_table *t, struct endpoint *c)
{
	if (c->due.slot) {
		deadline_heap_remove(&t->due, &c->due);
		return;
	}
	*(c->prev ? &c->prev->next : &t->head) = c->next;
	*(c->next ? &c->next->prev : &t->tail) = c->prev;
	c->prev = c->next = NULL;
}

static void queue_active(struct endpoint_table *t, struct endpoint *c)
{
	c->prev = t->tail;
	*(t->tail ? &t->tail->next : &t->head) = c;
	t->tail = c;
}

/* Out of memory, it stays active, to be told at the end or to make room. */
static void queue_due(struct endpoint_table *t, struct endpoint *c, uint64_t deadline_ns)
{
	unqueue(t, c);
	c->due.deadline_ns = deadline_ns;
	if (!deadline_heap_add(&t->due, &c->due))
		queue_active(t, c);
}

/*
 * What a story may say of its twin: who it is, and who ended it, or else was the last to touch it,
 * as far as is known by now.
 */
static void describe_twin(struct story *s, const struct story *twin)
{
	const struct socket_call *a = story_trigger(twin);

	if (!a && twin->nr_calls)
		a = &twin->calls[twin->nr_calls - 1];
	s->has_twin = true;
	s->twin_cookie = twin->cookie;
	if (a) {
		s->twin_pid = a->pid;
		memcpy(s->twin_comm, a->comm, sizeof(s->twin_comm));
	}
}

/* The other end may be in the table too, once the initial sequence numbers are known. */
static void link_twin(struct endpoint_table *t, struct endpoint *c, const struct event *e)
{
	struct endpoint *twin = endpoint_index_learn_twin(&t->index, c, e);

	if (!twin)
		return;
	c->twin = twin;
	twin->twin = c;
}

static void remove_endpoint(struct endpoint_table *t, struct endpoint *c)
{
	if (c->twin) {
		describe_twin(&c->twin->story, &c->story);
		c->twin->twin = NULL;
	}
	unqueue(t, c);
	t->counts.open--;
	t->counts.closing -= c->closing;
	endpoint_index_remove(&t->index, c);
}

static void report_endpoint(struct endpoint_table *t, struct endpoint *c, uint64_t now_ns)
{
	endpoint_index_prefetch_remove(&t->index, c);
	if (c->twin)
		describe_twin(&c->story, &c->twin->story);
	t->counts.reported++;
	t->config.report(t->config.arg, &c->story, now_ns);
	event_order_add_close(&t->recent_closes, &c->story);
	remove_endpoint(t, c);
}

static void evict_oldest(struct endpoint_table *t)
{
	struct endpoint *c = t->head ? t->head : endpoint_of_due(deadline_heap_first(&t->due));

	t->counts.evicted++;
	remove_endpoint(t, c);
}

static struct endpoint *add_endpoint(struct endpoint_table *t, const struct event *e)
{
	struct endpoint *c;

	t->counts.seen++;
	if (t->counts.open >= t->config.max_open)
		evict_oldest(t);
	c = endpoint_index_add(&t->index, e);
	if (!c) {
		t->counts.evicted++;
		return NULL;
	}
	t->counts.open++;
	queue_active(t, c);
	return c;
}

/*
 * The key of a socket that we never saw end now names another one: that end was lost. What is over, or lives on
 * as a minisock, loses its key, unless a call that acted on it has still to return: thousands may have had it.
 */
static void drop_reused_key(struct endpoint_table *t, const struct event *e)
{
	struct endpoint *c, *next;

	for (c = endpoint_index_first_of_key(&t->index, e->sk_key); c; c = next) {
		next = endpoint_index_next_of_key(&t->index, c);
		if (!c->due.slot) {
			t->counts.end_missed++;
			remove_endpoint(t, c);
		} else if (!t->config.calls || !story_awaits_call(&c->story) ||
			   e->ts_ns > c->story.end_ns + SETTLE_CALL_NS) {
			endpoint_index_drop_key(&t->index, c);
		}
	}
}

/*
 * A shutdown() that ended nothing is the first that is heard of a connection from before tracing.
 * (A close() may also be the last of one whose story has been told.)
 */
static bool is_shutdown_of_unknown(const struct event *e)
{
	return e->kind == EVENT_CALL && e->syscall == SYSCALL_SHUTDOWN &&
	       (e->old_state == STATE_ESTABLISHED || e->old_state == STATE_CLOSE_WAIT);
}

/*
 * A walk may come by when a minisock has just been made, and tell of it before the ring tells of
 * the socket that it took the place of: that is one connection, and the socket's story is the
 * fuller one.
 */
static void drop_scanned_minisock(struct endpoint_table *t, const struct event *e)
{
	struct flow w = story_flow(e);
	struct endpoint *c;

	if (e->ts_ns > t->minisocks_ns)
		return;
	c = endpoint_index_find_flow(&t->index, &w, e->cookie);
	if (!c || !c->story.from_scan || c->story.progress != CLOSE_MINISOCK)
		return;
	t->counts.seen--;
	remove_endpoint(t, c);
}

/* What a walk found: it may be an old acquaintance. */
static struct endpoint *find_or_add_scanned(struct endpoint_table *t, const struct event *e)
{
	struct flow w = story_flow(e);
	struct endpoint *c;

	if (e->kind == EVENT_HOLDER)
		return endpoint_index_find_key(&t->index, e->sk_key, e->cookie);
	if (e->old_state != STATE_TIME_WAIT)
		return endpoint_index_find_key(&t->index, e->sk_key, e->cookie) ?: add_endpoint(t, e);
	c = endpoint_index_find_flow(&t->index, &w, e->cookie);
	if (c)
		return c;
	if (t->minisocks_ns < e->ts_ns + e->left_ns)
		t->minisocks_ns = e->ts_ns + e->left_ns;
	return add_endpoint(t, e);
}

static struct endpoint *find_or_add_endpoint(struct endpoint_table *t, const struct event *e)
{
	struct flow w;
	struct endpoint *c;

	if (e->kind == EVENT_SOCKET || e->kind == EVENT_HOLDER)
		return find_or_add_scanned(t, e);
	if (e->old_state == STATE_TIME_WAIT) {	/* the minisock that took the socket's place */
		w = story_flow(e);
		return endpoint_index_find_flow(&t->index, &w, e->cookie);
	}
	c = endpoint_index_find_key(&t->index, e->sk_key, e->cookie);
	if (!c && is_shutdown_of_unknown(e))
		return add_endpoint(t, e);
	if (e->kind != EVENT_STATE)
		return c;
	if (c && e->new_state == STATE_ESTABLISHED && c->story.nr_states &&
	    !event_order_is_last_change(&c->story, e) && !story_scan_is_same(&c->story, e))
		c = NULL;	/* without cookies: the key's next owner */
	if (c || event_order_is_recent_close(&t->recent_closes, e))
		return c;
	drop_reused_key(t, e);
	drop_scanned_minisock(t, e);
	return add_endpoint(t, e);
}

/* How long a story that is over waits for what may still belong to it. */
static uint64_t settle_deadline_ns(const struct story *s, const struct event *e, bool awaits)
{
	return awaits && e->ts_ns > s->end_ns ? e->ts_ns + SETTLE_CALL_NS :
						s->end_ns + (awaits ? SETTLE_CALL_NS : SETTLE_NS);
}

/* Puts the endpoint where it belongs after an event. */
static void requeue_endpoint(struct endpoint_table *t, struct endpoint *c, const struct event *e)
{
	const struct story *s = &c->story;
	bool closing = story_is_closing(s) && !story_is_over(s);
	bool awaits = t->config.calls && story_awaits_call(s);

	t->counts.closing += closing - c->closing;
	c->closing = closing;
	if (s->progress == CLOSE_NOT_YET) {
		unqueue(t, c);
		queue_active(t, c);
	} else if (s->progress == CLOSE_MINISOCK && t->config.timewait) {
		if (!c->due.slot)
			queue_due(t, c, s->expires_ns + (s->expires_ns - s->end_ns) / 8 + TIMER_SLACK_NS);
	} else if (story_is_final(s) && !awaits) {
		report_endpoint(t, c, e->ts_ns);
	} else if (!c->due.slot || awaits || c->due.deadline_ns > settle_deadline_ns(s, e, awaits)) {
		queue_due(t, c, settle_deadline_ns(s, e, awaits));
		c->story.unwatched = s->progress == CLOSE_MINISOCK;
	}
}

struct endpoint_table *endpoint_table_new(const struct endpoint_table_config *config)
{
	struct endpoint_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->config = *config;
	if (endpoint_index_init(&t->index, config->seed))
		return t;
	endpoint_table_free(t);
	return NULL;
}

void endpoint_table_free(struct endpoint_table *t)
{
	if (!t)
		return;
	for (struct endpoint *c = t->head; c; c = c->next)
		story_release(&c->story);
	for (size_t i = 0; i < t->due.len; i++)
		story_release(&endpoint_of_due(t->due.nodes[i])->story);
	deadline_heap_release(&t->due);
	endpoint_index_release(&t->index);
	free(t);
}

void endpoint_table_feed(struct endpoint_table *t, const struct event *e)
{
	const struct event *call;
	struct event alone;
	struct endpoint *c;

	if (e->kind == EVENT_STATE && e->old_state == STATE_LISTEN) {
		event_order_add_listener(&t->closed_listeners, e);
		return;
	}
	c = find_or_add_endpoint(t, e);
	if (!c) {
		event_order_keep_call(&t->early_calls, e);
		return;
	}
	if (event_order_is_bystander(&t->closed_listeners, e)) {
		alone = *e;
		alone.task_flags = 0;
		e = &alone;
	}
	link_twin(t, c, e);
	call = story_is_new(&c->story) ? event_order_take_call(&t->early_calls, e) : NULL;
	if (call)
		story_feed(&c->story, call);
	story_feed(&c->story, e);
	requeue_endpoint(t, c, e);
}

void endpoint_table_prefetch(const struct endpoint_table *t, const struct event *e)
{
	endpoint_index_prefetch(&t->index, e);
}

void endpoint_table_prefetch_endpoint(const struct endpoint_table *t, const struct event *e)
{
	endpoint_index_prefetch_endpoint(&t->index, e);
}

void endpoint_table_set_lossy(struct endpoint_table *t)
{
	t->lossy = true;
}

/* The first of those whose deadline is not after now_ns; NULL none. */
static struct endpoint *find_due(struct endpoint_table *t, uint64_t now_ns)
{
	struct deadline_heap_node *first = deadline_heap_first(&t->due);

	return first && first->deadline_ns <= now_ns ? endpoint_of_due(first) : NULL;
}

void endpoint_table_expire(struct endpoint_table *t, uint64_t now_ns)
{
	struct endpoint *c;

	while ((c = find_due(t, now_ns))) {
		if (c->story.progress == CLOSE_MINISOCK && t->config.timewait)
			story_expire(&c->story);
		if (t->config.calls)
			story_abandon_calls(&c->story, !t->lossy);
		report_endpoint(t, c, now_ns);
	}
}

uint64_t endpoint_table_next_ns(const struct endpoint_table *t)
{
	const struct deadline_heap_node *first = deadline_heap_first(&t->due);

	return first ? first->deadline_ns : 0;
}

void endpoint_table_end(struct endpoint_table *t, uint64_t now_ns)
{
	struct endpoint *c, *next;

	while ((c = find_due(t, UINT64_MAX)))
		report_endpoint(t, c, now_ns);
	for (c = t->head; c; c = next) {
		next = c->next;
		if (story_is_closing(&c->story))
			report_endpoint(t, c, now_ns);
	}
}

struct endpoint_table_counts endpoint_table_counts(const struct endpoint_table *t)
{
	return t->counts;
}
