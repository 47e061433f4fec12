/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A reader that looks up processes in /proc is woken by the first event of each program of a
 * process: the process may end within the time in which the reader polls.
 */
#pragma once

#include "emit.bpf.h"
#include "task.bpf.h"

struct woken_processes_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);		/* process id */
	__type(value, __u64);		/* address of its mm, which execve() replaces */
};
extern struct woken_processes_map woken_processes SEC(".maps");
extern const volatile bool want_processes;

/* Call it after task_fill(), and submit e next. /proc has nothing of a process that is exiting. */
static __always_inline void wake_for_process(const struct event *e)
{
	__u32 pid = e->pid;
	const __u64 *was;
	__u64 mm;

	if (!want_processes || e->task_flags & (TASKF_EXITING | TASKF_KTHREAD))
		return;
	mm = (__u64)BPF_CORE_READ(task_current(), mm);
	was = bpf_map_lookup_elem(&woken_processes, &pid);
	if (was && *was == mm)
		return;
	bpf_map_update_elem(&woken_processes, &pid, &mm, 0);
	reader_asleep = 1;
}
