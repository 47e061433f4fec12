/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "listener_close.h"

void listeners_note(struct listeners *l, const struct event *e)
{
	if (!(e->task & EVENT_TASK_HERE))
		return;
	l->closed[l->at++ % CLOSED_LISTENERS] =
		(struct closed_listener){ e->netns, e->tid, e->local_port };
}

/* Did the task of this event just close a listener on the connection's port? */
static bool closed_its_listener(const struct listeners *l, const struct event *e)
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
	return e->kind == EVENT_STATE && e->new_state == STATE_CLOSE && e->task & EVENT_TASK_HERE &&
	       e->sock & EVENT_SOCK_NO_SOCKET &&
	       !(e->sock & (EVENT_SOCK_OWNED | EVENT_SOCK_DEAD));
}

bool listeners_clear(const struct listeners *l, const struct event *e)
{
	return is_unaccepted(e) && !closed_its_listener(l, e);
}
