/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * RSTs, sent and received, and our FIN when it has to be sent again.
 *
 * A state change to CLOSE does not tell a RST that came from a RST that we answered with; these do.
 * Of the RSTs that are sent, those of listeners and most of those for no socket are nobody's story.
 */
#include "event_new.bpf.h"
#include "reentry.bpf.h"
#include <bpf/bpf_tracing.h>

/* Is this a socket that may have a story? A listener, or a request (state 12), has none. */
static __always_inline bool has_story(const struct sock *sk)
{
	__u8 state = sk->__sk_common.skc_state;

	return state != STATE_LISTEN && state <= STATE_CLOSING;
}

static __always_inline int sent(struct sock *sk, bool answer, __u32 reason)
{
	struct event *e = sk->__sk_common.skc_state == STATE_TIME_WAIT ?
			  about_minisock(sk, EVENT_RESET_SENT) : about(sk, EVENT_RESET_SENT);

	if (!e)
		return 0;
	if (answer)
		e->flags |= EVENTF_ANSWER;
	e->reason = reset_reason(reason);
	event_submit(e);
	return 0;
}

static __always_inline int sent_plain(struct sock *sk, bool answer)
{
	struct event *e = about(sk, EVENT_RESET_SENT);

	if (!e)
		return 0;
	if (answer)
		e->flags |= EVENTF_ANSWER;
	event_submit(e);
	return 0;
}

/* The flag byte of a segment's TCP header; of what cannot be read, a RST's, which nothing answers. */
static __always_inline __u8 tcp_flags(const struct sk_buff *skb)
{
	__u8 flags;

	if (bpf_probe_read_kernel(&flags, 1, skb->head + skb->transport_header + TCP_FLAG_BYTE))
		return TCP_RST;
	return flags;
}

/*
 * A RST for a segment that belongs to nobody. A FIN is what remains of a connection that was: its
 * minisock may never have been made. Anything else, a port scan say, is nobody's story.
 */
static __always_inline int sent_to_nobody(const struct sk_buff *skb)
{
	const unsigned char *start = skb->head + skb->transport_header;
	HEADER(header);
	struct event *e;

	if ((tcp_flags(skb) & TCP_FIN_RST) != TCP_FIN ||
	    bpf_probe_read_kernel(header, sizeof(header), start))
		return 0;
	e = about_segment(skb, header, EVENT_RESET_SENT);
	if (!e)
		return 0;
	e->flags = EVENTF_ANSWER | EVENTF_NO_SOCKET;
	event_submit(e);
	return 0;
}

static __always_inline bool is_wanted(const void *ctx, const struct sock *sk)
{
	return sk && is_given(ctx, 0) && has_story(sk);
}

/* From 6.10 on, with a reason; sk and skb may be NULL. */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(reset_sent, struct sock *sk, struct sk_buff *skb, __u32 reason)
{
	if (!sk || !is_given(ctx, 0))
		return skb ? sent_to_nobody(skb) : 0;
	if (!has_story(sk))
		return 0;
	sent(sk, is_given(ctx, 1), reason);
	twice_mark(TWICE_RESET_SENT, sock_object_seen(sk), 0);
	return 0;
}

SEC("tp_btf/tcp_send_reset")
int BPF_PROG(reset_sent_again, struct sock *sk, struct sk_buff *skb, __u32 reason)
{
	if (!is_wanted(ctx, sk) || twice_is_done(TWICE_RESET_SENT, sock_object_seen(sk), 0))
		return 0;
	return sent(sk, is_given(ctx, 1), reason);
}

/* Before: no reason, and nothing of those that a minisock sends, or nobody. */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(reset_sent_plain, struct sock *sk)
{
	if (!is_wanted(ctx, sk))
		return 0;
	sent_plain(sk, is_given(ctx, 1));
	twice_mark(TWICE_RESET_SENT, sock_object_seen(sk), 0);
	return 0;
}

SEC("tp_btf/tcp_send_reset")
int BPF_PROG(reset_sent_plain_again, struct sock *sk)
{
	if (!is_wanted(ctx, sk) || twice_is_done(TWICE_RESET_SENT, sock_object_seen(sk), 0))
		return 0;
	return sent_plain(sk, is_given(ctx, 1));
}

/*
 * ... which these show: every RST in answer to a segment passes here, but for those that are not sent after
 * all. Those of full sockets have their tracepoint. skb is never NULL.
 */
static __always_inline int sent_late(const void *ctx, struct sock *sk, struct sk_buff *skb)
{
	struct event *e;

	if (!is_given(ctx, 0))
		return sent_to_nobody(skb);
	if (sk->__sk_common.skc_state != STATE_TIME_WAIT || tcp_flags(skb) & TCP_RST)
		return 0;	/* "Never send a reset in response to a reset" (tcp_v4_send_reset) */
	e = about_minisock(sk, EVENT_RESET_SENT);
	if (!e)
		return 0;
	e->flags |= EVENTF_ANSWER;
	event_submit(e);
	return 0;
}

SEC("fentry/tcp_v4_send_reset")
int BPF_PROG(reset_late_v4, struct sock *sk, struct sk_buff *skb)
{
	return sent_late(ctx, sk, skb);
}

SEC("fentry/tcp_v6_send_reset")
int BPF_PROG(reset_late_v6, struct sock *sk, struct sk_buff *skb)
{
	return sent_late(ctx, sk, skb);
}

static __always_inline int received(struct sock *sk)
{
	struct event *e = about(sk, EVENT_RESET_RECEIVED);

	if (e)
		event_submit(e);
	return 0;
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(reset_received, struct sock *sk)
{
	received(sk);
	twice_mark(TWICE_RESET_RECEIVED, sock_object_seen(sk), 0);
	return 0;
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(reset_received_again, struct sock *sk)
{
	return twice_is_done(TWICE_RESET_RECEIVED, sock_object_seen(sk), 0) ? 0 : received(sk);
}

/* Is this segment the one that carries our FIN? It is the last that we ever send. */
static __always_inline bool is_fin(const struct sock *sk, const struct sk_buff *skb)
{
	__u8 state = sk->__sk_common.skc_state;
	struct tcp_sock *tp;

	if (state != STATE_FIN_WAIT1 && state != STATE_CLOSING && state != STATE_LAST_ACK)
		return false;
	tp = bpf_skc_to_tcp_sock((void *)sk);
	return tp && skb_end_seq(skb) == tp->write_seq;
}

static __always_inline int resent(struct sock *sk, const struct sk_buff *skb)
{
	struct event *e = is_fin(sk, skb) ? about(sk, EVENT_FIN_RESENT) : NULL;

	if (e)
		event_submit(e);
	return 0;
}

/* From 6.16 or so on with err, also for those that could not be sent. */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(fin_resent, struct sock *sk, struct sk_buff *skb, int err)
{
	if (err)
		return 0;
	resent(sk, skb);
	twice_mark(TWICE_FIN_RESENT, sock_object_seen(sk), skb->len);
	return 0;
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(fin_resent_again, struct sock *sk, struct sk_buff *skb, int err)
{
	if (err || twice_is_done(TWICE_FIN_RESENT, sock_object_seen(sk), skb->len))
		return 0;
	return resent(sk, skb);
}

/* Before: only those that were sent. */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(fin_resent_plain, struct sock *sk, struct sk_buff *skb)
{
	resent(sk, skb);
	twice_mark(TWICE_FIN_RESENT, sock_object_seen(sk), skb->len);
	return 0;
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(fin_resent_plain_again, struct sock *sk, struct sk_buff *skb)
{
	return twice_is_done(TWICE_FIN_RESENT, sock_object_seen(sk), skb->len) ? 0 :
									  resent(sk, skb);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
