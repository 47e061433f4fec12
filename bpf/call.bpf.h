/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A close() or shutdown() call on a TCP socket, from its entry to its return, however the hook on it is
 * attached. The descriptor is looked up at entry, since after a close there is nothing left to look up.
 */
#pragma once

#include "emit.bpf.h"
#include "task.bpf.h"

extern const volatile struct filter filter;

/* A call in progress. */
struct inflight {
	struct flow flow;
	__u64 ts_ns;
	__u64 sk;
	__u64 cookie;
	__u64 state;
};

struct inflight_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);		/* thread id */
	__type(value, struct inflight);
};
extern struct inflight_map inflight SEC(".maps");

/* A socket that a story may be about: it has, or had, a peer. */
static __always_inline bool has_peer(__u8 state, __be16 dport)
{
	return dport && state != STATE_LISTEN && (state != STATE_SYN_SENT || filter.never_open);
}

/*
 * False if the hook's other copy has noted this call already. What a thread left behind whose return went
 * unseen is of another socket, and makes room.
 */
static __always_inline bool call_is_new(__u32 tid, const struct inflight *now)
{
	const struct inflight *was = bpf_map_lookup_elem(&inflight, &tid);

	return !was || was->sk != now->sk;
}

static __always_inline int call_enter(__u32 fd)
{
	const struct sock *sk = fd_tcp_sock(fd);
	struct inflight now = {};
	__u32 tid;

	if (!sk)
		return 0;
	now.state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (!has_peer(now.state, BPF_CORE_READ(sk, __sk_common.skc_dport)))
		return 0;
	flow_read(&now.flow, sk);
	if (!flow_is_wanted(&filter, &now.flow))
		return 0;
	now.ts_ns = bpf_ktime_get_boot_ns();
	now.sk = (__u64)sk ^ sk_disguise;
	now.cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	tid = (__u32)bpf_get_current_pid_tgid();
	if (call_is_new(tid, &now) && bpf_map_update_elem(&inflight, &tid, &now, 0))
		__sync_fetch_and_add(&counters.calls_full, 1);
	return 0;
}

static __always_inline int call_exit(long ret)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	const struct inflight *was = bpf_map_lookup_elem(&inflight, &tid);
	struct event *e;

	if (!was)
		return 0;
	e = event_reserve(EVENT_CALL, was->ts_ns);
	if (e) {
		event_set_flow(e, &was->flow);
		e->sk = was->sk;
		e->cookie = was->cookie;
		e->old_state = e->new_state = was->state;
		e->call_ns = bpf_ktime_get_boot_ns() - was->ts_ns;
		e->ret = (__s32)ret;
		task_fill(e);
		event_submit(e);
	}
	bpf_map_delete_elem(&inflight, &tid);
	return 0;
}
