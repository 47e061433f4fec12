/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every change of a socket's state from ESTABLISHED on, and its release.
 *
 * inet_sock_set_state fires before sk_state is written. The task is recorded only if it may have
 * made the change. In all other cases a packet or a timer merely runs on its CPU.
 */
#include "age.bpf.h"
#include "connector.bpf.h"
#include "event_new.bpf.h"
#include "local.h"
#include "process_name.bpf.h"
#include "stack.bpf.h"
#include "reentry.bpf.h"
#include "wake.bpf.h"
#include <bpf/bpf_tracing.h>

struct events_map events SEC(".maps");
struct connectors_map connectors SEC(".maps");
struct reentry_marks_map reentry_marks SEC(".maps");
struct process_names_map process_names SEC(".maps");
struct woken_processes_map woken_processes SEC(".maps");
struct tree_map tree SEC(".maps");
struct kernel_counters counters;
volatile __u32 reader_asleep;
const volatile struct filter filter;
const volatile __u8 syscall_table[SYSCALL_TABLE_SIZE];
const volatile __u8 syscall_table_32[SYSCALL_TABLE_SIZE];
const volatile __u64 sk_xor;
const volatile __u64 tick_ns;
const volatile struct kernel_features kernel_features;
const volatile bool want_stacks;
const volatile bool want_processes;
const volatile struct tree_root tree_root;
bool tree_root_seen;

/*
 * Did a program use the connection before it was established (TCP Fast Open)? It did if the SYN
 * carried data, or if accept() has returned the socket.
 */
static __always_inline bool is_used_early(struct sock *sk, int old)
{
	const struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	return tp && (tp->bytes_sent || tp->bytes_received ||
		      (old == STATE_SYN_RECV && sk->sk_socket));
}

/*
 * Is this change part of a story? The start of a connection is not, unless it is a simultaneous
 * open: only its first change shows that the program called connect(). The changes of a listener
 * are not either, with one exception. The close of a listener resets the connections in its accept
 * queue, so it shows the task that closes them.
 */
static __always_inline bool is_traced(struct sock *sk, int old, int new)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return false;
	if (old == STATE_LISTEN)
		return new == STATE_CLOSE && sk->sk_ack_backlog;
	if (old == STATE_CLOSE || new == STATE_LISTEN || new == STATE_SYN_SENT)
		return false;
	if (new == STATE_SYN_RECV)
		return old == STATE_SYN_SENT;
	if (new == STATE_CLOSE && (old == STATE_SYN_SENT || old == STATE_SYN_RECV))
		return filter.never_open || is_used_early(sk, old);
	return true;
}

/* Will this orphan be released right after its change to CLOSE? If close() does not linger, yes. */
static __always_inline bool is_orphan_release(__u16 bits)
{
	return (bits & (SOCKF_DEAD | SOCKF_LINGER)) == SOCKF_DEAD;
}

/* Fill in what only a change to CLOSE has. */
static __always_inline void fill_close(struct event *e, struct sock *sk, const struct tcp_sock *tp)
{
	if (e->old_state == STATE_FIN_WAIT2)
		e->fin_timeout_ns = sock_fin_timeout_ns(sk, tp);
	if (!sock_user_timeout_is_over(tp))
		e->flags &= ~EVENTF_USER_TIMEOUT;
	e->flags |= sock_tw_full_bit(sk);
	e->rcv_wnd = sock_rcv_wnd(tp);
}

/* Is the task that called connect() of interest, because the task on the CPU is not? */
static __always_inline bool asks_for_connector(const struct event *e)
{
	return e->new_state == STATE_CLOSE ? filter.never_open && e->sk_err : tree_root.pid != 0;
}

static __always_inline int emit_state(void *ctx, struct sock *sk, int old, int new)
{
	__u64 ts_ns = bpf_ktime_get_boot_ns();
	struct tcp_sock *tp;
	__u8 process = 0;
	struct event *e;
	struct flow w;

	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	flow_fill(&w, &sk->__sk_common, tp->inet_conn.icsk_inet.inet_sport);
	/* a listener has no peer to match */
	if (old != STATE_LISTEN && !filter_matches_either_end(&filter, &w)) {
		if (new == STATE_CLOSE)
			__sync_fetch_and_add(&counters.filtered, 1);
		return 0;
	}
	stack_emit(ctx, sk, new, ts_ns);
	if (task_may_make_change(sk, new))
		process = process_name_bits(ts_ns);
	e = event_reserve(EVENT_STATE, ts_ns);
	if (!e)
		return 0;
	event_set_flow(e, &w);
	sock_fill(e, sk, tp);
	e->cookie = sock_cookie(sk);
	e->old_state = old;
	e->new_state = new;
	if (old == STATE_ESTABLISHED)
		sock_fill_idle(e, tp);
	if (new == STATE_CLOSE)
		fill_close(e, sk, tp);
	e->sock_flags |= sock_file_bits(sk);
	if (old == STATE_SYN_SENT && asks_for_connector(e)) {
		connector_fill(e, sk);	/* an answer, or none, ended the attempt */
	} else if (local_task_may_have_changed(e)) {
		e->flags |= sock_fput_bit(sk);
		task_fill(e, process);
		wake_for_process(e);
	}
	if (new == STATE_CLOSE && is_orphan_release(e->sock_flags))
		mark_orphan_closed(sock_id(sk));
	event_submit(e);
	return 0;
}

static __always_inline int handle_state(void *ctx, enum reentry_copy copy, struct sock *sk, int old,
					int new)
{
	if (new == STATE_SYN_SENT && sk->sk_protocol == IPPROTO_TCP)
		connector_begin(sk);
	if (!is_traced(sk, old, new))
		return 0;
	return HANDLE_ONCE(copy, REENTRY_STATE, sock_id(sk), old << 8 | new,
			   emit_state(ctx, sk, old, new));
}

REENTRANT_PROG("tp_btf/inet_sock_set_state", on_state, handle_state(ctx, copy, sk, old, new),
	       struct sock *sk, int old, int new)

/*
 * Does the release of this socket add a fact? It does if a close(), which holds the lock, made it.
 * It does not if the socket is the orphan whose change to CLOSE was just reported on this CPU.
 */
static __always_inline bool release_is_traced(const struct sock *sk)
{
	return sk->sk_lock.owned && sk->__sk_common.skc_dport &&
	       !was_orphan_closed(sock_id_any(sk));
}

static __always_inline int emit_destroy(struct sock *sk)
{
	__u8 process = process_name_bits(bpf_ktime_get_boot_ns());
	struct event *e = event_for_sock(sk, EVENT_DESTROY);

	if (!e)
		return 0;
	task_fill(e, process);
	wake_for_process(e);
	event_submit(e);
	return 0;
}

/*
 * Reentrant because kernels from 7.0 on can preempt a program. A release in a softirq is not
 * traced, so a kernel without preemption needs no second program.
 */
static __always_inline int handle_destroy(enum reentry_copy copy, struct sock *sk)
{
	if (!release_is_traced(sk))
		return 0;
	return HANDLE_ONCE(copy, REENTRY_DESTROY, sock_id_any(sk), 0, emit_destroy(sk));
}

REENTRANT_PROG("tp_btf/tcp_destroy_sock", on_destroy, handle_destroy(copy, sk), struct sock *sk)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
