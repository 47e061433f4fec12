/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_advice.h"

static bool has(const struct hang *g, unsigned bits)
{
	return g->sock & bits;
}

enum owner hang_owner(const struct hang *g)
{
	if (g->orphan)
		return OWNER_NOBODY;
	if (g->nr_holders)
		return OWNER_PROCESS;
	if (has(g, EVENT_SOCK_KERNEL))
		return OWNER_KERNEL;
	return has(g, EVENT_SOCK_NO_SOCKET) ? OWNER_LISTENER : OWNER_UNKNOWN;
}

/* The peer has closed, our program has not. */
static enum advice advice_of_close_wait(const struct hang *g)
{
	switch (hang_owner(g)) {
	case OWNER_LISTENER:
		return ADVICE_NOT_ACCEPTED;
	case OWNER_KERNEL:
		return ADVICE_KERNEL_SOCKET;
	case OWNER_PROCESS:
		break;
	default:
		return ADVICE_NO_HOLDER;
	}
	if (g->eof_read == KNOWN_YES)
		return ADVICE_FORGOT_CLOSE;
	return g->unread ? ADVICE_UNREAD_DATA : ADVICE_NOT_LOOKING;
}

/*
 * Our FIN is out, or wants to be. A segment that this host drops itself does not count as sent; the
 * kernel then tries again by the timer of window probes.
 */
static enum advice advice_of_fin(const struct hang *g)
{
	if (g->unsent && g->unacked >= g->snd_wnd)
		return ADVICE_ZERO_WINDOW;
	if (g->unacked && g->retransmits)
		return ADVICE_NO_ACK;
	return g->unsent && !g->unacked && g->probes ? ADVICE_NOT_SENT : ADVICE_SETTLING;
}

enum advice hang_advice(const struct hang *g)
{
	switch (g->state) {
	case STATE_CLOSE_WAIT:
		return advice_of_close_wait(g);
	case STATE_FIN_WAIT2:
		return g->orphan ? ADVICE_EXPIRES : ADVICE_PEER_HOLDS;
	default:
		return advice_of_fin(g);
	}
}
