/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "close_facts.h"

bool close_silence(const struct story *s, uint64_t *ns)
{
	const struct idle *i = &s->idle;

	if (i->sent_known && (!i->received_known || i->sent_ns <= i->received_ns))
		*ns = i->sent_ns;
	else
		*ns = i->received_ns;
	return i->sent_known || i->received_known;
}

bool close_age(const struct story *s, const struct verdict *v, uint64_t *ns)
{
	*ns = v->settled_ns - s->established_ns;
	return s->established_ns && v->settled_ns >= s->established_ns;
}

bool close_lost_data(const struct story *s)
{
	const struct data_lost *d = &s->data_lost;

	return d->known && (d->unread || d->unsent || d->unacked);
}

bool close_left_time_wait(const struct story *s)
{
	return s->nr_states && s->states[s->nr_states - 1] == STATE_TIME_WAIT &&
	       !s->at_close.tw_full;
}

const struct socket_call *close_ended_by(const struct verdict *v)
{
	if (v->ending == ENDING_RESET_SENT && v->reset_by)
		return v->reset_by;
	return v->trigger;
}

const struct socket_call *close_actor(const struct story *s, const struct verdict *v)
{
	const struct socket_call *a = close_ended_by(v);

	return a || !s->nr_calls ? a : &s->calls[s->nr_calls - 1];
}
