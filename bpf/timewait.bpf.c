/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Segments after CLOSE, which reach the timewait minisock that replaced the socket.
 *
 * A minisock has no tracepoint. If the kernel has trampolines, the function that processes each
 * segment for a minisock is hooked, and no other traffic runs these programs. Otherwise the
 * tracepoint kfree_skb is used, because the kernel frees each such segment there. Kernels >= 6.11
 * pass the minisock to it (rx_sk). In older kernels the address of the caller shows that TCP had no
 * socket for the segment, and the headers of the segment identify the endpoint. kfree_skb runs for
 * every packet that the host drops, so the tests that fail for nearly all packets come first.
 */
#include "event_new.bpf.h"
#include "reentry.bpf.h"
#include <bpf/bpf_tracing.h>

const volatile struct code_range tcp_rcv_code[2];	/* tcp_v4_rcv(), tcp_v6_rcv() */

/* Read the TCP header. False for a segment without FIN, RST and payload. */
static __always_inline bool is_more_than_ack(const struct sk_buff *skb, __u8 *header, int *payload)
{
	if (!skb_read_tcp_header(skb, header))
		return false;
	*payload = skb_payload(skb, header);
	return header[TCP_FLAG_BYTE] & TCP_FIN_RST || *payload > 0;
}

static __always_inline void event_set_segment(struct event *e, const __u8 *header, int payload)
{
	const struct tcphdr *th = (const void *)header;

	e->tcp_flags = header[TCP_FLAG_BYTE];
	e->rcv_nxt = be32_to_host(th->seq);
	e->snd_nxt = be32_to_host(th->ack_seq);
	e->payload = payload;
}

static __always_inline int emit_timewait_segment(struct sk_buff *skb, struct sock *rx_sk)
{
	const struct tcp_timewait_sock *tcptw = (const void *)rx_sk;
	TCP_HEADER_BUF(header);
	struct event *e;
	int payload;

	if (!is_more_than_ack(skb, header, &payload))
		return 0;
	e = event_for_timewait(rx_sk, EVENT_TIMEWAIT);
	if (!e)
		return 0;
	event_set_segment(e, header, payload);
	e->rcv_wup = rx_sk->__sk_common.skc_tw_rcv_nxt;
	e->snd_wnd = BPF_CORE_READ(tcptw, tw_rcv_wnd);
	event_submit(e);
	return 0;
}

static __always_inline bool is_minisock(const struct sock *rx_sk)
{
	return rx_sk && rx_sk->__sk_common.skc_state == STATE_TIME_WAIT;
}

static __always_inline int handle_kfree_skb(enum reentry_copy copy, struct sk_buff *skb,
					    struct sock *rx_sk)
{
	if (!is_minisock(rx_sk))
		return 0;
	return HANDLE_ONCE(copy, REENTRY_TIMEWAIT, sock_id_any(rx_sk), skb->len,
			   emit_timewait_segment(skb, rx_sk));
}

/* Kernels >= 6.11: kfree_skb with rx_sk, which may be NULL. */
REENTRANT_PROG("tp_btf/kfree_skb", on_kfree_skb, handle_kfree_skb(copy, skb, rx_sk),
	       struct sk_buff *skb, void *location, __u32 reason, struct sock *rx_sk)

/*
 * The first two arguments of the function are the same in all kernels. It runs in softirqs only,
 * one at a time per CPU, so a second program is not needed.
 */
SEC("fexit/tcp_timewait_state_process")
int BPF_PROG(on_timewait_segment, struct inet_timewait_sock *tw, struct sk_buff *skb)
{
	return emit_timewait_segment(skb, (struct sock *)tw);
}

static __always_inline bool code_range_has(const volatile struct code_range *r, __u64 at)
{
	return at >= r->from && at < r->to;
}

static __always_inline int emit_segment_from_headers(struct sk_buff *skb)
{
	TCP_HEADER_BUF(header);
	struct event *e;
	int payload;

	if (!is_more_than_ack(skb, header, &payload))
		return 0;
	e = event_for_segment(skb, header, EVENT_TIMEWAIT);
	if (!e)
		return 0;
	event_set_segment(e, header, payload);
	event_submit(e);
	return 0;
}

static __always_inline int handle_kfree_skb_location(enum reentry_copy copy, struct sk_buff *skb,
						     __u64 location)
{
	if (!code_range_has(&tcp_rcv_code[0], location) &&
	    !code_range_has(&tcp_rcv_code[1], location))
		return 0;
	return HANDLE_ONCE(copy, REENTRY_TIMEWAIT, (__u64)skb, skb->len,
			   emit_segment_from_headers(skb));
}

/* Older kernels: kfree_skb without rx_sk. */
REENTRANT_PROG("tp_btf/kfree_skb", on_kfree_skb_location,
	       handle_kfree_skb_location(copy, skb, (__u64)location),
	       struct sk_buff *skb, void *location)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
