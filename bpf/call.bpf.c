/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * close() and shutdown() on TCP sockets, from entry to return.
 *
 * A state change shows which call ended a connection. These hooks add the calls that ended nothing,
 * the calls that failed, and the time spent in each call. There are three sets of programs: fentry
 * and fexit on the function of the system call, kprobes on it, and the syscall tracepoints, which
 * slow down every system call of the host. The cheapest set that the kernel accepts is attached.
 *
 * The kernel skips a program that is already running on this CPU. If the kernel preempts a task in
 * the middle of a program (all kernels since 7.0 can, and many older ones), the call of the next
 * task is missed. So the fentry and tracepoint sets are attached twice, unless the kernel was built
 * without preemption. Kprobes run with preemption off.
 */
#include "call.bpf.h"
#include <bpf/bpf_tracing.h>

struct inflight_map inflight SEC(".maps");
struct call_slots_map call_slots SEC(".maps");

/*
 * The function of a system call has one argument, a pointer to the caller's registers
 * (asm/syscall_wrapper.h of x86 and arm64).
 */
static __always_inline __u32 syscall_first_arg(const void *regs)
{
	const struct pt_regs___x86 *x86 = regs;
	const struct pt_regs___arm64 *arm64 = regs;

	if (bpf_core_field_exists(x86->orig_ax))
		return (__u32)BPF_CORE_READ(x86, di);
	return (__u32)BPF_CORE_READ(arm64, regs[0]);
}

static __always_inline long syscall_return_value(const void *regs)
{
	const struct pt_regs___x86 *x86 = regs;
	const struct pt_regs___arm64 *arm64 = regs;

	if (bpf_core_field_exists(x86->orig_ax))
		return (long)BPF_CORE_READ(x86, ax);
	return (long)BPF_CORE_READ(arm64, regs[0]);
}

/* Read the function's first argument, the caller's registers, from the registers at its entry. */
static __always_inline const void *caller_regs(const void *regs)
{
	const struct pt_regs___x86 *x86 = regs;
	const struct pt_regs___arm64 *arm64 = regs;

	if (bpf_core_field_exists(x86->orig_ax))
		return (const void *)BPF_CORE_READ(x86, di);
	return (const void *)BPF_CORE_READ(arm64, regs[0]);
}

static __always_inline int enter_by_fentry(const __u64 *ctx, enum reentry_copy copy)
{
	return call_enter_once(syscall_first_arg((const void *)ctx_arg_scalar(ctx, 0)), copy);
}

static __always_inline int exit_by_fexit(const __u64 *ctx)
{
	return call_exit((long)ctx[1]);
}

/* src/live/hook_table.c names the functions, which depend on the architecture. */
REENTRANT_PROG("fentry", close_fentry, enter_by_fentry(ctx, copy))
REENTRANT_PROG("fexit", close_fexit, exit_by_fexit(ctx))
REENTRANT_PROG("fentry", shutdown_fentry, enter_by_fentry(ctx, copy))
REENTRANT_PROG("fexit", shutdown_fexit, exit_by_fexit(ctx))

SEC("kprobe")
int close_kprobe(const void *ctx)
{
	return call_enter(syscall_first_arg(caller_regs(ctx)));
}

SEC("kretprobe")
int close_kretprobe(const void *ctx)
{
	return call_exit(syscall_return_value(ctx));
}

SEC("kprobe")
int shutdown_kprobe(const void *ctx)
{
	return call_enter(syscall_first_arg(caller_regs(ctx)));
}

SEC("kretprobe")
int shutdown_kretprobe(const void *ctx)
{
	return call_exit(syscall_return_value(ctx));
}

static __always_inline int enter_by_tracepoint(const void *ctx, enum reentry_copy copy)
{
	const struct syscall_trace_enter *enter = ctx;

	return call_enter_once(enter->args[0], copy);
}

static __always_inline int exit_by_tracepoint(const void *ctx)
{
	const struct syscall_trace_exit *exit = ctx;

	return call_exit(exit->ret);
}

REENTRANT_PROG("tracepoint/syscalls/sys_enter_close", close_enter, enter_by_tracepoint(ctx, copy))
REENTRANT_PROG("tracepoint/syscalls/sys_exit_close", close_exit, exit_by_tracepoint(ctx))
REENTRANT_PROG("tracepoint/syscalls/sys_enter_shutdown", shutdown_enter,
	       enter_by_tracepoint(ctx, copy))
REENTRANT_PROG("tracepoint/syscalls/sys_exit_shutdown", shutdown_exit, exit_by_tracepoint(ctx))

char LICENSE[] SEC("license") = "Dual BSD/GPL";
