/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the task on this CPU is in its own program, by its frame pointers. They miss the caller of a
 * function that sets up no frame, as libc's close() does not: a few words of its stack hold it.
 */
#pragma once

#include "emit.bpf.h"
#include "stack.h"
#include "task.bpf.h"

extern const volatile bool stacks;

#define BPF_F_USER_STACK (1ULL << 8)

static __always_inline __u64 stack_pointer(struct task_struct *task)
{
	const struct pt_regs___any *regs = task_regs(task);

	return BPF_CORE_READ(regs, sp);
}

static __always_inline void stack_fill(struct stack *s, void *ctx, const struct event *e)
{
	struct task_struct *task = task_now();
	const struct mm_struct *mm = BPF_CORE_READ(task, mm);
	long bytes;

	s->ts_ns = e->ts_ns;
	s->pid = e->pid;
	s->tid = e->tid;
	s->frames = s->words = 0;
	s->error = 0;
	s->exiting = !mm;
	s->replaced = e->call == EVENT_CALL_EXECVE;
	s->compat = !!(e->task & EVENT_TASK_COMPAT);
	s->unused = 0;
	s->sp = s->start_code = s->end_code = s->start_stack = 0;
	__builtin_memset(s->word, 0, sizeof(s->word));
	if (s->exiting || s->replaced)
		return;
	s->start_code = BPF_CORE_READ(mm, start_code);
	s->end_code = BPF_CORE_READ(mm, end_code);
	s->start_stack = BPF_CORE_READ(mm, start_stack);
	s->sp = stack_pointer(task);
	bytes = bpf_get_stack(ctx, s->frame, sizeof(s->frame), BPF_F_USER_STACK);
	if (bytes < 0)
		s->error = (__s32)-bytes;
	else
		s->frames = (__u32)bytes / sizeof(s->frame[0]);
	if (!bpf_probe_read_user(s->word, sizeof(s->word), (const void *)s->sp))
		s->words = STACK_WORDS;
}

/* Room for one, before that of its event, which it precedes. NULL: none is asked for, or there is no room. */
static __always_inline struct stack *stack_reserve(int new_state)
{
	struct stack *s;

	if (!stacks || (new_state != STATE_FIN_WAIT1 && new_state != STATE_LAST_ACK &&
			new_state != STATE_CLOSE))
		return NULL;
	s = bpf_ringbuf_reserve(&events, sizeof(*s), 0);
	if (!s)
		__sync_fetch_and_add(&counters.ring_full[EVENT_STACK], 1);
	return s;
}

static __always_inline void stack_drop(struct stack *s)
{
	if (stacks && s)
		bpf_ringbuf_discard(s, BPF_RB_NO_WAKEUP);
}

/*
 * That of the task that the event names, if it does, before the event is submitted, which then wakes the
 * reader: it must be faster than the task's end.
 */
static __always_inline void stack_take(struct stack *s, void *ctx, const struct event *e)
{
	if (!stacks || !s)
		return;
	if (!(e->task & EVENT_TASK_HERE) || e->task & EVENT_TASK_KTHREAD) {
		bpf_ringbuf_discard(s, BPF_RB_NO_WAKEUP);
		return;
	}
	stack_fill(s, ctx, e);
	bpf_ringbuf_submit(s, BPF_RB_NO_WAKEUP);
	reader_asleep = 1;
}
