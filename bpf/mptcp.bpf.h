/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * MPTCP: a program holds a socket of its own protocol, above one TCP socket (subflow) per path. The
 * file leads to the MPTCP socket only; its list of subflows leads to the TCP sockets, and the ULP
 * data of a TCP socket leads back (net/mptcp/protocol.h).
 */
#pragma once

#include "sock.bpf.h"

#define IPPROTO_MPTCP 262
#define MPTCP_SUBFLOWS_MAX 16	/* visited per socket; the kernel's path manager stops at 8 */

/* The first subflow of an MPTCP socket, then the next; NULL after the last. Pointers untrusted. */
static __always_inline struct list_head *mptcp_first(const struct sock *msk)
{
	return BPF_CORE_READ((const struct mptcp_sock *)msk, conn_list.next);
}

static __always_inline struct sock *mptcp_subflow_at(const struct sock *msk,
						     const struct list_head *at)
{
	const struct mptcp_subflow_context *subflow;

	if (!at || at == &((const struct mptcp_sock *)msk)->conn_list)
		return NULL;
	subflow = (const void *)at - bpf_core_field_offset(struct mptcp_subflow_context, node);
	return BPF_CORE_READ(subflow, tcp_sock);
}

/* Does this kernel have MPTCP? If not, the verifier removes what depends on it. */
static __always_inline bool mptcp_exists(void)
{
	return bpf_core_type_exists(struct mptcp_subflow_context);
}

/*
 * Return the enum mptcp_flag bits of a TCP socket. It does not show them itself: the kernel moves
 * what arrives to the MPTCP socket at once, and keeps the TCP socket when a program closes the
 * MPTCP socket.
 */
static __always_inline __u32 mptcp_bits(const struct tcp_sock *subflow)
{
	const struct mptcp_subflow_context *ctx = subflow->inet_conn.icsk_ulp_data;
	const struct mptcp_sock___queue *old;
	const struct sock *msk;
	__u32 packets, bits = 0;

	if (!mptcp_exists() || !ctx)
		return 0;
	msk = BPF_CORE_READ(ctx, conn);
	old = (const void *)msk;
	packets = BPF_CORE_READ(msk, sk_receive_queue.qlen);
	if (bpf_core_field_exists(old->receive_queue))
		packets |= BPF_CORE_READ(old, receive_queue.qlen);
	if (packets)
		bits |= MPTCPF_UNREAD;
	if (BPF_CORE_READ(msk, __sk_common.skc_flags) & (1UL << SOCK_DEAD_BIT))
		bits |= MPTCPF_CLOSED;
	return bits;
}
