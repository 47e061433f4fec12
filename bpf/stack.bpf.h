/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Captures the user stack of the task on this CPU by its frame pointers. They skip the caller of a
 * function that sets up no frame, such as libc's close(). The address of this caller is in the
 * first few words of the stack or, on arm64, in the link register, so these are captured too.
 */
#pragma once

#include "emit.bpf.h"
#include "stack.h"
#include "task.bpf.h"

extern const volatile bool want_stacks;

#define BPF_F_USER_STACK (1ULL << 8)

#define ARM64_LR 30

static __always_inline void stack_fill_registers(struct stack *s, struct task_struct *task)
{
	const struct pt_regs___any *regs = task_regs(task);
	const struct pt_regs___arm64 *arm64 = (const void *)regs;

	s->sp = BPF_CORE_READ(regs, sp);
	s->lr = 0;
	s->has_link = bpf_core_field_exists(arm64->syscallno);
	if (s->has_link)
		s->lr = BPF_CORE_READ(arm64, regs[ARM64_LR]);
}

static __always_inline void stack_fill(struct stack *s, void *ctx, struct task_struct *task)
{
	const struct mm_struct *mm = BPF_CORE_READ(task, mm);
	__u64 id = bpf_get_current_pid_tgid();
	long bytes;

	s->pid = id >> 32;
	s->tid = (__u32)id;
	s->frames = s->words = 0;
	s->error = 0;
	s->exiting = !mm;
	s->unused[0] = 0;
	s->start_code = BPF_CORE_READ(mm, start_code);
	s->end_code = BPF_CORE_READ(mm, end_code);
	s->start_stack = BPF_CORE_READ(mm, start_stack);
	s->replaced = mm && !s->start_code;	/* exec closes files, then loads the program */
	stack_fill_registers(s, task);
	__builtin_memset(s->word, 0, sizeof(s->word));
	if (s->exiting || s->replaced)
		return;
	bytes = bpf_get_stack(ctx, s->frame, sizeof(s->frame), BPF_F_USER_STACK);
	if (bytes < 0)
		s->error = (__s32)-bytes;
	else
		s->frames = (__u32)bytes / sizeof(s->frame[0]);
	if (!bpf_probe_read_user(s->word, sizeof(s->word), (const void *)s->sp))
		s->words = STACK_WORDS;
}

/* Is this a change towards the end of a connection that the task on this CPU may have made? */
static __always_inline bool change_wants_stack(const struct sock *sk, int new)
{
	if (new != STATE_FIN_WAIT1 && new != STATE_LAST_ACK && new != STATE_CLOSE)
		return false;
	return task_may_make_change(sk, new);
}

/*
 * Emit the stack. The caller then emits the event with the same ts_ns, which wakes the reader,
 * because symbols must be read before the task exits. Kernel threads have no user stack.
 */
static __always_inline void stack_emit(void *ctx, const struct sock *sk, int new, __u64 ts_ns)
{
	struct task_struct *task;
	struct stack *s;

	if (!want_stacks || !change_wants_stack(sk, new))
		return;
	task = task_current();
	if (TASK_READ(task, flags) & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER))
		return;
	s = bpf_ringbuf_reserve(&events, sizeof(*s), 0);
	if (!s) {
		__sync_fetch_and_add(&counters.ring_full[EVENT_STACK], 1);
		return;
	}
	s->ts_ns = ts_ns;
	stack_fill(s, ctx, task);
	bpf_ringbuf_submit(s, BPF_RB_NO_WAKEUP);
	reader_asleep = 1;
}
