/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "story_private.h"

#include "time_units.h"

uint32_t story_data_unread(const struct event *e)
{
	int32_t n = (int32_t)(e->rcv_nxt - e->copied_seq);

	if (e->sock_flags & SOCKF_DONE && n > 0)
		n--;
	return n > 0 ? (uint32_t)n : 0;
}

uint32_t story_data_seqs(uint32_t from, uint32_t to)
{
	int32_t n = (int32_t)(to - from);

	return n > 0 ? (uint32_t)n : 0;
}

void story_data_set_queues(struct story *s, const struct event *e)
{
	if (s->queues.known)
		return;
	s->queues.known = true;
	if (e->old_state == STATE_SYN_SENT)
		return;		/* only a SYN was sent */
	s->queues.unread = story_data_unread(e);
	s->queues.unacked = story_data_seqs(e->snd_una, e->snd_nxt);
	s->queues.unsent = story_data_seqs(e->snd_nxt, e->write_seq);
	s->queues.window_closed = story_data_seqs(e->snd_una, e->snd_nxt) >= e->snd_wnd;
}

/* The number of the SYN or FIN that is sent, or queued, and not acknowledged: 1, else 0. */
static uint32_t count_flags_unacked(const struct event *e)
{
	switch (e->old_state) {
	case STATE_SYN_SENT:
	case STATE_SYN_RECV:
	case STATE_FIN_WAIT1:
	case STATE_CLOSING:
	case STATE_LAST_ACK:
		return e->snd_una != e->write_seq;
	default:
		return 0;
	}
}

/* A SYN goes before the data, a FIN behind it. */
static void set_unsent_and_unacked(struct story *s, const struct event *e)
{
	uint32_t unsent = story_data_seqs(e->snd_nxt, e->write_seq);
	uint32_t unacked = story_data_seqs(e->snd_una, e->snd_nxt);
	uint32_t flags = count_flags_unacked(e);

	if (unsent && e->old_state != STATE_SYN_SENT && e->old_state != STATE_SYN_RECV)
		unsent -= flags;
	else
		unacked -= unacked ? flags : 0;
	s->data_lost.unsent = unsent;
	s->data_lost.unacked = unacked;
}

void story_data_set_close(struct story *s, const struct event *e, bool released)
{
	if (e->sock_flags & SOCKF_REPAIR) {	/* the data was saved first */
		s->data_lost.known = true;
		return;
	}
	set_unsent_and_unacked(s, e);
	s->data_lost.unread = released ? story_data_unread(e) : 0;
	s->data_lost.known = released || !story_data_unread(e);
}

void story_data_set_release(struct story *s, const struct event *e)
{
	if (s->progress == CLOSE_NOT_YET || s->data_lost.known)
		return;
	s->data_lost.unread = story_data_unread(e);
	s->data_lost.known = true;
}

void story_data_set_idle(struct story *s, const struct event *e)
{
	bool has_fin = e->sock_flags & SOCKF_DONE;

	if (!(e->flags & EVENTF_IDLE) || s->idle.sent_known || s->idle.received_known)
		return;
	s->idle = (struct idle){ .sent_known = e->bytes_sent,
				 .received_known = e->bytes_received > has_fin,
				 .sent_ns = e->idle_sent_ms * NS_PER_MS,
				 .received_ns = e->idle_received_ms * NS_PER_MS };
}
