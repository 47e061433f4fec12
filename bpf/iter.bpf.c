/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Iterators over the TCP sockets of a network namespace and over the open files of all processes,
 * to find connections that were closing before the trace started. They are a BPF object of their
 * own, because the view stuck uses them without tracing.
 *
 * Both iterate over hundreds of thousands of items that do not match, so the tests that fail most
 * often come first. An event is built on the stack and written to the reader of the iterator.
 */
#include "age.bpf.h"
#include "mptcp.bpf.h"

const volatile struct filter filter;
const volatile __u64 sk_xor;
const volatile __u64 tick_ns;
const volatile __u32 states;	/* set of 1 << enum tcp_state_id: report sockets in these */
const volatile bool partners;	/* report the two sides of every relay, whatever the filter says */

static __always_inline bool is_wanted_state(__u8 state)
{
	return states >> (state & 31) & 1;
}

/*
 * Does the filter match, or may this be one side of a relay? Its other side has other addresses,
 * and without it the conclusion about the first would be different.
 */
static __always_inline bool is_wanted(const struct flow *w, __u8 state)
{
	if (partners && (state == STATE_CLOSE_WAIT || state == STATE_FIN_WAIT1 ||
			 state == STATE_FIN_WAIT2))
		return true;
	return filter_matches_either_end(&filter, w);
}

/* The value of event.sk_key. Reading the pointer back from the stack makes it a number. */
static __always_inline __u64 sk_key_of(const void *sk)
{
	__u64 key = 0;

	bpf_probe_read_kernel(&key, sizeof(key), &sk);
	return key ^ sk_xor;
}

/* Set the socket and the time of an event. */
static __always_inline void event_set_identity(struct event *e, const struct flow *w,
					       const void *sk, __u64 cookie)
{
	event_set_flow(e, w);
	e->ts_ns = bpf_ktime_get_boot_ns();
	e->sk_key = sk_key_of(sk);
	e->cookie = cookie;
}

static __always_inline int emit_socket(struct seq_file *seq, struct sock_common *skc, __u32 uid)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(skc);
	struct event e = { .kind = EVENT_SOCKET };
	struct sock *sk = (void *)tp;
	struct flow w;

	if (!tp)
		return 0;
	flow_fill(&w, skc, tp->inet_conn.icsk_inet.inet_sport);
	if (!is_wanted(&w, skc->skc_state))
		return 0;
	event_set_identity(&e, &w, skc, skc->skc_cookie.counter);
	e.old_state = e.new_state = skc->skc_state;
	e.uid = uid;
	sock_fill_numbers(&e, sk, tp);
	e.sock_flags |= sock_file_bits(sk);
	sock_fill_age(&e, tp);
	if (e.new_state == STATE_ESTABLISHED)
		sock_fill_idle(&e, tp);
	if (e.sock_flags & SOCKF_MPTCP)
		e.mptcp = mptcp_bits(tp);
	if (e.new_state == STATE_FIN_WAIT2 && e.sock_flags & SOCKF_DEAD)
		e.left_ns = sock_fin_wait2_left_ns(sk, tp);
	bpf_seq_write(seq, &e, sizeof(e));
	return 0;
}

/* Report a minisock that waits for the peer's FIN. After the FIN a minisock is never stuck. */
static __always_inline int emit_minisock(struct seq_file *seq, struct sock_common *skc)
{
	struct tcp_timewait_sock *tcptw = bpf_skc_to_tcp_timewait_sock(skc);
	const struct inet_timewait_sock___stamp *stamp = (const void *)tcptw;
	struct event e = { .kind = EVENT_SOCKET };
	struct flow w;

	if (!tcptw || tcptw->tw_sk.tw_substate != STATE_FIN_WAIT2)
		return 0;
	flow_fill(&w, skc, tcptw->tw_sk.tw_sport);
	if (!filter_matches_either_end(&filter, &w))
		return 0;
	event_set_identity(&e, &w, skc, skc->skc_cookie.counter);
	e.old_state = e.new_state = STATE_TIME_WAIT;
	e.substate = STATE_FIN_WAIT2;
	e.sock_flags = SOCKF_DEAD | SOCKF_NO_SOCKET;
	e.rcv_nxt = skc->skc_tw_rcv_nxt;
	e.left_ns = ns_until_tick(tcptw->tw_sk.tw_timer.expires);
	if (bpf_core_field_exists(stamp->tw_entry_stamp) && stamp->tw_entry_stamp) {
		e.age_ns = ns_since_ms(stamp->tw_entry_stamp);
		e.age_source = AGE_SOURCE_MINISOCK;
	}
	bpf_seq_write(seq, &e, sizeof(e));
	return 0;
}

SEC("iter/tcp")
int iter_sockets(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;

	if (!skc)
		return 0;
	if (skc->skc_state == STATE_TIME_WAIT)
		return is_wanted_state(STATE_FIN_WAIT2) ? emit_minisock(ctx->meta->seq, skc) : 0;
	return is_wanted_state(skc->skc_state) ? emit_socket(ctx->meta->seq, skc, ctx->uid) : 0;
}

/* Fill in the name of the process of a task, if it is not that of the task. */
static __always_inline void holder_fill_process(struct event *e, struct task_struct *task)
{
	const __u64 *comm = (const void *)e->comm, *process = (const void *)e->process;

	if (e->pid != e->tid &&
	    BPF_CORE_READ_STR_INTO(&e->process, task, group_leader, comm) < 0)
		return;
	if (e->pid == e->tid || (comm[0] == process[0] && comm[1] == process[1])) {
		__builtin_memset(e->process, 0, sizeof(e->process));
		e->task_flags |= TASKF_PROCESS_SAME;
	} else {
		e->task_flags |= TASKF_PROCESS_NAMED;
	}
}

/* Report the descriptor of the iterator as one of this TCP socket. */
static __always_inline void emit_holder(struct bpf_iter__task_file *ctx, struct task_struct *task,
					struct sock *sk)
{
	struct event e = { .kind = EVENT_HOLDER };
	struct flow w;

	e.old_state = e.new_state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (!is_wanted_state(e.new_state))
		return;
	__builtin_memset(&w, 0, sizeof(w));
	flow_fill_untrusted(&w, sk);
	if (!is_wanted(&w, e.new_state))
		return;
	event_set_identity(&e, &w, sk, BPF_CORE_READ(sk, __sk_common.skc_cookie.counter));
	e.task_flags = TASKF_VALID;
	e.syscall_nr = -1;
	e.pid = task->tgid;
	e.tid = task->pid;
	e.uid = task->cred->uid.val;
	e.cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	BPF_CORE_READ_STR_INTO(&e.comm, task, comm);
	holder_fill_process(&e, task);
	e.arg[0] = ctx->fd;
	bpf_seq_write(ctx->meta->seq, &e, sizeof(e));
}

/* The holder of an MPTCP socket holds the TCP sockets beneath it. */
static __always_inline void emit_mptcp_holder(struct bpf_iter__task_file *ctx,
					      struct task_struct *task, struct sock *msk)
{
	struct list_head *at = mptcp_first(msk);

	for (int i = 0; i < MPTCP_SUBFLOWS_MAX; i++) {
		struct sock *subflow = mptcp_subflow_at(msk, at);

		if (!subflow)
			return;
		emit_holder(ctx, task, subflow);
		at = BPF_CORE_READ(at, next);
	}
}

/*
 * The kernel visits a thread only if its table of descriptors is not that of its group's leader. If
 * the leader has exited, or a core dump gave a thread a copy of the table, the same descriptors are
 * reported several times.
 */
SEC("iter/task_file")
int iter_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct sock *sk;
	__u16 protocol;

	if (!task || !file || (file->f_inode->i_mode & S_IFMT) != S_IFSOCK)
		return 0;
	sk = file_sock(file);
	if (!sk)
		return 0;
	protocol = BPF_CORE_READ(sk, sk_protocol);
	if (protocol == IPPROTO_TCP)
		emit_holder(ctx, task, sk);
	else if (mptcp_exists() && protocol == IPPROTO_MPTCP)
		emit_mptcp_holder(ctx, task, sk);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
