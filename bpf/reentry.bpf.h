/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hooks that lose no event to the kernel's recursion guard.
 *
 * The kernel skips a program that is already running on this CPU. While a program reports a change
 * that was made in process context, a softirq can interrupt it and change the state of another
 * socket. The program would miss this inner change, and only bpf_prog_info.recursion_misses would
 * count it. So these hooks are attached twice. The first program marks each event that it handled.
 * The second handles events without a mark, which arrived while the first was running. TCP runs in
 * process and softirq context only, so two programs are enough. Hooks that report process context
 * only have a second program where the kernel preempts (src/live/hook_table.h).
 */
#pragma once

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

enum reentry_hook {
	REENTRY_STATE,
	REENTRY_TIMEWAIT,
	REENTRY_RESET_SENT,
	REENTRY_RESET_RECEIVED,
	REENTRY_FIN_RESENT,
	REENTRY_DESTROY,
	REENTRY_CALL,
	REENTRY_ORPHAN_CLOSED,		/* not a hook: mark_orphan_closed() */
	REENTRY_COUNT,
};

/*
 * The event that the first program handled last on this CPU, and the one that it had interrupted.
 * An id is a socket cookie, which is never reused, so a stale mark matches nothing else. For calls
 * the id is that of the task, which can be reused: HANDLE_ONCE_ANY_ORDER() tolerates stale marks.
 */
struct reentry_mark {
	__u64 id, what;
	__u64 outer_id, outer_what;
};

struct reentry_marks_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REENTRY_COUNT);
	__type(key, __u32);
	__type(value, struct reentry_mark);
};
extern struct reentry_marks_map reentry_marks SEC(".maps");

/* Record that this event was handled. id and what identify it. */
static __always_inline void reentry_mark(__u32 hook, __u64 id, __u64 what)
{
	struct reentry_mark *m = bpf_map_lookup_elem(&reentry_marks, &hook);

	if (!m)
		return;
	m->outer_id = m->id;
	m->outer_what = m->what;
	m->id = id;
	m->what = what;
}

/* Was this event handled already? Removes its mark. */
static __always_inline bool reentry_seen(__u32 hook, __u64 id, __u64 what)
{
	struct reentry_mark *m = bpf_map_lookup_elem(&reentry_marks, &hook);

	if (!m || m->id != id || m->what != what)
		return false;
	m->id = m->outer_id;
	m->what = m->outer_what;
	m->outer_id = 0;
	return true;
}

/* Which of a hook's two programs this is: a constant in each of them. */
enum reentry_copy { REENTRY_FIRST, REENTRY_SECOND };

/*
 * Define both programs of a hook, name and name_reentry, which src/live/attach.c attaches in this
 * order. The body is an int expression that can use ctx, args and copy.
 */
#define REENTRANT_PROG(section, name, body, args...)						\
	SEC(section)										\
	int BPF_PROG(name, ##args)								\
	{											\
		const enum reentry_copy copy = REENTRY_FIRST;					\
												\
		(void)copy;									\
		return (body);									\
	}											\
	SEC(section)										\
	int BPF_PROG(name##_reentry, ##args)							\
	{											\
		const enum reentry_copy copy = REENTRY_SECOND;					\
												\
		(void)copy;									\
		return (body);									\
	}

/*
 * Evaluate handle once for the event that id and what identify: in the first program or, if the
 * kernel skipped it, in the second. For hooks whose programs run in the order of attaching.
 */
#define HANDLE_ONCE(copy, hook, id, what, handle)						\
	({											\
		if ((copy) == REENTRY_FIRST || !reentry_seen(hook, id, what)) {			\
			handle;									\
			if ((copy) == REENTRY_FIRST)						\
				reentry_mark(hook, id, what);					\
		}										\
		0;										\
	})

/*
 * Evaluate handle once, for hooks whose programs can run in either order (of two fentry programs
 * the one attached last runs first). The program that runs first leaves its mark for the other. A
 * stale mark stops one of them, never both.
 */
#define HANDLE_ONCE_ANY_ORDER(copy, hook, id, what, handle)					\
	({											\
		__u64 what_ = (__u64)(what) << 1;						\
												\
		if (!reentry_seen(hook, id, what_ | !(copy))) {					\
			handle;									\
			reentry_mark(hook, id, what_ | (copy));					\
		}										\
		0;										\
	})

/* Record the orphan that changed to CLOSE last on this CPU. */
static __always_inline void mark_orphan_closed(__u64 id)
{
	__u32 hook = REENTRY_ORPHAN_CLOSED;
	struct reentry_mark *m = bpf_map_lookup_elem(&reentry_marks, &hook);

	if (m)
		m->id = id;
}

static __always_inline bool was_orphan_closed(__u64 id)
{
	__u32 hook = REENTRY_ORPHAN_CLOSED;
	const struct reentry_mark *m = bpf_map_lookup_elem(&reentry_marks, &hook);

	return m && m->id == id;
}
