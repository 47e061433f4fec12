/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The name of the process that the task on this CPU belongs to: that of the thread group's leader.
 * It is read here, because /proc may not have it any more when user space sees the event. The
 * leader's task_struct outlives its exit as long as other threads of its group run.
 */
#pragma once

#include "emit.bpf.h"
#include "process_name.h"
#include "task.bpf.h"

/* The name that was emitted last for a process, and when. */
struct emitted_name {
	__u64 ts_ns;
	__u64 name[EVENT_COMM_LEN / 8];
};

struct process_names_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);		/* process id */
	__type(value, struct emitted_name);
};
extern struct process_names_map process_names SEC(".maps");

static __always_inline bool is_same_name(const __u64 *a, const __u64 *b)
{
	return a[0] == b[0] && a[1] == b[1];
}

/* Emit the name. False if the ring is full, which is counted. */
static __always_inline bool process_name_emit(__u32 pid, const struct emitted_name *now)
{
	struct process_name *r = bpf_ringbuf_reserve(&events, sizeof(*r), 0);

	if (!r) {
		__sync_fetch_and_add(&counters.ring_full[EVENT_PROCESS_NAME], 1);
		return false;
	}
	r->ts_ns = now->ts_ns;
	r->pid = pid;
	r->zero = 0;
	__builtin_memcpy(r->name, now->name, sizeof(r->name));
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return true;
}

/*
 * Return the bits of event.task_flags for task_fill(). Emits the name of the process if the event
 * needs it and the reader does not have it, so call this before the event is reserved. The map is
 * updated after that: who finds a name in the map reserves an event behind the name.
 */
static __always_inline __u8 process_name_bits(__u64 ts_ns)
{
	__u64 id = bpf_get_current_pid_tgid(), comm[EVENT_COMM_LEN / 8];
	struct emitted_name now = { .ts_ns = ts_ns };
	const struct emitted_name *was;
	__u32 pid = id >> 32;

	if (pid == (__u32)id)
		return TASKF_PROCESS_SAME;
	bpf_get_current_comm(comm, sizeof(comm));
	if (BPF_CORE_READ_STR_INTO(&now.name, task_current(), group_leader, comm) < 0)
		return 0;
	if (is_same_name(comm, now.name))
		return TASKF_PROCESS_SAME;
	was = bpf_map_lookup_elem(&process_names, &pid);
	if (was && is_same_name(was->name, now.name) &&
	    ts_ns < was->ts_ns + PROCESS_NAME_REPEAT_NS)
		return TASKF_PROCESS_NAMED;
	if (!process_name_emit(pid, &now))
		return 0;
	bpf_map_update_elem(&process_names, &pid, &now, 0);
	return TASKF_PROCESS_NAMED;
}
