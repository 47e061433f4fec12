/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Probes what the running kernel supports, by loading a program of a few instructions or by reading
 * its BTF. The version and configuration are not used, because distributions backport patches.
 */
#pragma once

#include <stdbool.h>

#include "event.h"

struct btf;

struct probe {
	struct btf *btf;	/* the kernel's; NULL if it cannot be read: then all probes fail */
	bool no_trampolines;	/* act as if the kernel had none */
};

void probe_init(struct probe *p, bool no_trampolines);
void probe_release(struct probe *p);

/* Number of arguments of a tracepoint, -1 if the kernel has none of that name. */
int probe_tracepoint_args(const struct probe *p, const char *name);

/* Can a tracing program get a socket's cookie (5.12), or a task's saved registers (5.15)? */
bool probe_cookie(const struct probe *p);
bool probe_pt_regs(const struct probe *p);

/* Can programs, even on syscall tracepoints, cast a number to a struct pointer (6.3)? */
bool probe_cast(const struct probe *p);

/* Can programs be attached to the entry and to the return of this function, by this mechanism? */
bool probe_trampoline(const struct probe *p, const char *function);
bool probe_kprobe(const char *function);

/*
 * Is the kernel one with PREEMPT_RT? A task can preempt another one there in the middle of a
 * program behind a trampoline, and a third task the second.
 */
bool probe_preempt_rt(void);

/*
 * Can the kernel preempt a task in the middle of a program, now or after a change of its mode at
 * run time (PREEMPT_DYNAMIC)? False only if its version (uname -v) has no word for preemption: then
 * it was built without, as Debian's 5.10 was.
 */
bool probe_preemption(void);
bool probe_version_has_preemption(const char *version);

/* Addresses of a kernel function, from /proc/kallsyms. 0 if that does not show them. */
struct code_range probe_function_range(const char *function);

/* Does /proc/kallsyms list this data symbol? 1, 0, or -1 if it lists no data symbols at all. */
int probe_data_symbol(const char *name);

/* Do BPF maps count against RLIMIT_MEMLOCK? They do before 5.11. */
bool probe_counts_memlock(void);
