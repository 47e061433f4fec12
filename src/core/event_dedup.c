/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_dedup.h"

void echo_note(struct echo *o, const struct story *s)
{
	o->last[o->at++ % ECHO_SOCKETS] = (struct echo_word){ s->sk, s->cookie, s->last_old,
							      s->last_new };
}

bool echo_is_known(const struct echo *o, const struct event *e)
{
	if (!e->cookie)
		return false;
	for (unsigned i = 0; i < ECHO_SOCKETS; i++) {
		const struct echo_word *w = &o->last[i];

		if (w->cookie == e->cookie && w->sk == e->sk && w->old_state == e->old_state &&
		    w->new_state == e->new_state)
			return true;
	}
	return false;
}

bool echo_is_last(const struct story *s, const struct event *e)
{
	return e->cookie && s->cookie == e->cookie && s->end == END_NOT_YET &&
	       s->last_old == e->old_state && s->last_new == e->new_state;
}
