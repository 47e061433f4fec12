/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hooks that lose nothing to the kernel's recursion guard.
 *
 * The kernel skips a program that already runs on this CPU. A socket's state changes in process
 * context with interrupts on, and again in the softirq that interrupts just that program: the inner
 * change would go unseen, and uncounted (bpf_prog_info.recursion_misses alone knows). So these
 * hooks are attached twice. The first program marks what it handled; the second handles what bears
 * no mark, which is what came while the first was running. TCP runs in process and softirq context
 * only: two are enough.
 */
#pragma once

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

enum twice_hook {
	TWICE_STATE,
	TWICE_LATE,
	TWICE_RESET_SENT,
	TWICE_RESET_RECEIVED,
	TWICE_FIN_RESENT,
	TWICE_DESTROY,
	TWICE_CALL,
	TWICE_LET_GO,		/* no hook: the orphan that went to CLOSE last on this CPU */
	TWICE_COUNT,
};

/*
 * The event that the first program handled last on this CPU, and the one that it had interrupted. An
 * object is a socket cookie, which never comes again: a mark left over fits nothing else. (Of a call it is the task,
 * which makes the next one: bpf/call.bpf.h.)
 */
struct twice_mark {
	__u64 object, what;
	__u64 outer_object, outer_what;
};

struct marks_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TWICE_COUNT);
	__type(key, __u32);
	__type(value, struct twice_mark);
};
extern struct marks_map marks SEC(".maps");

/* The first program did its part for this object and event. */
static __always_inline void twice_mark(__u32 hook, __u64 object, __u64 what)
{
	struct twice_mark *m = bpf_map_lookup_elem(&marks, &hook);

	if (!m)
		return;
	m->outer_object = m->object;
	m->outer_what = m->what;
	m->object = object;
	m->what = what;
}

/* Has the second program nothing to do? */
static __always_inline bool twice_is_done(__u32 hook, __u64 object, __u64 what)
{
	struct twice_mark *m = bpf_map_lookup_elem(&marks, &hook);

	if (!m || m->object != object || m->what != what)
		return false;
	m->object = m->outer_object;
	m->what = m->outer_what;
	m->outer_object = 0;
	return true;
}

static __always_inline void mark_let_go(__u64 object)
{
	__u32 hook = TWICE_LET_GO;
	struct twice_mark *m = bpf_map_lookup_elem(&marks, &hook);

	if (m)
		m->object = object;
}

static __always_inline bool was_let_go(__u64 object)
{
	__u32 hook = TWICE_LET_GO;
	const struct twice_mark *m = bpf_map_lookup_elem(&marks, &hook);

	return m && m->object == object;
}
