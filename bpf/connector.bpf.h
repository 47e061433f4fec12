/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who called connect(): a segment or a timer ends an attempt that fails, so the task on the CPU is
 * not involved then. With --all the task of the change to SYN_SENT is kept until the attempt ends.
 * With --tree it is kept for the members of the tree, because a socket that one of them has opened
 * belongs to the tree.
 */
#pragma once

#include "process_name.bpf.h"
#include "task.bpf.h"
#include "tree.bpf.h"

struct connector {
	__u64 ts_ns;
	__u64 cgroup;
	__u32 pid, tid, uid;
	__s32 fd;
	__s32 syscall_nr;
	__u8 comm[EVENT_COMM_LEN];
	__u8 task_flags, syscall;
	__u8 unused[6];
};

struct connectors_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);		/* address of the socket */
	__type(value, struct connector);
};
extern struct connectors_map connectors SEC(".maps");
extern const volatile struct filter filter;

static __always_inline void connector_note(const struct sock *sk)
{
	struct connector c = { .ts_ns = bpf_ktime_get_boot_ns() };
	struct event e = {};	/* the fields of the task, read as for an event */
	__u64 key = (__u64)sk;

	task_fill(&e, process_name_bits(c.ts_ns));
	c.cgroup = e.cgroup;
	c.pid = e.pid;
	c.tid = e.tid;
	c.uid = e.uid;
	c.fd = e.arg[0];
	c.syscall_nr = e.syscall_nr;
	c.task_flags = e.task_flags;
	c.syscall = e.syscall;
	__builtin_memcpy(c.comm, e.comm, sizeof(c.comm));
	bpf_map_update_elem(&connectors, &key, &c, 0);
}

/*
 * A socket begins to connect. If its task is of no interest, forget that of an earlier socket at
 * the same address.
 */
static __always_inline void connector_begin(const struct sock *sk)
{
	__u64 key = (__u64)sk;

	if (filter.never_open || tree_has_current())
		connector_note(sk);
	else if (tree_root.pid)
		bpf_map_delete_elem(&connectors, &key);
}

/* Fill in the task that called connect(), if it is known. */
static __always_inline void connector_fill(struct event *e, const struct sock *sk)
{
	__u64 key = (__u64)sk;
	const struct connector *c = bpf_map_lookup_elem(&connectors, &key);

	if (!c)
		return;
	e->cgroup = c->cgroup;
	e->pid = c->pid;
	e->tid = c->tid;
	e->uid = c->uid;
	e->arg[0] = c->fd;
	e->syscall_nr = c->syscall_nr;
	e->task_flags = c->task_flags;
	e->syscall = c->syscall;
	__builtin_memcpy(e->comm, c->comm, sizeof(e->comm));
	e->call_ns = e->ts_ns - c->ts_ns;
	e->flags |= EVENTF_CONNECTOR;
	bpf_map_delete_elem(&connectors, &key);
}
