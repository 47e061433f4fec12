/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of hooks: which BPF programs make up each hook, and how they are attached.
 *
 * To add a hook, write its programs in a file of bpf/, and add one row here and one row of texts
 * for doctor in src/core/diagnosis.c (tests/unit/live/test_hook_table.c compares the two tables).
 */
#pragma once

#include <stdbool.h>

#include "calls_mode.h"

#define HOOK_REENTRY_SUFFIX "_reentry"	/* bpf/reentry.bpf.h: REENTRANT_PROG() */
#define HOOK_PROGRAMS 4
#define HOOK_WAYS 3

enum hook_mechanism {
	BY_TP_BTF,
	BY_TRAMPOLINE,		/* fentry or fexit, according to the program's section */
	BY_KPROBE,		/* kprobe or kretprobe, according to the program's section */
	BY_SYSCALL_TRACEPOINT,
};

/* Does each program have a second copy, attached later (bpf/reentry.bpf.h)? */
enum hook_copies {
	ONE_COPY,
	TWO_COPIES,		/* a softirq or another task may interrupt the first copy */
	TWO_IF_PREEMPTED,	/* only another task may: not if the kernel preempts none */
};

/* One way to attach a hook: all of its programs or none. */
struct hook_way {
	const char *how;		/* public word of JSON meta, doctor and --calls */
	enum hook_mechanism mechanism;
	enum hook_copies copies;
	const char *tracepoint;		/* the kernel must have this one; NULL: any kernel */
	int min_args;			/* ... with at least this many arguments */
	bool needs_tcp_rcv_code;	/* the addresses of tcp_v4_rcv() and tcp_v6_rcv() */
	const char *program[HOOK_PROGRAMS];	/* names; two hooks may share a program */
	const char *function[HOOK_PROGRAMS];	/* BY_TRAMPOLINE, BY_KPROBE: the function of each */
};

struct hook_row {
	const char *name;		/* public word of JSON meta and doctor */
	int drop_rank;			/* the lowest is dropped first; 0: tracing needs it */
	const char *how_not;		/* public word if the hook is not attached */
	struct hook_way way[HOOK_WAYS];	/* in order of preference, but for PREEMPT_RT (attach.c) */
};

enum {
	HOOK_CALLS,			/* the only one whose way the user can choose (--calls) */
	HOOK_TREE = 8,			/* only with --tree */
	HOOK_COUNT = 9,
};

/* In the order of JSON meta. */
extern const struct hook_row hook_table[HOOK_COUNT];

/* The way of HOOK_CALLS for fentry, kprobe or tracepoint. */
static inline const struct hook_way *hook_calls_way(enum calls_mode calls)
{
	return &hook_table[HOOK_CALLS].way[calls - CALLS_FENTRY];
}
