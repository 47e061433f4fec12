/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "partitioner.h"

#include <stdlib.h>

#include "partition_hash.h"
#include "rate_meter.h"
#include "tracked_sockets.h"
#include "twin.h"

struct waiting_event {
	struct event event;
	uint32_t tag, next;
};

struct partitioner {
	struct partitioner_config config;
	unsigned partitions;
	bool has_hash_key;
	struct siphash_key hash_key;
	struct rate_meter meter;
	struct tracked_sockets sockets;
	struct pool events;
	struct socket_list waiting, held;	/* those whose events wait */
	struct partitioner_counts counts;
};

struct partitioner *partitioner_new(const struct partitioner_config *config)
{
	struct partitioner *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->config = *config;
	p->partitions = 1;
	p->meter.max = config->max_rate;
	p->events.size = sizeof(struct waiting_event);
	TAILQ_INIT(&p->waiting);
	TAILQ_INIT(&p->held);
	if (tracked_sockets_init(&p->sockets, config->seed))
		return p;
	partitioner_free(p);
	return NULL;
}

void partitioner_free(struct partitioner *p)
{
	if (!p)
		return;
	tracked_sockets_release(&p->sockets);
	pool_release(&p->events);
	free(p);
}

/* Is there a choice to make? */
static bool sorts_sockets(const struct partitioner *p)
{
	return p->has_hash_key && (p->partitions > 1 || p->config.max_rate);
}

static uint32_t partition_of_socket(const struct partitioner *p, const struct tracked_socket *s)
{
	return s->has_key ? partition_of(s->hash, p->partitions) : 0;
}

static bool is_queued(const struct tracked_socket *s)
{
	return s->nr_waiting;
}

static struct socket_list *list_of(struct partitioner *p, const struct tracked_socket *s)
{
	return s->stage == SOCKET_HELD ? &p->held : &p->waiting;
}

/* Empty the queue of a socket: pass its events on, or leave them out. */
static void empty_queue(struct partitioner *p, struct tracked_socket *s, bool passes)
{
	uint32_t partition = partition_of_socket(p, s);

	if (is_queued(s))
		TAILQ_REMOVE(list_of(p, s), s, queued);
	while (s->first) {
		uint32_t nr = s->first;
		struct waiting_event *w = pool_at(&p->events, nr);

		s->first = w->next;
		if (passes)
			p->config.put(p->config.arg, partition, &w->event, w->tag);
		else
			p->counts.left_out_events++;
		pool_free(&p->events, nr);
		p->counts.waiting--;
	}
	s->last = 0;
	s->nr_waiting = 0;
	s->stage = passes ? SOCKET_PASSES : SOCKET_LEFT_OUT;
}

static void pass_socket(struct partitioner *p, struct tracked_socket *s)
{
	empty_queue(p, s, true);
}

/* Pass on the socket whose events have waited longest: there is no room for more. */
static void pass_oldest(struct partitioner *p)
{
	struct tracked_socket *s = TAILQ_FIRST(&p->waiting) ?: TAILQ_FIRST(&p->held);

	if (!s)
		return;
	p->counts.overflowed++;
	pass_socket(p, s);
}

/* Returns false if out of memory. */
static bool queue_event(struct partitioner *p, struct tracked_socket *s, const struct event *e,
			uint32_t tag)
{
	struct waiting_event *w;
	uint32_t nr;

	nr = pool_alloc(&p->events);
	if (!nr)
		return false;
	w = pool_at(&p->events, nr);
	*w = (struct waiting_event){ .event = *e, .tag = tag };
	if (s->last)
		((struct waiting_event *)pool_at(&p->events, s->last))->next = nr;
	else
		s->first = nr;
	s->last = nr;
	if (!s->nr_waiting++)
		TAILQ_INSERT_TAIL(list_of(p, s), s, queued);
	p->counts.waiting++;
	return true;
}

/* Let an event wait with those of its socket, if there is room. */
static void wait_or_pass(struct partitioner *p, struct tracked_socket *s, const struct event *e,
			 uint32_t tag)
{
	if (p->counts.waiting >= p->config.max_waiting)
		pass_oldest(p);
	if (s->stage != SOCKET_PASSES && s->nr_waiting < PARTITIONER_WAIT_MAX &&
	    queue_event(p, s, e, tag))
		return;
	if (s->stage != SOCKET_PASSES)
		p->counts.overflowed++;
	pass_socket(p, s);
	p->config.put(p->config.arg, partition_of_socket(p, s), e, tag);
}

/* Forget a socket. Its events are passed on. */
static void remove_socket(struct partitioner *p, struct tracked_socket *s)
{
	if (is_queued(s))
		pass_socket(p, s);
	tracked_sockets_remove(&p->sockets, s);
}

/* NULL if out of memory. */
static struct tracked_socket *add_socket(struct partitioner *p, const struct event *e)
{
	if (p->sockets.nr >= p->config.max_sockets) {
		struct tracked_socket *oldest = TAILQ_FIRST(&p->sockets.recent);

		p->counts.evicted += !oldest->is_over;
		remove_socket(p, oldest);
	}
	return tracked_sockets_add(&p->sockets, e);
}

bool partitioner_is_for_all(const struct event *e)
{
	if (e->kind == EVENT_RESET_SENT && e->flags & EVENTF_NO_SOCKET)
		return true;
	return e->old_state == STATE_LISTEN;
}

/* May the socket of this event have another key: is it a minisock, or the call an old one? */
static bool may_be_of_flow(const struct event *e)
{
	return e->kind == EVENT_TIMEWAIT || e->kind == EVENT_RESET_SENT ||
	       e->old_state == STATE_TIME_WAIT || (e->kind == EVENT_CALL && e->cookie);
}

/* Did the socket's changes of state, if they were seen, come before this event? */
static bool comes_late(const struct event *e)
{
	return e->kind == EVENT_TIMEWAIT || e->kind == EVENT_HOLDER ||
	       e->old_state == STATE_TIME_WAIT ||
	       (e->kind == EVENT_RESET_SENT && e->old_state == STATE_SYN_RECV);
}

static struct tracked_socket *find_socket(struct partitioner *p, const struct event *e)
{
	struct tracked_socket *s = tracked_sockets_find_key(&p->sockets, e->sk_key), *other = NULL;

	if (s && tracked_socket_owns(s, e))
		return s;
	if (may_be_of_flow(e))
		other = tracked_sockets_find_flow(&p->sockets, e);
	if (s && !other) {	/* another socket has the key now */
		if (is_queued(s))
			pass_socket(p, s);
		tracked_sockets_drop_key(&p->sockets, s);
	}
	return other;
}

static bool begins_end(const struct event *e)
{
	switch (e->new_state) {
	case STATE_FIN_WAIT1:
	case STATE_FIN_WAIT2:
	case STATE_TIME_WAIT:
	case STATE_CLOSE:
	case STATE_CLOSE_WAIT:
	case STATE_LAST_ACK:
	case STATE_CLOSING:
		return true;
	default:
		return false;
	}
}

static void learn_key(struct partitioner *p, struct tracked_socket *s, const struct event *e)
{
	struct twin_key k;

	if (s->has_key || !twin_key_from_event(&k, e))
		return;
	s->hash = partition_hash(&p->hash_key, twin_key_unordered(&k));
	s->has_key = true;
}

/* The end of an endpoint begins: does the rate keep it? */
static bool is_kept(struct partitioner *p, const struct tracked_socket *s, const struct event *e)
{
	if (!p->config.max_rate || e->kind == EVENT_SOCKET)
		return true;
	rate_meter_count(&p->meter, e->ts_ns);
	return sampling_keeps(s->hash, rate_meter_share(&p->meter, e->ts_ns));
}

static void hold_socket(struct partitioner *p, struct tracked_socket *s, const struct event *e)
{
	if (is_queued(s))
		TAILQ_REMOVE(&p->waiting, s, queued);
	s->stage = SOCKET_HELD;
	s->held_until_ns = e->ts_ns + PARTITIONER_HOLD_NS;
	if (is_queued(s))
		TAILQ_INSERT_TAIL(&p->held, s, queued);
}

/* Has the socket of this event ended? */
static bool ends_socket(const struct event *e)
{
	return e->kind == EVENT_DESTROY || (e->kind == EVENT_STATE && e->new_state == STATE_CLOSE);
}

/* Decide about a socket that waits, with its next event. */
static void decide(struct partitioner *p, struct tracked_socket *s, const struct event *e)
{
	bool is_change = e->kind == EVENT_STATE || e->kind == EVENT_SOCKET;

	learn_key(p, s, e);
	if (s->has_key && (!p->config.max_rate || (is_change && begins_end(e)))) {
		if (is_kept(p, s, e))
			pass_socket(p, s);
		else
			hold_socket(p, s, e);
	} else if (ends_socket(e)) {
		p->counts.without_key += !s->has_key;
		pass_socket(p, s);
	}
}

static void feed_socket(struct partitioner *p, struct tracked_socket *s, const struct event *e,
			uint32_t tag)
{
	tracked_sockets_touch(&p->sockets, s);
	if (!s->cookie)
		s->cookie = e->cookie;
	if (s->stage == SOCKET_WAITS)
		decide(p, s, e);
	s->is_over |= ends_socket(e);
	if (s->stage == SOCKET_PASSES)
		p->config.put(p->config.arg, partition_of_socket(p, s), e, tag);
	else if (s->stage == SOCKET_LEFT_OUT)
		p->counts.left_out_events++;
	else
		wait_or_pass(p, s, e, tag);
}

void partitioner_feed(struct partitioner *p, const struct event *e, uint32_t tag)
{
	struct tracked_socket *s;

	if (partitioner_is_for_all(e)) {
		p->config.put(p->config.arg, p->partitions > 1 ? PARTITION_ALL : 0, e, tag);
		return;
	}
	s = sorts_sockets(p) ? find_socket(p, e) : NULL;
	if (!s && sorts_sockets(p) && !comes_late(e))
		s = add_socket(p, e);
	if (s)
		feed_socket(p, s, e, tag);
	else
		p->config.put(p->config.arg, 0, e, tag);
}

static struct tracked_socket *find_exactly(const struct partitioner *p, uint64_t sk_key,
					   uint64_t cookie)
{
	struct tracked_socket *s = NULL;

	if (sorts_sockets(p))
		s = tracked_sockets_find_key(&p->sockets, sk_key);
	return s && tracked_cookies_fit(s->cookie, cookie) ? s : NULL;
}

void partitioner_settle(struct partitioner *p, uint64_t sk_key, uint64_t cookie, bool clean)
{
	struct tracked_socket *s = find_exactly(p, sk_key, cookie);

	if (!s || s->stage != SOCKET_HELD)
		return;
	p->counts.left_out += clean;
	empty_queue(p, s, !clean);
}

bool partitioner_find(struct partitioner *p, uint64_t sk_key, uint64_t cookie, uint32_t *partition)
{
	struct tracked_socket *s = find_exactly(p, sk_key, cookie);

	*partition = 0;
	if (!s)
		return true;
	if (s->stage == SOCKET_LEFT_OUT)
		return false;
	if (s->stage != SOCKET_PASSES)
		pass_socket(p, s);
	*partition = partition_of_socket(p, s);
	return true;
}

void partitioner_advance(struct partitioner *p, uint64_t now_ns)
{
	struct tracked_socket *s;

	while ((s = TAILQ_FIRST(&p->held)) && s->held_until_ns <= now_ns)
		pass_socket(p, s);
}

uint64_t partitioner_next_ns(const struct partitioner *p)
{
	const struct tracked_socket *s = TAILQ_FIRST(&p->held);

	return s ? s->held_until_ns : 0;
}

void partitioner_flush(struct partitioner *p)
{
	struct tracked_socket *s;

	while ((s = TAILQ_FIRST(&p->waiting)))
		pass_socket(p, s);
	while ((s = TAILQ_FIRST(&p->held)))
		pass_socket(p, s);
}

void partitioner_set_partitions(struct partitioner *p, unsigned partitions,
				const struct siphash_key *hash_key)
{
	struct tracked_socket *s;

	partitioner_flush(p);
	while ((s = TAILQ_FIRST(&p->sockets.recent)))
		remove_socket(p, s);
	p->partitions = partitions;
	p->hash_key = *hash_key;
	p->has_hash_key = true;
}

uint32_t partitioner_rate(struct partitioner *p, uint64_t now_ns)
{
	if (!p->config.max_rate || !p->has_hash_key)
		return SAMPLING_ALL;
	return rate_meter_share(&p->meter, now_ns);
}

struct partitioner_counts partitioner_counts(const struct partitioner *p)
{
	return p->counts;
}
