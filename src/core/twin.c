/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "twin.h"

#include "hash.h"

/* Was our FIN sent? A queued FIN has the last number before write_seq. */
static bool is_fin_sent(const struct event *e)
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

bool twin_key_from_event(struct twin_key *k, const struct event *e)
{
	if ((e->kind != EVENT_STATE && e->kind != EVENT_SOCKET) || e->old_state == STATE_TIME_WAIT)
		return false;
	if (e->old_state == STATE_SYN_SENT && e->new_state != STATE_ESTABLISHED)
		return false;	/* the peer has sent nothing yet */
	k->iss = e->snd_nxt - (uint32_t)e->bytes_sent - 1 - is_fin_sent(e);
	k->irs = e->rcv_nxt - (uint32_t)e->bytes_received - 1;
	return true;
}

uint32_t twin_hash(const struct twin_key *k, uint64_t seed)
{
	uint64_t both = (uint64_t)(k->iss ^ k->irs) << 32 | (uint32_t)(k->iss + k->irs);

	return (uint32_t)hash_fmix64(both ^ seed);
}

bool twin_has_sent_reset(const struct story *twin)
{
	if (twin->reset.sent)
		return true;
	for (unsigned i = 0; i < twin->nr_calls; i++)
		if (twin->calls[i].effect == EFFECT_RESET)
			return true;
	return false;
}

enum twin_reset twin_find_reset(const struct story *s, const struct story *twin,
				const struct twin_view *view)
{
	bool was_alive = s->progress != CLOSE_NOT_YET &&
			 (twin->progress == CLOSE_NOT_YET || twin->end_ns >= s->end_ns);

	if (twin_has_sent_reset(twin))
		return TWIN_RESET_SENT;
	if (!view->resets || view->other_clock)
		return TWIN_RESET_UNKNOWN;
	if (was_alive || twin->reset.received)
		return TWIN_RESET_NOT_SENT;
	if (s->progress != CLOSE_NOT_YET && twin->progress == CLOSE_MINISOCK &&
	    view->minisock_resets)
		return TWIN_RESET_NOT_SENT;
	return TWIN_RESET_UNKNOWN;
}
