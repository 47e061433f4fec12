/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Fill an event's fields from the task on this CPU: its identity and its system call. Also finds
 * the file behind a descriptor of the task. Knows kernel layouts, as sock.bpf.h does.
 */
#pragma once

#include "sock.bpf.h"

/* include/linux/sched.h */
#define PF_EXITING 0x4
#define PF_IO_WORKER 0x10
#define PF_USER_WORKER 0x4000
#define PF_KTHREAD 0x200000

#define THREAD_SIZE 16384		/* of x86-64, and of arm64 with pages up to 16 KiB */
#define TS_COMPAT 2			/* arch/x86/include/asm/thread_info.h */
#define TIF_32BIT 22		/* arch/arm64/include/asm/thread_info.h; the same in 5.10 to 7.2 */

#define SYSCALL_TABLE_SIZE 512
/* System call number -> enum syscall_id; the second for 32-bit programs. */
extern const volatile __u8 syscall_table[SYSCALL_TABLE_SIZE];
extern const volatile __u8 syscall_table_32[SYSCALL_TABLE_SIZE];

static __always_inline __u8 syscall_id_of(const volatile __u8 *table, __s32 nr)
{
	__u32 at = (__u32)nr;

	if (at >= SYSCALL_TABLE_SIZE)
		return SYSCALL_OTHER;
	barrier_var(at);	/* else the compiler drops the mask, which the verifier needs */
	return table[at & (SYSCALL_TABLE_SIZE - 1)];
}

#define I386_SOCKETCALL 102
#define SOCKETCALL_CONNECT 3	/* include/uapi/linux/net.h */
#define SOCKETCALL_SHUTDOWN 13

/*
 * Read a field of task_current() or task_regs(): directly, if the kernel has the helpers that
 * return a trusted pointer, else by a helper call.
 */
#define TASK_READ(p, field) (kernel_features.pt_regs ? (p)->field : BPF_CORE_READ(p, field))

static __always_inline struct task_struct *task_current(void)
{
	if (kernel_features.pt_regs)
		return bpf_get_current_task_btf();
	return (void *)bpf_get_current_task();
}

/*
 * Return the saved registers of the task's system call. Without the helper (before 5.15) their
 * address is computed as in task_pt_regs() of x86 and arm64: the top of the kernel stack, which is
 * THREAD_SIZE above its bottom, minus the size of the registers. Such old kernels have no padding
 * there. Kernels with KASAN, whose stacks are larger, are not supported.
 */
static __always_inline const void *task_regs(struct task_struct *task)
{
	if (kernel_features.pt_regs)
		return (const void *)bpf_task_pt_regs(task);
	return BPF_CORE_READ(task, stack) + THREAD_SIZE - bpf_core_type_size(struct pt_regs___x86);
}

/* The system call of a 32-bit program: other numbers and registers, and socketcall(). */
static __always_inline void regs_fill_i386(struct event *e, const struct pt_regs___x86 *regs)
{
	__u32 sub = (__u32)TASK_READ(regs, bx);
	__u32 rest = (__u32)TASK_READ(regs, cx);

	e->task_flags |= TASKF_COMPAT;
	e->syscall = syscall_id_of(syscall_table_32, e->syscall_nr);
	e->arg[0] = (__s32)sub;
	e->arg[1] = (__s32)rest;
	if (e->syscall_nr != I386_SOCKETCALL)
		return;
	if (sub == SOCKETCALL_SHUTDOWN)
		e->syscall = SYSCALL_SHUTDOWN;
	else if (sub == SOCKETCALL_CONNECT)
		e->syscall = SYSCALL_CONNECT;
	if (bpf_probe_read_user(e->arg, sizeof(e->arg), (void *)(__u64)rest))
		e->arg[0] = e->arg[1] = -1;
}

/*
 * Fill in the system call of the task from its saved registers. They are valid in task context
 * only, and stale in threads of io_uring and of the kernel.
 */
static __always_inline void regs_fill(struct event *e, struct task_struct *task)
{
	const void *regs = task_regs(task);
	const struct pt_regs___x86 *x86 = regs;
	const struct pt_regs___arm64 *arm64 = regs;

	if (bpf_core_field_exists(x86->orig_ax)) {
		const struct thread_info___x86 *ti = (const void *)&task->thread_info;

		e->syscall_nr = (__s32)TASK_READ(x86, orig_ax);
		e->arg[0] = (__s32)TASK_READ(x86, di);
		e->arg[1] = (__s32)TASK_READ(x86, si);
		e->syscall = syscall_id_of(syscall_table, e->syscall_nr);
		if (TASK_READ(ti, status) & TS_COMPAT)
			regs_fill_i386(e, x86);
	} else if (bpf_core_field_exists(arm64->syscallno)) {
		e->syscall_nr = TASK_READ(arm64, syscallno);
		e->arg[0] = (__s32)TASK_READ(arm64, orig_x0);
		e->arg[1] = (__s32)TASK_READ(arm64, regs[1]);
		e->syscall = syscall_id_of(syscall_table, e->syscall_nr);
		if (BPF_CORE_READ(task, thread_info.flags) & (1UL << TIF_32BIT)) {
			e->task_flags |= TASKF_COMPAT;
			e->syscall = syscall_id_of(syscall_table_32, e->syscall_nr);
		}
	} else {
		return;
	}
	e->task_flags |= TASKF_SYSCALL;
}

/*
 * Could the task on this CPU make this change? True whenever local_task_may_have_changed() is true,
 * which needs the filled event. For what has to come before the event.
 */
static __always_inline bool task_may_make_change(const struct sock *sk, int new)
{
	if (sk->sk_lock.owned || new == STATE_FIN_WAIT1 || new == STATE_LAST_ACK)
		return true;
	/* never accepted: closed by the close() of its listener */
	return new == STATE_CLOSE && !sk->sk_socket &&
	       !(sk->__sk_common.skc_flags & 1UL << SOCK_DEAD_BIT);
}

/*
 * Fill in the task on this CPU. User space decides whether it caused the event. `process` is the
 * result of process_name_bits().
 */
static __always_inline void task_fill(struct event *e, __u8 process)
{
	struct task_struct *task = task_current();
	__u64 id = bpf_get_current_pid_tgid();
	unsigned int flags = TASK_READ(task, flags);

	e->pid = id >> 32;
	e->tid = (__u32)id;
	e->uid = (__u32)bpf_get_current_uid_gid();
	e->cgroup = bpf_get_current_cgroup_id();
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	e->task_flags = TASKF_VALID | process;
	e->syscall_nr = -1;
	if (flags & PF_EXITING) {
		e->task_flags |= TASKF_EXITING;
		e->exit_code = (__u16)TASK_READ(task, exit_code);
	}
	if (flags & (PF_IO_WORKER | PF_USER_WORKER))
		e->task_flags |= TASKF_IO_WORKER;
	if (flags & PF_KTHREAD)
		e->task_flags |= TASKF_KTHREAD;
	else
		regs_fill(e, task);
}

/* The open file behind a descriptor of the task, or NULL. The verifier takes it for a number. */
static __always_inline struct file *fd_file(__u32 fd)
{
	struct task_struct *task = task_current();
	const struct fdtable *fdt;
	struct file **slot, *file = NULL;

	if (kernel_features.pt_regs) {
		fdt = task->files->fdt;
		if (fd >= fdt->max_fds)		/* if files is NULL, the read faults and yields 0 */
			return NULL;
		slot = fdt->fd;
	} else {
		fdt = BPF_CORE_READ(task, files, fdt);
		if (!fdt || fd >= BPF_CORE_READ(fdt, max_fds))
			return NULL;
		slot = BPF_CORE_READ(fdt, fd);
	}
	bpf_probe_read_kernel(&file, sizeof(file), slot + fd);
	return file;
}
