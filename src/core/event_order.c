/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_order.h"

#include <stddef.h>
#include <string.h>

#include "time_units.h"

#define CALL_BEFORE_CHANGE_NS NS_PER_S	/* the task may have been preempted in between */

static void add_listener(struct event_order *o, const struct event *e)
{
	if (!(e->task_flags & TASKF_VALID))
		return;
	o->closed_listeners[o->next_listener++ % CLOSED_LISTENERS] =
		(struct closed_listener){ e->netns, e->tid, e->local_port };
}

/* Did the task of this event just close a listener on the connection's port? */
static bool has_closed_its_listener(const struct event_order *o, const struct event *e)
{
	for (unsigned i = 0; i < CLOSED_LISTENERS; i++) {
		const struct closed_listener *c = &o->closed_listeners[i];

		if (c->tid && c->tid == e->tid && c->netns == e->netns && c->port == e->local_port)
			return true;
	}
	return false;
}

static bool is_unaccepted(const struct event *e)
{
	return e->kind == EVENT_STATE && e->new_state == STATE_CLOSE &&
	       e->task_flags & TASKF_VALID && e->sock_flags & SOCKF_NO_SOCKET &&
	       !(e->sock_flags & (SOCKF_OWNED | SOCKF_DEAD));
}

static const struct event *remove_bystander(struct event_order *o, const struct event *e)
{
	if (!is_unaccepted(e) || has_closed_its_listener(o, e))
		return e;
	o->anonymous = *e;
	o->anonymous.task_flags = 0;
	return &o->anonymous;
}

/*
 * Is this call on an unknown socket early? A shutdown() in ESTABLISHED or CLOSE_WAIT is not: if it
 * had ended anything, the state change would have come first. It is the first event of a connection
 * that was opened before tracing. A close() may also be the last event of a connection whose story
 * was reported already; it is treated as early too.
 */
static bool is_early_call(const struct event *e)
{
	return e->kind == EVENT_CALL &&
	       (e->syscall != SYSCALL_SHUTDOWN ||
		(e->old_state != STATE_ESTABLISHED && e->old_state != STATE_CLOSE_WAIT));
}

/* Are both about the same connection? A socket in SYN_SENT has no cookie yet. */
static bool is_same_connection(const struct event *call, const struct event *change)
{
	if (call->cookie && change->cookie)
		return call->cookie == change->cookie;
	return call->netns == change->netns && call->local_port == change->local_port &&
	       call->peer_port == change->peer_port &&
	       !memcmp(call->local_addr, change->local_addr, sizeof(call->local_addr)) &&
	       !memcmp(call->peer_addr, change->peer_addr, sizeof(call->peer_addr));
}

static bool is_call_of_change(const struct event *call, const struct event *change)
{
	uint64_t end_ns = call->ts_ns + call->call_ns;

	return call->kind == EVENT_CALL && call->sk_key == change->sk_key &&
	       call->tid == change->tid && end_ns <= change->ts_ns &&
	       change->ts_ns - end_ns < CALL_BEFORE_CHANGE_NS && is_same_connection(call, change);
}

/*
 * Take out the early call that made this change; NULL if there is none. Rare: inlined, it would
 * cost 10 instructions per event.
 */
static __attribute__((noinline)) const struct event *
take_early_call(struct event_order *o, const struct event *change)
{
	for (unsigned i = 0; i < EARLY_CALLS; i++) {
		struct event *call = &o->early_calls[i];

		if (!is_call_of_change(call, change))
			continue;
		o->call = *call;
		call->kind = 0;
		return &o->call;
	}
	return NULL;
}

static bool is_recent_close(const struct event_order *o, const struct event *e)
{
	if (!e->cookie)
		return false;
	for (unsigned i = 0; i < RECENT_CLOSES; i++) {
		const struct recent_close *c = &o->recent_closes[i];

		if (c->cookie == e->cookie && c->sk_key == e->sk_key &&
		    c->old_state == e->old_state && c->new_state == e->new_state)
			return true;
	}
	return false;
}

static bool is_last_change(const struct story *s, const struct event *e)
{
	return s->progress == CLOSE_NOT_YET && story_is_last_change(s, e);
}

/* No socket makes the same change twice in a row, unless the old and new state are equal. */
static bool is_repeated(const struct story *s, const struct event *e)
{
	return e->kind == EVENT_STATE && e->old_state != e->new_state && is_last_change(s, e);
}

static void note_scanned(struct event_order *o, const struct event *e)
{
	if (e->old_state == STATE_TIME_WAIT && o->scanned_until_ns < e->ts_ns + e->left_ns)
		o->scanned_until_ns = e->ts_ns + e->left_ns;
}

/* Keep an early event of an unknown socket, drop a copy. Returns false if it is neither. */
static bool hold_back(struct event_order *o, const struct event *e)
{
	if (is_early_call(e)) {
		o->early_calls[o->next_call++ % EARLY_CALLS] = *e;
		return true;
	}
	if (e->kind == EVENT_SOCKET)
		note_scanned(o, e);
	return e->kind == EVENT_STATE && is_recent_close(o, e);
}

unsigned event_order_feed(struct event_order *o, const struct event *e, const struct story *known,
			  const struct event *out[EVENT_ORDER_OUT])
{
	unsigned n = 0;

	if (e->kind == EVENT_STATE && e->old_state == STATE_LISTEN) {
		add_listener(o, e);
		return 0;
	}
	if (known ? is_repeated(known, e) : hold_back(o, e))
		return 0;
	e = remove_bystander(o, e);
	if (e->kind == EVENT_STATE && e->task_flags & TASKF_VALID &&
	    (!known || story_is_new(known))) {
		out[n] = take_early_call(o, e);
		n += !!out[n];
	}
	out[n++] = e;
	return n;
}

bool event_order_is_last_change(const struct story *s, const struct event *e)
{
	return e->cookie && s->cookie == e->cookie && is_last_change(s, e);
}

bool event_order_may_be_scanned(const struct event_order *o, const struct event *e)
{
	return e->ts_ns <= o->scanned_until_ns;
}

void event_order_add_close(struct event_order *o, const struct story *s)
{
	o->recent_closes[o->next_close++ % RECENT_CLOSES] =
		(struct recent_close){ s->sk_key, s->cookie, s->last_old, s->last_new };
}
