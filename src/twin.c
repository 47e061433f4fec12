/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "twin.h"

#include <stdlib.h>

#define BUCKETS_MIN 1024
#define LOOKED_AT 64

/* The same for both ends: the two numbers count without their order. */
static size_t bucket_of(const struct twins *t, const struct twin_node *n)
{
	uint64_t h = (uint64_t)(n->iss ^ n->irs) << 32 | (uint32_t)(n->iss + n->irs);

	return (h * 0x9e3779b97f4a7c15ULL >> 32) & (t->buckets - 1);
}

static void link_node(struct twins *t, struct twin_node *n)
{
	struct twin_node **p = &t->bucket[bucket_of(t, n)];

	n->next = *p;
	n->at = p;
	if (*p)
		(*p)->at = &n->next;
	*p = n;
}

/* Room for one more, about one per bucket. Out of memory: longer chains, or false if none. */
static bool grow(struct twins *t)
{
	size_t old = t->buckets;
	struct twin_node **was = t->bucket, **bucket;

	if (t->len < old)
		return true;
	bucket = calloc(old ? old * 2 : BUCKETS_MIN, sizeof(struct twin_node *));
	if (!bucket)
		return old;
	t->bucket = bucket;
	t->buckets = old ? old * 2 : BUCKETS_MIN;
	for (size_t i = 0; i < old; i++) {
		for (struct twin_node *n = was[i], *next; n; n = next) {
			next = n->next;
			link_node(t, n);
		}
	}
	free(was);
	return true;
}

/* Is our FIN among the numbers that have been sent? It is the last of them, if it was queued. */
static bool fin_was_sent(const struct event *e)
{
	switch (e->old_state) {
	case STATE_FIN_WAIT1:
	case STATE_FIN_WAIT2:
	case STATE_CLOSING:
	case STATE_LAST_ACK:
		return e->snd_nxt == e->write_seq;
	default:
		return false;
	}
}

void twins_release(struct twins *t)
{
	free(t->bucket);
	*t = (struct twins){ 0 };
}

void twins_learn(struct twins *t, struct twin_node *n, const struct event *e)
{
	if (n->known || (e->kind != EVENT_STATE && e->kind != EVENT_SOCKET) ||
	    e->old_state == STATE_TIME_WAIT)
		return;
	if (e->old_state == STATE_SYN_SENT && e->new_state != STATE_ESTABLISHED)
		return;		/* the peer has said nothing yet */
	if (!grow(t))
		return;
	n->iss = e->snd_nxt - (uint32_t)e->bytes_sent - 1 - fin_was_sent(e);
	n->irs = e->rcv_nxt - (uint32_t)e->bytes_received - 1;
	n->known = true;
	link_node(t, n);
	t->len++;
}

void twins_remove(struct twins *t, struct twin_node *n)
{
	if (!n->known)
		return;
	*n->at = n->next;
	if (n->next)
		n->next->at = n->at;
	n->known = false;
	t->len--;
}

struct twin_node *twins_find(const struct twins *t, const struct twin_node *n)
{
	struct twin_node *c = n->known ? t->bucket[bucket_of(t, n)] : NULL;

	for (unsigned i = 0; c && i < LOOKED_AT; i++, c = c->next)
		if (c != n && c->iss == n->irs && c->irs == n->iss)
			return c;
	return NULL;
}
