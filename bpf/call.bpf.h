/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A close() or shutdown() call on a TCP socket from its entry to its return, for any kind of hook.
 * The descriptor is looked up at entry: after a close there is nothing left to look up.
 */
#pragma once

#include "call_slot.bpf.h"
#include "emit.bpf.h"
#include "process_name.bpf.h"
#include "wake.bpf.h"
#include "reentry.bpf.h"

extern const volatile struct filter filter;

/*
 * Can this socket have a story? It must have a peer, or have had one. A connection that was never
 * established has a story if its SYN carried data (TCP Fast Open).
 */
static __always_inline bool may_have_story(const struct sock *sk, __u8 state, __be16 dport)
{
	const struct tcp_sock *tp = (const void *)sk;

	if (!dport || state == STATE_LISTEN)
		return false;
	return state != STATE_SYN_SENT || filter.never_open || BPF_CORE_READ(tp, bytes_sent);
}

/*
 * Kernels >= 6.3 can cast a number to a pointer to a struct. Reading a field through this pointer
 * takes a fifth of the time of a helper call. In older kernels the address of this function is 0,
 * so test kernel_features.cast before using it.
 */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;
#define RDONLY_CAST(p, type) ((type *)bpf_rdonly_cast((p), bpf_core_type_id_kernel(type)))

/* Fill call from the socket behind the file. False if that socket cannot have a story. */
static __always_inline bool inflight_read_cast(struct inflight *call, const void *file)
{
	const struct file *f = RDONLY_CAST(file, struct file);
	const struct sock *sk;

	if ((f->f_inode->i_mode & S_IFMT) != S_IFSOCK)
		return false;
	sk = RDONLY_CAST(f->private_data, struct socket)->sk;
	if (!sk || sk->sk_protocol != IPPROTO_TCP)
		return false;
	call->state = sk->__sk_common.skc_state;
	if (!may_have_story(sk, call->state, sk->__sk_common.skc_dport))
		return false;
	flow_fill(&call->flow, &sk->__sk_common, RDONLY_CAST(sk, struct inet_sock)->inet_sport);
	call->sk = (__u64)sk;
	call->cookie = sk->__sk_common.skc_cookie.counter;
	return true;
}

static __always_inline bool inflight_read(struct inflight *call, const struct file *file)
{
	const struct sock *sk;

	if (kernel_features.cast)
		return inflight_read_cast(call, file);
	sk = file_tcp_sock(file);
	if (!sk)
		return false;
	call->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (!may_have_story(sk, call->state, BPF_CORE_READ(sk, __sk_common.skc_dport)))
		return false;
	flow_fill_untrusted(&call->flow, sk);
	call->sk = (__u64)sk;
	call->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	return true;
}

/*
 * False if the other copy of this hook has already recorded this call. A stale entry, from a call
 * whose return was missed, is for another socket and is overwritten.
 */
static __always_inline bool call_is_new(__u32 tid, const struct inflight *call)
{
	const struct inflight *was = call_find(tid);

	return !was || was->sk != call->sk;
}

static __always_inline int call_enter(__u32 fd)
{
	const struct file *file = fd_file(fd);
	struct inflight call = {};
	__u32 tid;

	if (!file || !inflight_read(&call, file) || !filter_matches_either_end(&filter, &call.flow))
		return 0;
	tid = (__u32)bpf_get_current_pid_tgid();
	if (!call_is_new(tid, &call))
		return 0;
	call.ts_ns = bpf_ktime_get_boot_ns();
	if (call_keep(tid, &call))
		__sync_fetch_and_add(&counters.calls_full, 1);
	return 0;
}

static __always_inline int call_enter_once(__u32 fd, enum reentry_copy copy)
{
	__u64 task = bpf_get_current_pid_tgid();

	return HANDLE_ONCE_ANY_ORDER(copy, REENTRY_CALL, task, fd, call_enter(fd));
}

static __always_inline int call_exit(long ret)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	const struct inflight *was = call_find(tid);
	struct event *e;
	__u64 now_ns;
	__u8 process;

	if (!was)
		return 0;
	now_ns = bpf_ktime_get_boot_ns();
	process = process_name_bits(now_ns);
	e = event_reserve(EVENT_CALL, was->ts_ns);
	if (e) {
		event_set_flow(e, &was->flow);
		e->sk_key = was->sk ^ sk_xor;
		e->cookie = was->cookie;
		e->old_state = e->new_state = was->state;
		e->call_ns = now_ns - was->ts_ns;
		e->ret = (__s32)ret;
		task_fill(e, process);
		wake_for_process(e);
		event_submit(e);
	}
	call_release(tid);
	return 0;
}
