/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A new event about a socket, a minisock or a segment: filtered, reserved, and filled with the
 * fields that are common to all hooks. The hook adds its own fields and submits the event.
 */
#pragma once

#include "emit.bpf.h"
#include "sock.bpf.h"

extern const volatile struct filter filter;

/* An event about a full socket in its present state. NULL: filtered out, or the ring is full. */
static __always_inline struct event *event_for_sock(struct sock *sk, enum event_kind kind)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct event *e;
	struct flow w;

	if (!tp)
		return NULL;
	flow_fill(&w, &sk->__sk_common, tp->inet_conn.icsk_inet.inet_sport);
	if (!filter_matches_either_end(&filter, &w))
		return NULL;
	e = event_reserve(kind, bpf_ktime_get_boot_ns());
	if (!e)
		return NULL;
	event_set_flow(e, &w);
	sock_fill(e, sk, tp);
	e->cookie = sk->__sk_common.skc_cookie.counter;
	e->old_state = e->new_state = sk->__sk_common.skc_state;
	return e;
}

/* An event about a minisock, which has its socket's cookie and addresses. NULL as above. */
static __always_inline struct event *event_for_timewait(struct sock *sk, enum event_kind kind)
{
	const struct inet_timewait_sock *tw = (const void *)sk;
	struct event *e;
	struct flow w;

	flow_fill(&w, &sk->__sk_common, BPF_CORE_READ(tw, tw_sport));
	if (!filter_matches_either_end(&filter, &w))
		return NULL;
	e = event_reserve(kind, bpf_ktime_get_boot_ns());
	if (!e)
		return NULL;
	event_set_flow(e, &w);
	e->cookie = sk->__sk_common.skc_cookie.counter;
	e->old_state = e->new_state = STATE_TIME_WAIT;
	e->substate = BPF_CORE_READ(tw, tw_substate);
	return e;
}

/* An event about the endpoint that a segment's headers name. NULL as above. */
static __always_inline struct event *event_for_segment(const struct sk_buff *skb,
						       const __u8 *header, enum event_kind kind)
{
	struct event *e;
	struct flow w;

	if (!flow_from_segment(&w, skb, header) || !filter_matches_either_end(&filter, &w))
		return NULL;
	e = event_reserve(kind, bpf_ktime_get_boot_ns());
	if (!e)
		return NULL;
	event_set_flow(e, &w);
	e->old_state = e->new_state = STATE_TIME_WAIT;
	return e;
}
