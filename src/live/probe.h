/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the running kernel takes, found out by trying a program of a few instructions, or shown by its type
 * information. Never by its version or its configuration: both lie, since distributions carry patches back.
 */
#pragma once

#include <stdbool.h>

#include "event.h"

struct btf;

struct probe {
	struct btf *btf;	/* the kernel's, NULL if it cannot be read: then nothing is known */
	bool no_trampolines;	/* do as if it had none */
};

void probe_init(struct probe *p, bool no_trampolines);
void probe_release(struct probe *p);

/* Number of arguments of a tracepoint, -1 if the kernel has none of that name. */
int probe_tracepoint_args(const struct probe *p, const char *name);

/* May a tracing program ask for a socket's cookie (5.12), for a task's saved registers (5.15)? */
bool probe_cookie(const struct probe *p);
bool probe_pt_regs(const struct probe *p);

/* May a program, of a syscall tracepoint too, take a number for a pointer to a struct (6.3)? */
bool probe_cast(const struct probe *p);

/* Can a program be attached to the entry and to the return of this function? */
bool probe_trampoline(const struct probe *p, const char *function);
bool probe_kprobe(const char *function);

/* Where in the kernel this function is, by /proc/kallsyms; from is 0 if that does not say. */
struct code_range probe_function_range(const char *function);

/* Does /proc/kallsyms show this symbol: 1, 0, or -1 if it shows no data at all, of which it is one. */
int probe_data_symbol(const char *name);

/* Do maps count against RLIMIT_MEMLOCK? True before 5.11. */
bool probe_counts_memlock(void);
