/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_advice.h"

static bool has_sock_flag(const struct stuck_socket *g, unsigned bits)
{
	return g->sock_flags & bits;
}

/*
 * The TCP sockets of MPTCP are made by the kernel (sk_kern_sock), as are those that a plain client
 * leaves in the queue of an MPTCP listener: neither is the kernel's own.
 */
enum owner stuck_owner(const struct stuck_socket *g)
{
	if (g->orphan)
		return OWNER_NOBODY;
	if (g->nr_holders)
		return OWNER_PROCESS;
	if (has_sock_flag(g, SOCKF_NO_SOCKET))
		return OWNER_LISTENER;
	return has_sock_flag(g, SOCKF_KERNEL) && !has_sock_flag(g, SOCKF_MPTCP) ?
		       OWNER_KERNEL : OWNER_UNKNOWN;
}

/* CLOSE_WAIT: the peer has closed, our program has not. */
static enum advice advise_close_wait(const struct stuck_socket *g)
{
	switch (stuck_owner(g)) {
	case OWNER_LISTENER:
		return ADVICE_NOT_ACCEPTED;
	case OWNER_KERNEL:
		return ADVICE_KERNEL_SOCKET;
	case OWNER_PROCESS:
		break;
	default:
		return ADVICE_NO_HOLDER;
	}
	if (has_sock_flag(g, SOCKF_MPTCP))
		return g->mptcp_unread ? ADVICE_UNREAD_DATA : ADVICE_FORGOT_CLOSE;
	if (g->eof_read == TRI_YES)
		return ADVICE_FORGOT_CLOSE;
	return g->unread ? ADVICE_UNREAD_DATA : ADVICE_NOT_LOOKING;
}

/*
 * Our FIN was sent, or is queued. A segment that this host drops itself does not count as sent: the
 * kernel retries it with the timer for window probes.
 */
static enum advice advise_fin_sent(const struct stuck_socket *g)
{
	if (g->unsent && g->unacked >= g->snd_wnd)
		return ADVICE_ZERO_WINDOW;
	if (g->unacked && g->retransmits)
		return ADVICE_NO_ACK;
	return g->unsent && !g->unacked && g->probes ? ADVICE_NOT_SENT : ADVICE_SETTLING;
}

enum advice stuck_advice(const struct stuck_socket *g)
{
	switch (g->state) {
	case STATE_ESTABLISHED:
		return stuck_owner(g) == OWNER_LISTENER ? ADVICE_NOT_ACCEPTED : ADVICE_OPEN;
	case STATE_CLOSE_WAIT:
		return advise_close_wait(g);
	case STATE_FIN_WAIT2:
		return g->orphan ? ADVICE_EXPIRES : ADVICE_PEER_HOLDS;
	default:
		return advise_fin_sent(g);
	}
}

enum urgency stuck_urgency(unsigned advice)
{
	if (advice <= ADVICE_NOT_SENT)
		return URGENCY_LOCAL;
	if (advice <= ADVICE_OPEN)
		return URGENCY_REMOTE;
	return advice == ADVICE_RELAYING ? URGENCY_RELAY : URGENCY_NONE;
}
