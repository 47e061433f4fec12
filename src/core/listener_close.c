/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "listener_close.h"

void event_order_add_listener(struct closed_listeners *l, const struct event *e)
{
	if (!(e->task_flags & TASKF_VALID))
		return;
	l->closed[l->next++ % CLOSED_LISTENERS] =
		(struct closed_listener){ e->netns, e->tid, e->local_port };
}

/* Did the task of this event just close a listener on the connection's port? */
static bool has_closed_its_listener(const struct closed_listeners *l, const struct event *e)
{
	for (unsigned i = 0; i < CLOSED_LISTENERS; i++) {
		const struct closed_listener *c = &l->closed[i];

		if (c->tid && c->tid == e->tid && c->netns == e->netns && c->port == e->local_port)
			return true;
	}
	return false;
}

static bool is_unaccepted(const struct event *e)
{
	return e->kind == EVENT_STATE && e->new_state == STATE_CLOSE && e->task_flags & TASKF_VALID &&
	       e->sock_flags & SOCKF_NO_SOCKET &&
	       !(e->sock_flags & (SOCKF_OWNED | SOCKF_DEAD));
}

bool event_order_is_bystander(const struct closed_listeners *l, const struct event *e)
{
	return is_unaccepted(e) && !has_closed_its_listener(l, e);
}
