/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Life after CLOSE: the segments that reach the timewait minisock which took the socket's place.
 *
 * There is no tracepoint on a minisock. The function that every segment for one goes through can be
 * hooked where the kernel has trampolines: then nothing else runs us. Otherwise, every such segment is
 * freed through kfree_skb, and newer kernels name the minisock there (rx_sk). In older ones the place in
 * the kernel that freed it tells that TCP had no socket for it; its headers say whose it was. kfree_skb sees
 * every dropped packet of the host, so the tests that fail for nearly all of them come first.
 */
#include "event_new.bpf.h"
#include "reentry.bpf.h"
#include <bpf/bpf_tracing.h>

const volatile struct code_range tcp_receive[2];	/* tcp_v4_rcv(), tcp_v6_rcv() */

/* The TCP header of a segment that says more than an ACK does. */
static __always_inline bool is_telling(const struct sk_buff *skb, __u8 *header, int *payload)
{
	const unsigned char *start = BPF_CORE_READ(skb, head) + skb->transport_header;

	if (bpf_probe_read_kernel(header, TCP_HEADER_MIN, start))
		return false;
	*payload = (int)(skb->len - (start - BPF_CORE_READ(skb, data)) - (header[12] >> 4) * 4);
	return header[TCP_FLAG_BYTE] & TCP_FIN_RST || *payload > 0;
}

static __always_inline void segment_fill(struct event *e, const __u8 *header, int payload)
{
	const struct tcphdr *th = (const void *)header;

	e->tcp_flags = header[TCP_FLAG_BYTE];
	e->rcv_nxt = be32_to_host(th->seq);
	e->snd_nxt = be32_to_host(th->ack_seq);
	e->payload = payload;
}

static __always_inline int late(struct sk_buff *skb, struct sock *rx_sk)
{
	const struct tcp_timewait_sock *tcptw = (const void *)rx_sk;
	HEADER(header);
	struct event *e;
	int payload;

	if (!is_telling(skb, header, &payload))
		return 0;
	e = about_minisock(rx_sk, EVENT_TIMEWAIT);
	if (!e)
		return 0;
	segment_fill(e, header, payload);
	e->rcv_wup = rx_sk->__sk_common.skc_tw_rcv_nxt;
	e->snd_wnd = BPF_CORE_READ(tcptw, tw_rcv_wnd);
	event_submit(e);
	return 0;
}

static __always_inline bool is_minisock(const struct sock *rx_sk)
{
	return rx_sk && rx_sk->__sk_common.skc_state == STATE_TIME_WAIT;
}

/* kfree_skb with rx_sk: kernels from 6.11 on. rx_sk may be NULL. */
SEC("tp_btf/kfree_skb")
int BPF_PROG(late_segment, struct sk_buff *skb, void *location, __u32 reason, struct sock *rx_sk)
{
	if (!is_minisock(rx_sk))
		return 0;
	late(skb, rx_sk);
	twice_mark(TWICE_LATE, sock_object_seen(rx_sk), skb->len);
	return 0;
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(late_segment_again, struct sk_buff *skb, void *location, __u32 reason,
	     struct sock *rx_sk)
{
	if (!is_minisock(rx_sk) ||
	    twice_is_done(TWICE_LATE, sock_object_seen(rx_sk), skb->len))
		return 0;
	return late(skb, rx_sk);
}

/* Of all kernels the first two arguments. Only softirqs come here, one at a time on a CPU. */
SEC("fexit/tcp_timewait_state_process")
int BPF_PROG(late_in, struct inet_timewait_sock *tw, struct sk_buff *skb)
{
	return late(skb, (struct sock *)tw);
}

static __always_inline bool is_in(const volatile struct code_range *r, __u64 at)
{
	return at >= r->from && at < r->to;
}

static __always_inline int late_by_place(struct sk_buff *skb)
{
	HEADER(header);
	struct event *e;
	int payload;

	if (!is_telling(skb, header, &payload))
		return 0;
	e = about_segment(skb, header, EVENT_TIMEWAIT);
	if (!e)
		return 0;
	segment_fill(e, header, payload);
	event_submit(e);
	return 0;
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(late_place, struct sk_buff *skb, void *location)
{
	if (!is_in(&tcp_receive[0], (__u64)location) && !is_in(&tcp_receive[1], (__u64)location))
		return 0;
	late_by_place(skb);
	twice_mark(TWICE_LATE, (__u64)skb, skb->len);
	return 0;
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(late_place_again, struct sk_buff *skb, void *location)
{
	if (!is_in(&tcp_receive[0], (__u64)location) && !is_in(&tcp_receive[1], (__u64)location))
		return 0;
	return twice_is_done(TWICE_LATE, (__u64)skb, skb->len) ? 0 : late_by_place(skb);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
