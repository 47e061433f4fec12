/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Life after CLOSE: the segments that reach the timewait minisock which took the socket's place.
 *
 * There is no tracepoint on a minisock. The function that every segment for one goes through can be
 * hooked where the kernel has trampolines: then nothing else runs us. Otherwise, every such segment is
 * freed through kfree_skb, and newer kernels name the minisock there (rx_sk). That hook sees every
 * dropped packet of the host, so the tests that fail for nearly all of them come first.
 */
#include "about.bpf.h"
#include "twice.bpf.h"
#include <bpf/bpf_tracing.h>

static __always_inline int late(struct sk_buff *skb, struct sock *rx_sk)
{
	const struct tcp_timewait_sock *tcptw = (const void *)rx_sk;
	__u8 header[TCP_HEADER_MIN];
	const struct tcphdr *th = (const void *)header;
	const unsigned char *start;
	struct event *e;
	int payload;

	start = BPF_CORE_READ(skb, head) + skb->transport_header;
	if (bpf_probe_read_kernel(header, sizeof(header), start))
		return 0;
	payload = (int)(skb->len - (start - BPF_CORE_READ(skb, data)) - (header[12] >> 4) * 4);
	if (!(header[TCP_FLAG_BYTE] & TCP_FIN_RST) && payload <= 0)
		return 0;
	e = about_minisock(rx_sk, EVENT_LATE);
	if (!e)
		return 0;
	e->tcp_flags = header[TCP_FLAG_BYTE];
	e->rcv_nxt = be32_to_host(th->seq);
	e->snd_nxt = be32_to_host(th->ack_seq);
	e->payload = payload;
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

char LICENSE[] SEC("license") = "Dual BSD/GPL";
