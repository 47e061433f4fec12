/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Fills an event's fields from the kernel's structs. Only this file, task.bpf.h and age.bpf.h know
 * kernel layouts: each difference between kernels is hidden behind one function.
 */
#pragma once

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "event.h"
#include "filter.h"

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define S_IFMT 0170000
#define S_IFSOCK 0140000

/* include/net/sock.h enum sock_flags; the same numbers in every kernel from 5.10 to 7.2 */
#define SOCK_DEAD_BIT 0
#define SOCK_DONE_BIT 1
#define SOCK_KEEPOPEN_BIT 3
#define SOCK_LINGER_BIT 4

#define FILE_REF_NOREF_MIN 0xC000000000000000ULL /* include/linux/file_ref.h: dead from here on */

#define TCP_HEADER_MIN 20	/* bytes: RFC 9293 section 3.1 */
#define TCP_FLAG_BYTE 13
/* A header on the stack, aligned so that its fields can be read directly. */
#define TCP_HEADER_BUF(name) __u8 name[TCP_HEADER_MIN] __attribute__((aligned(8)))
#define TCP_FIN 0x01
#define TCP_RST 0x04
#define TCP_FIN_RST 0x05

#define NS_PER_MS 1000000ULL
#define TIMEWAIT_NS (60000 * NS_PER_MS)		/* include/net/tcp.h: TCP_TIMEWAIT_LEN */

extern const volatile __u64 sk_xor;	/* keeps kernel addresses out of recordings */
extern const volatile __u64 tick_ns;		/* one jiffy */

extern const volatile struct kernel_features kernel_features;

static __always_inline __u16 be16_to_host(__be16 v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap16(v);
#else
	return v;
#endif
}

static __always_inline __u32 be32_to_host(__be32 v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap32(v);
#else
	return v;
#endif
}

static __always_inline bool is_v4mapped(const struct in6_addr *a)
{
	return a->in6_u.u6_addr32[0] == 0 && a->in6_u.u6_addr32[1] == 0 &&
	       be32_to_host(a->in6_u.u6_addr32[2]) == 0xffff;
}

/* Is this an IPv6 socket with an IPv4 connection? Its packets and its story are IPv4. */
static __always_inline bool sock_is_v4mapped(const struct sock_common *skc)
{
	return skc->skc_family == AF_INET6 && is_v4mapped(&skc->skc_v6_daddr);
}

/*
 * Fill w from a socket or a minisock, which share sock_common. The caller passes the local port:
 * skc_num is already 0 when an auto-bound socket reaches CLOSE (tcp_set_state, inet_put_port).
 */
static __always_inline void flow_fill(struct flow *w, const struct sock_common *skc, __be16 sport)
{
	__u32 *local = (__u32 *)w->local_addr;
	__u32 *peer = (__u32 *)w->peer_addr;

	__builtin_memset(w, 0, sizeof(*w));
	w->netns = skc->skc_net.net->ns.inum;
	w->local_port = be16_to_host(sport);
	w->peer_port = be16_to_host(skc->skc_dport);
	if (skc->skc_family == AF_INET6 && !sock_is_v4mapped(skc)) {
		w->family = 6;
		for (int i = 0; i < 4; i++) {
			local[i] = skc->skc_v6_rcv_saddr.in6_u.u6_addr32[i];
			peer[i] = skc->skc_v6_daddr.in6_u.u6_addr32[i];
		}
	} else {
		w->family = 4;
		local[0] = skc->skc_rcv_saddr;
		peer[0] = skc->skc_daddr;
	}
}

/* Fill w from a socket pointer that the verifier does not trust. */
static __always_inline void flow_fill_untrusted(struct flow *w, const struct sock *sk)
{
	const struct inet_sock *inet = (const void *)sk;
	struct in6_addr peer = BPF_CORE_READ(sk, __sk_common.skc_v6_daddr);
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

	w->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	w->local_port = be16_to_host(BPF_CORE_READ(inet, inet_sport));
	w->peer_port = be16_to_host(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (family == AF_INET6 && !is_v4mapped(&peer)) {
		w->family = 6;
		BPF_CORE_READ_INTO((struct in6_addr *)w->local_addr, sk,
				   __sk_common.skc_v6_rcv_saddr);
		__builtin_memcpy(w->peer_addr, &peer, sizeof(peer));
	} else {
		w->family = 4;
		BPF_CORE_READ_INTO((__u32 *)w->local_addr, sk, __sk_common.skc_rcv_saddr);
		BPF_CORE_READ_INTO((__u32 *)w->peer_addr, sk, __sk_common.skc_daddr);
	}
}

static __always_inline void event_set_flow(struct event *e, const struct flow *w)
{
	__builtin_memcpy(e->local_addr, w->local_addr, sizeof(e->local_addr));
	__builtin_memcpy(e->peer_addr, w->peer_addr, sizeof(e->peer_addr));
	e->netns = w->netns;
	e->local_port = w->local_port;
	e->peer_port = w->peer_port;
	e->family = w->family;
}

/* Out of line: inlined, the loops over its lists would be half the size of all programs. */
static __noinline __attribute__((unused)) bool filter_matches(const volatile struct filter *f,
							      const struct flow *w)
{
	return filter_matches_flow(f, w);
}

/*
 * Does the filter match this endpoint, or the other end of its connection? If both ends are on this
 * host (loopback, two namespaces), the story of one needs the events of the other, which has the
 * same addresses exchanged. User space then reports only the endpoint that matches.
 */
static __always_inline bool filter_matches_either_end(const volatile struct filter *f,
						      const struct flow *w)
{
	struct flow twin;

	if (!f->active || filter_matches(f, w))
		return true;
	__builtin_memcpy(&twin, w, sizeof(twin));
	__builtin_memcpy(twin.local_addr, w->peer_addr, sizeof(twin.local_addr));
	__builtin_memcpy(twin.peer_addr, w->local_addr, sizeof(twin.peer_addr));
	twin.local_port = w->peer_port;
	twin.peer_port = w->local_port;
	return filter_matches(f, &twin);
}

/* Set the key of the socket. Storing the pointer first turns it into a number for the verifier. */
static __always_inline void event_set_sk(struct event *e, const void *sk)
{
	volatile __u64 *key = &e->sk_key;

	*key = (__u64)sk;
	*key ^= sk_xor;
}

/* Is the last reference to this file being dropped now (__fput)? */
static __always_inline bool file_is_in_fput(const struct file *file)
{
	const struct file___ref *f = (const void *)file;

	if (bpf_core_field_exists(f->f_ref))
		return (__u64)f->f_ref.refcnt.counter >= FILE_REF_NOREF_MIN;
	return file->f_count.counter == 0;
}

static __always_inline __u16 sock_file_bits(const struct sock *sk)
{
	const struct socket *socket = sk->sk_socket;
	const struct file *file;

	if (!socket)
		return SOCKF_NO_SOCKET;
	file = socket->file;
	if (!file)
		return 0;
	return file_is_in_fput(file) ? SOCKF_LAST_REF : SOCKF_HELD;
}

/*
 * Did a close() of this file drop its last reference? From 6.6 on close() releases the file at
 * once. Any other release is deferred to the end of the system call (fput, task_work): for example,
 * if the descriptor was in flight in a unix socket that is closed. Returns 0 if the kernel's struct
 * does not show which it was.
 */
static __always_inline __u8 sock_fput_bit(const struct sock *sk)
{
	const struct socket *socket = sk->sk_socket;
	const struct file___work *work;
	const struct file *file;

	if (!socket)
		return 0;
	file = socket->file;
	work = (const void *)file;
	if (!file || !bpf_core_field_exists(work->f_task_work) || !file_is_in_fput(file))
		return 0;
	return work->f_task_work.func ? EVENTF_FPUT_DEFERRED : EVENTF_FPUT_SYNC;
}

static __always_inline __u16 sock_state_bits(const struct sock *sk, const struct tcp_sock *tp)
{
	unsigned long flags = sk->__sk_common.skc_flags;
	__u8 shutdown = sk->sk_shutdown;
	__u16 bits = 0;

	if (flags & (1UL << SOCK_DEAD_BIT))
		bits |= SOCKF_DEAD;
	if (flags & (1UL << SOCK_DONE_BIT))
		bits |= SOCKF_DONE;
	if (flags & (1UL << SOCK_KEEPOPEN_BIT))
		bits |= SOCKF_KEEPALIVE;
	if (flags & (1UL << SOCK_LINGER_BIT)) {
		bits |= SOCKF_LINGER;
		if (!sk->sk_lingertime)
			bits |= SOCKF_LINGER_ZERO;
	}
	if (tp->linger2 < 0)
		bits |= SOCKF_LINGER2_NEG;
	if (sk->sk_lock.owned)
		bits |= SOCKF_OWNED;
	if (shutdown & 1)
		bits |= SOCKF_SHUT_RCV;
	if (shutdown & 2)
		bits |= SOCKF_SHUT_SND;
	if (BPF_CORE_READ_BITFIELD(sk, sk_kern_sock))
		bits |= SOCKF_KERNEL;
	if (bpf_core_field_exists(tp->is_mptcp) && tp->is_mptcp)
		bits |= SOCKF_MPTCP;
	if (BPF_CORE_READ_BITFIELD(tp, repair))
		bits |= SOCKF_REPAIR;
	if (sock_is_v4mapped(&sk->__sk_common))
		bits |= SOCKF_V4MAPPED;
	return bits;
}

/*
 * Return a socket's cookie. If there is none, generate one (kernels >= 5.12) or return 0. Not for
 * minisocks, which inherit their socket's cookie.
 */
static __always_inline __u64 sock_cookie(struct sock *sk)
{
	__u64 cookie = sk->__sk_common.skc_cookie.counter;

	return cookie || !kernel_features.cookie ? cookie : bpf_get_socket_cookie(sk);
}

/* The time that the kernel keeps an orphan in FIN_WAIT2: tcp_fin_time(). */
static __always_inline __u64 sock_fin_timeout_ns(const struct sock *sk, const struct tcp_sock *tp)
{
	__u32 rto = tp->inet_conn.icsk_rto;
	int ticks = tp->linger2;

	if (!ticks)
		ticks = sk->__sk_common.skc_net.net->ipv4.sysctl_tcp_fin_timeout;
	if (ticks < (int)(rto * 7 / 2))
		ticks = rto * 7 / 2;
	return ticks * tick_ns;
}

/* Is the limit of minisocks reached (inet_twsk_alloc)? Then this socket may get none. */
static __always_inline __u8 sock_tw_full_bit(const struct sock *sk)
{
	const struct inet_timewait_death_row *row;
	const struct inet_timewait_death_row___count *old;
	int used;

	row = &sk->__sk_common.skc_net.net->ipv4.tcp_death_row;
	old = (const void *)row;
	if (bpf_core_field_exists(row->tw_refcount))
		used = row->tw_refcount.refs.counter - 1;
	else if (bpf_core_field_exists(old->tw_count))
		used = old->tw_count.counter;
	else
		return 0;
	return used >= row->sysctl_max_tw_buckets ? EVENTF_TW_FULL : 0;
}

/*
 * Fill w with the endpoint that a segment's headers are addressed to. False if it is not IP.
 * Addresses: RFC 791 section 3.1, RFC 8200 section 3; ports: RFC 9293 section 3.1.
 */
static __always_inline bool flow_from_segment(struct flow *w, const struct sk_buff *skb,
					      const __u8 *header)
{
	const struct tcphdr *th = (const void *)header;
	const unsigned char *ip = BPF_CORE_READ(skb, head) + skb->network_header;
	__u8 version = 0;

	__builtin_memset(w, 0, sizeof(*w));
	bpf_probe_read_kernel(&version, sizeof(version), ip);
	w->netns = BPF_CORE_READ(skb, dev, nd_net.net, ns.inum);
	w->local_port = be16_to_host(th->dest);
	w->peer_port = be16_to_host(th->source);
	w->family = version >> 4;
	if (w->family == 4)
		return !bpf_probe_read_kernel(w->peer_addr, 4, ip + 12) &&
		       !bpf_probe_read_kernel(w->local_addr, 4, ip + 16);
	return w->family == 6 && !bpf_probe_read_kernel(w->peer_addr, 16, ip + 8) &&
	       !bpf_probe_read_kernel(w->local_addr, 16, ip + 24);
}

/* Fill sequence numbers, byte counts and flags from a full TCP socket. */
static __always_inline void sock_fill_numbers(struct event *e, const struct sock *sk,
					      const struct tcp_sock *tp)
{
	e->bytes_sent = tp->bytes_sent - tp->bytes_retrans;
	e->bytes_received = tp->bytes_received;
	e->snd_una = tp->snd_una;
	e->snd_nxt = tp->snd_nxt;
	e->write_seq = tp->write_seq;
	e->rcv_nxt = tp->rcv_nxt;
	e->rcv_wup = tp->rcv_wup;
	e->copied_seq = tp->copied_seq;
	e->snd_wnd = tp->snd_wnd;
	e->segs_in = tp->segs_in;
	e->srtt_us = tp->srtt_us >> 3;
	e->retransmits = tp->inet_conn.icsk_retransmits;
	e->probes = tp->inet_conn.icsk_probes_out;
	e->sk_err = sk->sk_err;
	e->sock_flags = sock_state_bits(sk, tp);
	if (tp->inet_conn.icsk_user_timeout)
		e->flags |= EVENTF_USER_TIMEOUT;
}

/* sock_fill_numbers(), and the socket's key. */
static __always_inline void sock_fill(struct event *e, const struct sock *sk,
				      const struct tcp_sock *tp)
{
	event_set_sk(e, sk);
	sock_fill_numbers(e, sk, tp);
}

/* Bytes that the socket, or later its minisock, accepts beyond rcv_nxt: tcp_receive_window(). */
static __always_inline __u32 sock_rcv_wnd(const struct tcp_sock *tp)
{
	int wnd = tp->rcv_wup + tp->rcv_wnd - tp->rcv_nxt;

	return wnd < 0 ? 0 : wnd;
}

/* Copy the TCP header of a segment, without options. False if it cannot be read. */
static __always_inline bool skb_read_tcp_header(const struct sk_buff *skb, __u8 *header)
{
	return !bpf_probe_read_kernel(header, TCP_HEADER_MIN, skb->head + skb->transport_header);
}

/*
 * Payload bytes of a segment. Uses BPF_CORE_READ, because the verifier (6.18) forbids arithmetic
 * with pointers that are read directly.
 */
static __always_inline int skb_payload(const struct sk_buff *skb, const __u8 *header)
{
	long tcp_at = BPF_CORE_READ(skb, head) + skb->transport_header - BPF_CORE_READ(skb, data);

	return (int)(skb->len - tcp_at - (header[12] >> 4) * 4);
}

/* End of an outgoing segment in sequence space: TCP_SKB_CB(skb)->end_seq. */
static __always_inline __u32 skb_end_seq(const struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = (const void *)&skb->cb;
	__u32 end_seq = 0;

	bpf_core_read(&end_seq, sizeof(end_seq), &cb->end_seq);
	return end_seq;
}

#define KERNEL_REASON_IS(reason, word)                                                             \
	(bpf_core_enum_value_exists(enum sk_rst_reason, SK_RST_REASON_TCP_##word) &&               \
	 (reason) == bpf_core_enum_value(enum sk_rst_reason, SK_RST_REASON_TCP_##word))

/* Convert the kernel's reason for a RST, whose number depends on the version, to reset_reason. */
static __always_inline __u32 reset_reason_from_kernel(__u32 reason)
{
	if (KERNEL_REASON_IS(reason, ABORT_ON_CLOSE))
		return RESET_ABORT_ON_CLOSE;
	if (KERNEL_REASON_IS(reason, ABORT_ON_DATA))
		return RESET_ABORT_ON_DATA;
	if (KERNEL_REASON_IS(reason, ABORT_ON_LINGER))
		return RESET_ABORT_ON_LINGER;
	if (KERNEL_REASON_IS(reason, ABORT_ON_MEMORY))
		return RESET_ABORT_ON_MEMORY;
	if (KERNEL_REASON_IS(reason, STATE))
		return RESET_TCP_STATE;
	if (KERNEL_REASON_IS(reason, KEEPALIVE_TIMEOUT))
		return RESET_KEEPALIVE_TIMEOUT;
	if (KERNEL_REASON_IS(reason, DISCONNECT_WITH_DATA))
		return RESET_DISCONNECT_WITH_DATA;
	return RESET_OTHER;
}

/*
 * Return an id of the socket for marks (reentry.bpf.h): its cookie, or its address if it has no
 * cookie, as can happen before 5.12. Those kernels skip no program, so no mark outlives its socket.
 */
static __always_inline __u64 sock_id(struct sock *sk)
{
	return sock_cookie(sk) ?: (__u64)sk;
}

/* sock_id() for what may be a minisock: no cookie can be generated for it. */
static __always_inline __u64 sock_id_any(const struct sock *sk)
{
	return sk->__sk_common.skc_cookie.counter ?: (__u64)sk;
}

/*
 * Read an argument of a tp_btf, fentry or fexit program as a number of unknown origin. Some
 * verifiers (6.3 to 6.11) assume that a pointer argument is not NULL and remove a plain test. The
 * verifier of 5.10 rejects a pointer to a struct that its BTF only declares.
 */
static __always_inline __u64 ctx_arg_scalar(const void *ctx, int arg)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (const __u64 *)ctx + arg);
	return value;
}

static __always_inline bool ctx_arg_is_set(const void *ctx, int arg)
{
	return ctx_arg_scalar(ctx, arg);
}

/* The socket behind an open file, of any family; NULL if it is no socket. Untrusted, as below. */
static __always_inline struct sock *file_sock(const struct file *file)
{
	struct socket *socket;

	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

/* The TCP socket behind an open file, or NULL. The verifier does not trust the pointer. */
static __always_inline struct sock *file_tcp_sock(const struct file *file)
{
	struct sock *sk = file_sock(file);

	if (!sk || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return NULL;
	return sk;
}
