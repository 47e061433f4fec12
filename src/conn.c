/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "conn.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "echo.h"
#include "heap.h"

#define BUCKETS_MIN 1024
#define SLOP_NS (100ULL * 1000000)	/* a late timer of the kernel, besides an eighth */

#define CLOSED_LISTENERS 16

struct conn {
	struct story story;
	struct conn *sk_next, *flow_next;	/* in the buckets */
	struct conn *prev, *next;		/* among the active */
	struct heap_node due;			/* else among those with a deadline */
	struct conn *twin;
	bool unsettled;
};

/* A listener that was closed while connections waited in its queue. */
struct closed_listener {
	uint32_t netns, tid;
	uint16_t port;
};

struct conns {
	struct conns_config config;
	struct closed_listener closed[CLOSED_LISTENERS];	/* the latest, in a ring */
	unsigned closed_at;
	bool lossy;
	struct echo echo;
	struct conns_counts counts;
	struct conn **by_sk, **by_flow;
	unsigned long buckets;			/* a power of two */
	struct conn *head, *tail;		/* active, by last event: the next may come any time */
	struct heap due;			/* over, or left to a minisock: told at a deadline */
};

/* Finalizer of MurmurHash3: every input bit reaches every output bit. */
static uint64_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

static unsigned long sk_bucket(const struct conns *t, uint64_t sk)
{
	return mix(sk) & (t->buckets - 1);
}

static unsigned long flow_bucket(const struct conns *t, const struct flow *w)
{
	uint64_t words[sizeof(*w) / 8 + 1] = { 0 };
	uint64_t h = t->config.seed;

	memcpy(words, w, sizeof(*w));
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		h = mix(h ^ words[i]) + t->config.seed;
	return h & (t->buckets - 1);
}

static struct conn *conn_of(struct heap_node *due)
{
	return (struct conn *)((char *)due - offsetof(struct conn, due));
}

/* Takes it out of the list or the heap, whichever it is in. */
static void unqueue(struct conns *t, struct conn *c)
{
	if (c->due.at) {
		heap_remove(&t->due, &c->due);
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
	if (!heap_add(&t->due, &c->due))
		queue_active(t, c);
}

static void index_add(struct conns *t, struct conn *c)
{
	struct conn **sk = &t->by_sk[sk_bucket(t, c->story.sk)];
	struct conn **flow = &t->by_flow[flow_bucket(t, &c->story.flow)];

	c->sk_next = *sk;
	*sk = c;
	c->flow_next = *flow;
	*flow = c;
}

static void index_remove(struct conns *t, struct conn *c)
{
	struct conn **p = &t->by_sk[sk_bucket(t, c->story.sk)];

	while (*p != c)
		p = &(*p)->sk_next;
	*p = c->sk_next;
	p = &t->by_flow[flow_bucket(t, &c->story.flow)];
	while (*p != c)
		p = &(*p)->flow_next;
	*p = c->flow_next;
}

/* Doubles the buckets once there are as many endpoints. Out of memory: the chains grow instead. */
static void index_grow(struct conns *t)
{
	unsigned long n = t->buckets * 2;
	struct conn **by_sk, **by_flow;

	if (t->counts.open < t->buckets)
		return;
	by_sk = calloc(n, sizeof(*by_sk));
	by_flow = calloc(n, sizeof(*by_flow));
	if (!by_sk || !by_flow) {
		free(by_sk);
		free(by_flow);
		return;
	}
	free(t->by_sk);
	free(t->by_flow);
	t->by_sk = by_sk;
	t->by_flow = by_flow;
	t->buckets = n;
	for (size_t i = 0; i < t->due.len; i++)
		index_add(t, conn_of(t->due.nodes[i]));
	for (struct conn *c = t->head; c; c = c->next)	/* the active ones in front */
		index_add(t, c);
}

static bool same_cookie(uint64_t a, uint64_t b)
{
	return !a || !b || a == b;
}

static struct conn *find_sk(const struct conns *t, uint64_t sk, uint64_t cookie)
{
	struct conn *c = t->by_sk[sk_bucket(t, sk)];

	while (c && (c->story.sk != sk || !same_cookie(c->story.cookie, cookie)))
		c = c->sk_next;
	return c;
}

static struct conn *find_flow(const struct conns *t, const struct flow *w, uint64_t cookie)
{
	struct conn *c = t->by_flow[flow_bucket(t, w)];

	while (c && (memcmp(&c->story.flow, w, sizeof(*w)) ||
		     !same_cookie(c->story.cookie, cookie)))
		c = c->flow_next;
	return c;
}

static struct flow event_flow(const struct event *e)
{
	struct flow w = { .netns = e->netns, .local_port = e->local_port,
			  .peer_port = e->peer_port, .family = e->family };

	memcpy(w.local_addr, e->local_addr, sizeof(w.local_addr));
	memcpy(w.peer_addr, e->peer_addr, sizeof(w.peer_addr));
	return w;
}

/* What a story may say of its twin: who it is, and who ended it as far as is known by now. */
static void describe_twin(struct story *s, const struct story *twin)
{
	const struct act *a = story_trigger(twin);

	s->has_twin = true;
	s->twin_cookie = twin->cookie;
	if (a) {
		s->twin_pid = a->pid;
		memcpy(s->twin_comm, a->comm, sizeof(s->twin_comm));
	}
}

/* Over loopback, or between two of the host's addresses, the other end is in the table too. */
static void find_twin(struct conns *t, struct conn *c)
{
	const struct flow *w = &c->story.flow;
	struct flow other = *w;
	struct conn *twin;

	memcpy(other.local_addr, w->peer_addr, sizeof(other.local_addr));
	memcpy(other.peer_addr, w->local_addr, sizeof(other.peer_addr));
	other.local_port = w->peer_port;
	other.peer_port = w->local_port;
	twin = find_flow(t, &other, 0);
	if (!twin || twin == c || twin->twin)
		return;
	c->twin = twin;
	twin->twin = c;
}

static void free_conn(struct conn *c)
{
	story_release(&c->story);
	free(c);
}

static void forget(struct conns *t, struct conn *c)
{
	if (c->twin) {
		describe_twin(&c->twin->story, &c->story);
		c->twin->twin = NULL;
	}
	unqueue(t, c);
	index_remove(t, c);
	t->counts.open--;
	t->counts.unsettled -= c->unsettled;
	free_conn(c);
}

static void tell(struct conns *t, struct conn *c, uint64_t now_ns)
{
	if (c->twin)
		describe_twin(&c->story, &c->twin->story);
	t->counts.told++;
	t->config.tell(t->config.arg, &c->story, now_ns);
	echo_note(&t->echo, &c->story);
	forget(t, c);
}

static void evict_oldest(struct conns *t)
{
	struct conn *c = t->head ? t->head : conn_of(heap_first(&t->due));

	t->counts.evicted++;
	forget(t, c);
}

static struct conn *add(struct conns *t, const struct event *e)
{
	struct conn *c;

	t->counts.seen++;
	if (t->counts.open >= t->config.max_open)
		evict_oldest(t);
	c = calloc(1, sizeof(*c));
	if (!c) {
		t->counts.evicted++;
		return NULL;
	}
	story_init(&c->story, e);
	t->counts.open++;
	queue_active(t, c);
	index_add(t, c);
	index_grow(t);
	find_twin(t, c);
	return c;
}

/*
 * The key of a socket that we never saw end now names another one: that end was lost. What is over,
 * or lives on as a minisock, may well share its key with the next.
 */
static void drop_namesakes(struct conns *t, const struct event *e)
{
	struct conn *c = t->by_sk[sk_bucket(t, e->sk)], *next;

	for (; c; c = next) {
		next = c->sk_next;
		if (c->story.sk != e->sk || c->due.at)
			continue;
		t->counts.end_missed++;
		forget(t, c);
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

static struct conn *find(struct conns *t, const struct event *e)
{
	struct flow w;
	struct conn *c;

	if (e->old_state == STATE_TIME_WAIT) {	/* the minisock that took the socket's place */
		w = event_flow(e);
		return find_flow(t, &w, e->cookie);
	}
	c = find_sk(t, e->sk, e->cookie);
	if (!c && is_shutdown_of_unknown(e))
		return add(t, e);
	if (e->kind != EVENT_STATE)
		return c;
	if (c && e->new_state == STATE_ESTABLISHED && c->story.nr_states &&
	    !echo_is_last(&c->story, e))
		c = NULL;	/* without cookies: the key's next owner */
	if (c || echo_is_known(&t->echo, e))
		return c;
	drop_namesakes(t, e);
	return add(t, e);
}

/* How long a story that is over waits for what may still belong to it. */
static uint64_t settle_ns(const struct conns *t, const struct story *s)
{
	return s->end_ns + (t->config.calls && story_awaits_call(s) ? SETTLE_CALL_NS : SETTLE_NS);
}

/* Puts the endpoint where it belongs after an event. */
static void place(struct conns *t, struct conn *c, const struct event *e)
{
	const struct story *s = &c->story;
	bool unsettled = story_is_closing(s) && !story_is_over(s);

	t->counts.unsettled += unsettled - c->unsettled;
	c->unsettled = unsettled;
	if (s->end == END_NOT_YET) {
		unqueue(t, c);
		queue_active(t, c);
	} else if (s->end == END_MINISOCK && t->config.late) {
		if (!c->due.at)
			queue_due(t, c, s->expires_ns + (s->expires_ns - s->end_ns) / 8 + SLOP_NS);
	} else if (story_is_clear(s) && !(t->config.calls && story_awaits_call(s))) {
		tell(t, c, e->ts_ns);
	} else if (!c->due.at || c->due.deadline_ns > settle_ns(t, s)) {
		queue_due(t, c, settle_ns(t, s));
		c->story.unwatched = s->end == END_MINISOCK;
	}
}

struct conns *conns_new(const struct conns_config *config)
{
	struct conns *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->config = *config;
	t->buckets = BUCKETS_MIN;
	t->by_sk = calloc(t->buckets, sizeof(*t->by_sk));
	t->by_flow = calloc(t->buckets, sizeof(*t->by_flow));
	if (!t->by_sk || !t->by_flow) {
		conns_free(t);
		return NULL;
	}
	return t;
}

void conns_free(struct conns *t)
{
	if (!t)
		return;
	for (struct conn *c = t->head, *next; c; c = next) {
		next = c->next;
		free_conn(c);
	}
	for (size_t i = 0; i < t->due.len; i++)
		free_conn(conn_of(t->due.nodes[i]));
	heap_release(&t->due);
	free(t->by_sk);
	free(t->by_flow);
	free(t);
}

static void note_listener(struct conns *t, const struct event *e)
{
	if (!(e->task & EVENT_TASK_HERE))
		return;
	t->closed[t->closed_at++ % CLOSED_LISTENERS] =
		(struct closed_listener){ e->netns, e->tid, e->local_port };
}

/* Did the task of this event just close a listener on the connection's port? */
static bool closed_its_listener(const struct conns *t, const struct event *e)
{
	for (unsigned i = 0; i < CLOSED_LISTENERS; i++) {
		const struct closed_listener *l = &t->closed[i];

		if (l->tid && l->tid == e->tid && l->netns == e->netns && l->port == e->local_port)
			return true;
	}
	return false;
}

/*
 * A connection that nobody accepted ends in its listener's close, or else in some bystander's
 * softirq.
 */
static bool is_unaccepted(const struct event *e)
{
	return e->kind == EVENT_STATE && e->new_state == STATE_CLOSE && e->task & EVENT_TASK_HERE &&
	       e->sock & EVENT_SOCK_NO_SOCKET &&
	       !(e->sock & (EVENT_SOCK_OWNED | EVENT_SOCK_DEAD));
}

void conns_feed(struct conns *t, const struct event *e)
{
	struct event alone;
	struct conn *c;

	if (e->kind == EVENT_STATE && e->old_state == STATE_LISTEN) {
		note_listener(t, e);
		return;
	}
	c = find(t, e);
	if (!c)
		return;
	if (is_unaccepted(e) && !closed_its_listener(t, e)) {
		alone = *e;
		alone.task = 0;
		e = &alone;
	}
	story_feed(&c->story, e);
	place(t, c, e);
}

void conns_note_loss(struct conns *t)
{
	t->lossy = true;
}

/* The first of those whose deadline is not after now_ns; NULL none. */
static struct conn *first_due(struct conns *t, uint64_t now_ns)
{
	struct heap_node *first = heap_first(&t->due);

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
	const struct heap_node *first = heap_first(&t->due);

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
