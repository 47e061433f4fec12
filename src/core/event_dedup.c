/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_dedup.h"

void event_order_add_close(struct recent_closes *o, const struct story *s)
{
	o->last[o->next++ % RECENT_CLOSES] = (struct recent_close){ s->sk_key, s->cookie, s->last_old,
							      s->last_new };
}

bool event_order_is_recent_close(const struct recent_closes *o, const struct event *e)
{
	if (!e->cookie)
		return false;
	for (unsigned i = 0; i < RECENT_CLOSES; i++) {
		const struct recent_close *w = &o->last[i];

		if (w->cookie == e->cookie && w->sk_key == e->sk_key && w->old_state == e->old_state &&
		    w->new_state == e->new_state)
			return true;
	}
	return false;
}

bool event_order_is_last_change(const struct story *s, const struct event *e)
{
	return e->cookie && s->cookie == e->cookie && s->progress == CLOSE_NOT_YET &&
	       s->last_old == e->old_state && s->last_new == e->new_state;
}
