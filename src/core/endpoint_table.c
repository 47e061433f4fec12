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

#define SLOP_NS (100ULL * 1000000)	/* a late timer of the kernel, besides an eighth */

struct conns {
	struct conns_config config;
	struct listeners listeners;
	struct early early;
	bool lossy;
	struct echo echo;
	struct conns_counts counts;
	struct conn_index index;
	struct conn *head, *tail;		/* active, by last event: the next may come any time */
	struct deadline_heap due;			/* over, or left to a minisock: told at a deadline */
	uint64_t minisocks_ns;			/* until then a walk's minisocks are about, 0 none */
};

static struct conn *conn_of(struct deadline_heap_node *due)
{
	return (struct conn *)((char *)due - offsetof(struct conn, due));
}

/* Takes it out of the list or the heap, whichever it is in. */
static void unqueue(struct conns *t, struct conn *c)
{
	if (c->due.slot) {
		deadline_heap_remove(&t->due, &c->due);
		return;
	}
	*(c->prev ? &c->prev->next : &t->head) = c->next;
	*(c->next ? &c->next->prev : &t->tail) = c->prev;
	c->prev = c->next = NULL;
}

static void queue_active(struct conns *t, struct conn *c)
{
	c->prev = t->tail;
	*(t->tail ? &t->tail->next : &t->head) = c;
	t->tail = c;
}

/* Out of memory, it stays active, to be told at the end or to make room. */
static void queue_due(struct conns *t, struct conn *c, uint64_t deadline_ns)
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
	const struct act *a = story_trigger(twin);

	if (!a && twin->nr_acts)
		a = &twin->acts[twin->nr_acts - 1];
	s->has_twin = true;
	s->twin_cookie = twin->cookie;
	if (a) {
		s->twin_pid = a->pid;
		memcpy(s->twin_comm, a->comm, sizeof(s->twin_comm));
	}
}

/* The other end may be in the table too, once the initial sequence numbers are known. */
static void meet_twin(struct conns *t, struct conn *c, const struct event *e)
{
	struct conn *twin = conn_learn_twin(&t->index, c, e);

	if (!twin)
		return;
	c->twin = twin;
	twin->twin = c;
}

static void forget(struct conns *t, struct conn *c)
{
	if (c->twin) {
		describe_twin(&c->twin->story, &c->story);
		c->twin->twin = NULL;
	}
	unqueue(t, c);
	t->counts.open--;
	t->counts.unsettled -= c->unsettled;
	conn_index_drop(&t->index, c);
}

static void tell(struct conns *t, struct conn *c, uint64_t now_ns)
{
	conn_index_expect_drop(&t->index, c);
	if (c->twin)
		describe_twin(&c->story, &c->twin->story);
	t->counts.told++;
	t->config.tell(t->config.arg, &c->story, now_ns);
	echo_note(&t->echo, &c->story);
	forget(t, c);
}

static void evict_oldest(struct conns *t)
{
	struct conn *c = t->head ? t->head : conn_of(deadline_heap_first(&t->due));

	t->counts.evicted++;
	forget(t, c);
}

static struct conn *add(struct conns *t, const struct event *e)
{
	struct conn *c;

	t->counts.seen++;
	if (t->counts.open >= t->config.max_open)
		evict_oldest(t);
	c = conn_index_new(&t->index, e);
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
static void drop_namesakes(struct conns *t, const struct event *e)
{
	struct conn *c, *next;

	for (c = conn_of_key(&t->index, e->sk); c; c = next) {
		next = conn_next_of_key(&t->index, c);
		if (!c->due.slot) {
			t->counts.end_missed++;
			forget(t, c);
		} else if (!t->config.calls || !story_awaits_call(&c->story) ||
			   e->ts_ns > c->story.end_ns + SETTLE_CALL_NS) {
			conn_lose_key(&t->index, c);
		}
	}
}

/*
 * A shutdown() that ended nothing is the first that is heard of a connection from before tracing.
 * (A close() may also be the last of one whose story has been told.)
 */
static bool is_shutdown_of_unknown(const struct event *e)
{
	return e->kind == EVENT_CALL && e->call == EVENT_CALL_SHUTDOWN &&
	       (e->old_state == STATE_ESTABLISHED || e->old_state == STATE_CLOSE_WAIT);
}

/*
 * A walk may come by when a minisock has just been made, and tell of it before the ring tells of
 * the socket that it took the place of: that is one connection, and the socket's story is the
 * fuller one.
 */
static void drop_found_minisock(struct conns *t, const struct event *e)
{
	struct flow w = story_flow(e);
	struct conn *c;

	if (e->ts_ns > t->minisocks_ns)
		return;
	c = conn_by_flow(&t->index, &w, e->cookie);
	if (!c || !c->story.found || c->story.end != END_MINISOCK)
		return;
	t->counts.seen--;
	forget(t, c);
}

/* What a walk found: it may be an old acquaintance. */
static struct conn *find_found(struct conns *t, const struct event *e)
{
	struct flow w = story_flow(e);
	struct conn *c;

	if (e->kind == EVENT_HOLDER)
		return conn_by_sk(&t->index, e->sk, e->cookie);
	if (e->old_state != STATE_TIME_WAIT)
		return conn_by_sk(&t->index, e->sk, e->cookie) ?: add(t, e);
	c = conn_by_flow(&t->index, &w, e->cookie);
	if (c)
		return c;
	if (t->minisocks_ns < e->ts_ns + e->left_ns)
		t->minisocks_ns = e->ts_ns + e->left_ns;
	return add(t, e);
}

static struct conn *find(struct conns *t, const struct event *e)
{
	struct flow w;
	struct conn *c;

	if (e->kind == EVENT_SOCKET || e->kind == EVENT_HOLDER)
		return find_found(t, e);
	if (e->old_state == STATE_TIME_WAIT) {	/* the minisock that took the socket's place */
		w = story_flow(e);
		return conn_by_flow(&t->index, &w, e->cookie);
	}
	c = conn_by_sk(&t->index, e->sk, e->cookie);
	if (!c && is_shutdown_of_unknown(e))
		return add(t, e);
	if (e->kind != EVENT_STATE)
		return c;
	if (c && e->new_state == STATE_ESTABLISHED && c->story.nr_states &&
	    !echo_is_last(&c->story, e) && !found_before(&c->story, e))
		c = NULL;	/* without cookies: the key's next owner */
	if (c || echo_is_known(&t->echo, e))
		return c;
	drop_namesakes(t, e);
	drop_found_minisock(t, e);
	return add(t, e);
}

/* How long a story that is over waits for what may still belong to it. */
static uint64_t settle_ns(const struct story *s, const struct event *e, bool awaits)
{
	return awaits && e->ts_ns > s->end_ns ? e->ts_ns + SETTLE_CALL_NS :
						s->end_ns + (awaits ? SETTLE_CALL_NS : SETTLE_NS);
}

/* Puts the endpoint where it belongs after an event. */
static void place(struct conns *t, struct conn *c, const struct event *e)
{
	const struct story *s = &c->story;
	bool unsettled = story_is_closing(s) && !story_is_over(s);
	bool awaits = t->config.calls && story_awaits_call(s);

	t->counts.unsettled += unsettled - c->unsettled;
	c->unsettled = unsettled;
	if (s->end == END_NOT_YET) {
		unqueue(t, c);
		queue_active(t, c);
	} else if (s->end == END_MINISOCK && t->config.late) {
		if (!c->due.slot)
			queue_due(t, c, s->expires_ns + (s->expires_ns - s->end_ns) / 8 + SLOP_NS);
	} else if (story_is_clear(s) && !awaits) {
		tell(t, c, e->ts_ns);
	} else if (!c->due.slot || awaits || c->due.deadline_ns > settle_ns(s, e, awaits)) {
		queue_due(t, c, settle_ns(s, e, awaits));
		c->story.unwatched = s->end == END_MINISOCK;
	}
}

struct conns *conns_new(const struct conns_config *config)
{
	struct conns *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->config = *config;
	if (conn_index_init(&t->index, config->seed))
		return t;
	conns_free(t);
	return NULL;
}

void conns_free(struct conns *t)
{
	if (!t)
		return;
	for (struct conn *c = t->head; c; c = c->next)
		story_release(&c->story);
	for (size_t i = 0; i < t->due.len; i++)
		story_release(&conn_of(t->due.nodes[i])->story);
	deadline_heap_release(&t->due);
	conn_index_release(&t->index);
	free(t);
}

void conns_feed(struct conns *t, const struct event *e)
{
	const struct event *call;
	struct event alone;
	struct conn *c;

	if (e->kind == EVENT_STATE && e->old_state == STATE_LISTEN) {
		listeners_note(&t->listeners, e);
		return;
	}
	c = find(t, e);
	if (!c) {
		early_keep(&t->early, e);
		return;
	}
	if (listeners_clear(&t->listeners, e)) {
		alone = *e;
		alone.task = 0;
		e = &alone;
	}
	meet_twin(t, c, e);
	call = story_is_new(&c->story) ? early_take(&t->early, e) : NULL;
	if (call)
		story_feed(&c->story, call);
	story_feed(&c->story, e);
	place(t, c, e);
}

void conns_expect(const struct conns *t, const struct event *e)
{
	conn_index_expect(&t->index, e);
}

void conns_expect_endpoint(const struct conns *t, const struct event *e)
{
	conn_index_expect_endpoint(&t->index, e);
}

void conns_note_loss(struct conns *t)
{
	t->lossy = true;
}

/* The first of those whose deadline is not after now_ns; NULL none. */
static struct conn *first_due(struct conns *t, uint64_t now_ns)
{
	struct deadline_heap_node *first = deadline_heap_first(&t->due);

	return first && first->deadline_ns <= now_ns ? conn_of(first) : NULL;
}

void conns_tick(struct conns *t, uint64_t now_ns)
{
	struct conn *c;

	while ((c = first_due(t, now_ns))) {
		if (c->story.end == END_MINISOCK && t->config.late)
			story_expire(&c->story);
		if (t->config.calls)
			story_give_up_calls(&c->story, !t->lossy);
		tell(t, c, now_ns);
	}
}

uint64_t conns_next_ns(const struct conns *t)
{
	const struct deadline_heap_node *first = deadline_heap_first(&t->due);

	return first ? first->deadline_ns : 0;
}

void conns_end(struct conns *t, uint64_t now_ns)
{
	struct conn *c, *next;

	while ((c = first_due(t, UINT64_MAX)))
		tell(t, c, now_ns);
	for (c = t->head; c; c = next) {
		next = c->next;
		if (story_is_closing(&c->story))
			tell(t, c, now_ns);
	}
}

struct conns_counts conns_counts(const struct conns *t)
{
	return t->counts;
}
