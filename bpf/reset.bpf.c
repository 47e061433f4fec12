/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * RSTs, sent and received, and retransmissions of our FIN.
 *
 * A state change to CLOSE does not show whether a RST was received or sent; these hooks do. RSTs
 * that a listener sends belong to no story, and neither do most RSTs that are sent without a
 * socket.
 */
#include "event_new.bpf.h"
#include "reentry.bpf.h"
#include <bpf/bpf_tracing.h>

/* Can this socket have a story? A listener or a request socket (state 12) has none. */
static __always_inline bool may_have_story(const struct sock *sk)
{
	__u8 state = sk->__sk_common.skc_state;

	return state != STATE_LISTEN && state <= STATE_CLOSING;
}

/* Complete and submit e, which may be NULL. */
static __always_inline int submit_rst_sent(struct event *e, bool answer, __u32 reason)
{
	if (!e)
		return 0;
	if (answer)
		e->flags |= EVENTF_ANSWER;
	e->reason = reason;
	event_submit(e);
	return 0;
}

static __always_inline int emit_rst_sent(struct sock *sk, bool answer, __u32 kernel_reason)
{
	struct event *e = sk->__sk_common.skc_state == STATE_TIME_WAIT ?
			  event_for_timewait(sk, EVENT_RESET_SENT) :
			  event_for_sock(sk, EVENT_RESET_SENT);

	return submit_rst_sent(e, answer, reset_reason_from_kernel(kernel_reason));
}

static __always_inline int emit_rst_sent_noreason(struct sock *sk, bool answer)
{
	return submit_rst_sent(event_for_sock(sk, EVENT_RESET_SENT), answer, RESET_NOT_GIVEN);
}

/*
 * Report a RST that answers a segment without a socket, if the segment has the FIN flag: it may
 * belong to a connection for which no minisock could be created. Other segments, for example those
 * of a port scan, belong to no story.
 */
static __always_inline int emit_rst_sent_no_socket(const struct sk_buff *skb)
{
	TCP_HEADER_BUF(header);
	struct event *e;

	if (!skb_read_tcp_header(skb, header) ||
	    (header[TCP_FLAG_BYTE] & TCP_FIN_RST) != TCP_FIN)
		return 0;
	e = event_for_segment(skb, header, EVENT_RESET_SENT);
	if (e)
		e->flags = EVENTF_NO_SOCKET;
	return submit_rst_sent(e, true, RESET_NOT_GIVEN);
}

/* A RST without a socket has no id to mark, so only the first program handles it. */
static __always_inline int handle_rst_sent(const void *ctx, enum reentry_copy copy, struct sock *sk,
					   struct sk_buff *skb, __u32 reason)
{
	if (!sk || !ctx_arg_is_set(ctx, 0))
		return skb && copy == REENTRY_FIRST ? emit_rst_sent_no_socket(skb) : 0;
	if (!may_have_story(sk))
		return 0;
	return HANDLE_ONCE(copy, REENTRY_RESET_SENT, sock_id_any(sk), 0,
			   emit_rst_sent(sk, ctx_arg_is_set(ctx, 1), reason));
}

/* Kernels >= 6.10: the tracepoint passes a reason. sk and skb may be NULL. */
REENTRANT_PROG("tp_btf/tcp_send_reset", reset_sent, handle_rst_sent(ctx, copy, sk, skb, reason),
	       struct sock *sk, struct sk_buff *skb, __u32 reason)

static __always_inline int handle_rst_sent_noreason(const void *ctx, enum reentry_copy copy,
						    struct sock *sk)
{
	if (!sk || !ctx_arg_is_set(ctx, 0) || !may_have_story(sk))
		return 0;
	return HANDLE_ONCE(copy, REENTRY_RESET_SENT, sock_id_any(sk), 0,
			   emit_rst_sent_noreason(sk, ctx_arg_is_set(ctx, 1)));
}

/* Kernels < 6.10: no reason, and no event for RSTs from a minisock or without a socket. */
REENTRANT_PROG("tp_btf/tcp_send_reset", reset_sent_noreason,
	       handle_rst_sent_noreason(ctx, copy, sk), struct sock *sk)

/*
 * Runs for every RST that answers a segment. Reports only the RSTs that the tracepoint before 6.10
 * does not show: from a minisock or without a socket. skb is never NULL.
 */
static __always_inline int handle_send_reset(const void *ctx, struct sock *sk, struct sk_buff *skb)
{
	TCP_HEADER_BUF(header);

	if (!ctx_arg_is_set(ctx, 0))
		return emit_rst_sent_no_socket(skb);
	/* tcp_v4_send_reset(): "Never send a reset in response to a reset" */
	if (sk->__sk_common.skc_state != STATE_TIME_WAIT || !skb_read_tcp_header(skb, header) ||
	    header[TCP_FLAG_BYTE] & TCP_RST)
		return 0;
	return submit_rst_sent(event_for_timewait(sk, EVENT_RESET_SENT), true, RESET_NOT_GIVEN);
}

SEC("fentry/tcp_v4_send_reset")
int BPF_PROG(on_send_reset_v4, struct sock *sk, struct sk_buff *skb)
{
	return handle_send_reset(ctx, sk, skb);
}

SEC("fentry/tcp_v6_send_reset")
int BPF_PROG(on_send_reset_v6, struct sock *sk, struct sk_buff *skb)
{
	return handle_send_reset(ctx, sk, skb);
}

static __always_inline int emit_rst_received(struct sock *sk)
{
	struct event *e = event_for_sock(sk, EVENT_RESET_RECEIVED);

	if (e)
		event_submit(e);
	return 0;
}

REENTRANT_PROG("tp_btf/tcp_receive_reset", reset_received,
	       HANDLE_ONCE(copy, REENTRY_RESET_RECEIVED, sock_id_any(sk), 0, emit_rst_received(sk)),
	       struct sock *sk)

/* Does this segment carry our FIN? The FIN is in the segment that ends at write_seq. */
static __always_inline bool skb_carries_our_fin(const struct sock *sk, const struct sk_buff *skb)
{
	__u8 state = sk->__sk_common.skc_state;
	struct tcp_sock *tp;

	if (state != STATE_FIN_WAIT1 && state != STATE_CLOSING && state != STATE_LAST_ACK)
		return false;
	tp = bpf_skc_to_tcp_sock((void *)sk);
	return tp && skb_end_seq(skb) == tp->write_seq;
}

static __always_inline int emit_fin_resent(struct sock *sk, const struct sk_buff *skb)
{
	struct event *e;

	if (!skb_carries_our_fin(sk, skb))
		return 0;
	e = event_for_sock(sk, EVENT_FIN_RESENT);
	if (e)
		event_submit(e);
	return 0;
}

static __always_inline int handle_fin_resent(enum reentry_copy copy, struct sock *sk,
					     struct sk_buff *skb)
{
	return HANDLE_ONCE(copy, REENTRY_FIN_RESENT, sock_id_any(sk), skb->len,
			   emit_fin_resent(sk, skb));
}

/* Kernels >= 6.16 or so: the tracepoint also fires if the segment could not be sent (err). */
REENTRANT_PROG("tp_btf/tcp_retransmit_skb", fin_resent, err ? 0 : handle_fin_resent(copy, sk, skb),
	       struct sock *sk, struct sk_buff *skb, int err)

/* Older kernels: the tracepoint fires only for segments that were sent. */
REENTRANT_PROG("tp_btf/tcp_retransmit_skb", fin_resent_noerr, handle_fin_resent(copy, sk, skb),
	       struct sock *sk, struct sk_buff *skb)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
