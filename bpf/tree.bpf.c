/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The processes of --tree. COMMAND joins when it is executed, and each process that a member forks
 * joins with its fork: a daemon keeps no parent in the tree, but it was forked in it.
 *
 * Each hook is attached twice (reentry.bpf.h). A record is emitted only if the map changes, so it
 * does no harm if both copies run.
 */
#include "reentry.bpf.h"
#include "tree.bpf.h"
#include <bpf/bpf_core_read.h>

extern bool tree_root_seen;

/* Emit the change. If the ring is full, this is counted. */
static __always_inline void tree_emit(__u32 pid, __u32 joined)
{
	struct tree_change *r = bpf_ringbuf_reserve(&events, sizeof(*r), 0);

	if (!r) {
		__sync_fetch_and_add(&counters.ring_full[EVENT_TREE], 1);
		return;
	}
	r->ts_ns = bpf_ktime_get_boot_ns();
	r->pid = pid;
	r->joined = joined;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
}

static __always_inline void tree_join(const struct task_struct *task)
{
	__u64 start_ns = task->start_boottime;
	const __u64 *was;
	__u32 pid = task->tgid;

	was = bpf_map_lookup_elem(&tree, &pid);
	if (was && *was == start_ns)
		return;
	if (bpf_map_update_elem(&tree, &pid, &start_ns, 0))
		__sync_fetch_and_add(&counters.ring_full[EVENT_TREE], 1);
	else if (!was)
		tree_emit(pid, 1);
}

/* The process has ended, or has been found to be another one with the same id. */
static __always_inline void tree_leave(__u32 pid)
{
	if (!bpf_map_delete_elem(&tree, &pid))
		tree_emit(pid, 0);
}

static __always_inline int handle_fork(const struct task_struct *parent,
				       const struct task_struct *child)
{
	if (child->pid != child->tgid)
		return 0;	/* a thread */
	if (tree_has(parent->tgid))
		tree_join(child);
	else if (tree_has(child->tgid))
		tree_leave(child->tgid);
	return 0;
}

REENTRANT_PROG("tp_btf/sched_process_fork", on_fork, handle_fork(parent, child),
	       struct task_struct *parent, struct task_struct *child)

/* Is this the process whose id in a pid namespace is that of COMMAND? */
static __always_inline bool is_tree_root(const struct task_struct *task)
{
	/* copied, since verifiers before 6.2 refuse to add a variable to a trusted pointer */
	const struct pid *id = BPF_CORE_READ(task, thread_pid);
	unsigned int level = BPF_CORE_READ(id, level);
	struct upid upid;

	bpf_probe_read_kernel(&upid, sizeof(upid), (const void *)id +
			      bpf_core_field_offset(struct pid, numbers) +
			      level * bpf_core_type_size(struct upid));
	return (__u32)upid.nr == tree_root.pid &&
	       BPF_CORE_READ(upid.ns, ns.inum) == tree_root.pid_namespace;
}

static __always_inline int handle_exec(const struct task_struct *task)
{
	if (tree_root_seen || !is_tree_root(task))
		return 0;
	tree_root_seen = true;
	tree_join(task);
	return 0;
}

REENTRANT_PROG("tp_btf/sched_process_exec", on_exec, handle_exec(task), struct task_struct *task)

/* The start of a process is that of its leader, also after a thread has replaced the leader. */
static __always_inline int handle_free(const struct task_struct *task)
{
	__u32 pid = task->tgid;
	const __u64 *start_ns;

	if (task->pid != task->tgid)
		return 0;
	start_ns = bpf_map_lookup_elem(&tree, &pid);
	if (start_ns && *start_ns == task->start_boottime)
		tree_leave(pid);
	return 0;
}

REENTRANT_PROG("tp_btf/sched_process_free", on_free, handle_free(task), struct task_struct *task)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
