/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "endpoint_table_private.h"

#include <string.h>

#include "twin_exchange.h"

void endpoint_twin_describe(struct endpoint *c)
{
	const struct endpoint_table *t = c->twin->table;
	const struct story *twin = &c->twin->story;
	const struct twin_view view = { .resets = t->config.resets && !t->order.lossy,
					.minisock_resets = t->config.minisock_resets,
					.other_clock = t->config.clock != c->table->config.clock };
	const struct socket_call *a = story_trigger(twin);
	struct story *s = &c->story;

	if (!a && twin->nr_calls)
		a = &twin->calls[twin->nr_calls - 1];
	s->twin.known = true;
	s->twin.lost = false;
	s->twin.host = twin->host;
	s->twin.cookie = twin->cookie;
	s->twin.srtt_min_us = twin->srtt_min_us;
	if (s->reset.received || s->progress == CLOSE_NOT_YET)
		s->twin.reset = (uint8_t)twin_find_reset(s, twin, &view);
	if (a) {
		s->twin.pid = a->pid;
		memcpy(s->twin.comm, a->comm, sizeof(s->twin.comm));
		memcpy(s->twin.process, a->process, sizeof(s->twin.process));
	}
}

static bool is_restored_by(const struct event *e)
{
	return e->kind == EVENT_STATE && e->new_state == STATE_ESTABLISHED &&
	       e->sock_flags & SOCKF_REPAIR;
}

static struct endpoint *find_twin(struct endpoint_table *t, struct endpoint *c,
				  const struct event *e)
{
	const struct twin_key *isns;

	if (!c->story.restored && !is_restored_by(e))
		return endpoint_index_learn_twin(&t->index, c, e);
	if (!is_restored_by(e))
		return NULL;
	isns = repaired_find(&t->repaired, e);
	return isns ? endpoint_index_set_isns(&t->index, c, isns) : NULL;
}

void endpoint_twin_link(struct endpoint_table *t, struct endpoint *c, const struct event *e)
{
	struct endpoint *twin;

	if (c->story.isns_known)
		return;
	twin = find_twin(t, c, e);
	if (!twin && t->config.exchange && c->story.isns_known)
		twin = twin_exchange_add(t->config.exchange, c);
	if (!twin)
		return;
	c->twin = twin;
	twin->twin = c;
}

void endpoint_twin_unlink_repaired(struct endpoint_table *t, struct endpoint *c,
				   const struct event *e)
{
	if (!(e->sock_flags & SOCKF_REPAIR) || e->kind != EVENT_STATE ||
	    e->new_state != STATE_CLOSE || !c->story.isns_known)
		return;
	repaired_add(&t->repaired, e, &c->story.isns);
	if (!c->twin)
		return;
	endpoint_twin_describe(c);
	c->twin->twin = NULL;
	c->twin = NULL;
}

static void forget_endpoint(struct endpoint_table *t, struct endpoint *c)
{
	twin_exchange_remove(t->config.exchange, c);
	if (c->twin)
		c->twin->twin = NULL;
}

void endpoint_twin_leave(struct endpoint_table *t)
{
	struct endpoint *c;

	if (!t->config.exchange)
		return;
	for (c = TAILQ_FIRST(&t->active); c; c = TAILQ_NEXT(c, active))
		forget_endpoint(t, c);
	for (size_t i = 0; i < t->due.len; i++)
		forget_endpoint(t, get_due_endpoint(t->due.items[i].node));
}
