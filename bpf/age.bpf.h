/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Derives how long a socket has been in its state, and how long until the kernel ends it, from the
 * socket's timestamps and timers. For sockets whose changes of state were not traced.
 */
#pragma once

#include "sock.bpf.h"

/* Nanoseconds since a time in 32-bit jiffies (tcp_jiffies32). */
static __always_inline __u64 ns_since_tick(__u32 tick)
{
	return (__u64)((__u32)bpf_jiffies64() - tick) * tick_ns;
}

/* Nanoseconds until a kernel timer expires, 0 if it is overdue. */
static __always_inline __u64 ns_until_tick(unsigned long tick)
{
	long left = (long)(tick - (unsigned long)bpf_jiffies64());

	return left > 0 ? left * tick_ns : 0;
}

/* Nanoseconds since a time in milliseconds of the monotonic clock (tcp_clock_ms). */
static __always_inline __u64 ns_since_ms(__u32 ms)
{
	return (__u64)((__u32)(bpf_ktime_get_ns() / NS_PER_MS) - ms) * NS_PER_MS;
}

/*
 * Fill in how long the connection has been silent in each direction. If no data went that way, the
 * kernel's time is that of the handshake.
 */
static __always_inline void sock_fill_idle(struct event *e, const struct tcp_sock *tp)
{
	e->idle_sent_ms = ns_since_tick(tp->lsndtime) / NS_PER_MS;
	e->idle_received_ms = ns_since_tick(tp->inet_conn.icsk_ack.lrcvtime) / NS_PER_MS;
	e->flags |= EVENTF_IDLE;
}

/*
 * A socket goes to CLOSE: may TCP_USER_TIMEOUT be the cause? With data or a FIN in flight, or with
 * keepalive, it replaces the limit of retries. With zero-window probes it is a second limit, and
 * the time since the first probe decides (tcp_probe_timer).
 */
static __always_inline bool sock_user_timeout_is_over(const struct tcp_sock *tp)
{
	const struct inet_connection_sock *icsk = &tp->inet_conn;

	if (tp->snd_una != tp->snd_nxt || tp->write_seq == tp->snd_nxt ||
	    !bpf_core_field_exists(icsk->icsk_probes_tstamp))
		return true;
	return icsk->icsk_probes_tstamp && ns_since_tick(icsk->icsk_probes_tstamp) >=
						   icsk->icsk_user_timeout * NS_PER_MS;
}

/*
 * Fill in the minimum age of the socket's state. The three states below are entered by a segment,
 * so they are at least as old as the last segment received (rcv_tstamp, set by tcp_ack). In the
 * other states our FIN is not acknowledged yet. If only the FIN is outstanding, retrans_stamp is
 * the time of its first retransmission (tcp_retransmit_skb).
 */
static __always_inline void sock_fill_age(struct event *e, const struct tcp_sock *tp)
{
	switch (e->new_state) {
	case STATE_CLOSE_WAIT:
	case STATE_FIN_WAIT2:
	case STATE_CLOSING:
		e->age_ns = ns_since_tick(tp->rcv_tstamp);
		e->age_source = AGE_SOURCE_LAST_SEGMENT;
		return;
	default:
		break;
	}
	if (bpf_core_field_exists(tp->tcp_usec_ts) && BPF_CORE_READ_BITFIELD(tp, tcp_usec_ts))
		return;		/* in microseconds, which wrap around too soon */
	if (!e->retransmits || !tp->retrans_stamp || e->snd_una + 1 != e->write_seq)
		return;
	e->age_ns = ns_since_ms(tp->retrans_stamp);
	e->age_source = AGE_SOURCE_FIN_RESENT;
}

/*
 * Return the time until the kernel ends an orphan in FIN_WAIT2 that is still a full socket: first
 * its timer expires, then a minisock lasts for the rest (tcp_keepalive_timer). 0 if unknown.
 */
static __always_inline __u64 sock_fin_wait2_left_ns(const struct sock *sk,
						    const struct tcp_sock *tp)
{
	const struct inet_connection_sock___timer *icsk = (const void *)tp;
	__u64 whole = sock_fin_timeout_ns(sk, tp), left;

	if (whole <= TIMEWAIT_NS || tp->linger2 < 0)
		return 0;
	left = bpf_core_field_exists(icsk->icsk_keepalive_timer) ?
	       ns_until_tick(icsk->icsk_keepalive_timer.expires) :
	       ns_until_tick(((const struct sock___timer *)sk)->sk_timer.expires);
	return left + whole - TIMEWAIT_NS;
}
