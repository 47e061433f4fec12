/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The set of processes that are in the tree of COMMAND (--tree). */
#pragma once

#include "emit.bpf.h"
#include "tree.h"

#define NO_PREALLOC 1		/* BPF_F_NO_PREALLOC of linux/bpf.h */

struct tree_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u32);		/* process id */
	__type(value, __u64);		/* start_boottime: when the process was forked */
};
extern struct tree_map tree SEC(".maps");
extern const volatile struct tree_root tree_root;

static __always_inline bool tree_has(__u32 pid)
{
	return bpf_map_lookup_elem(&tree, &pid);
}

/* Is the task on the CPU in the tree? */
static __always_inline bool tree_has_current(void)
{
	return tree_root.pid && tree_has(bpf_get_current_pid_tgid() >> 32);
}
