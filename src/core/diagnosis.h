/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What this kernel and this user can do, judged: from the facts that were found (by trying, or read
 * from /proc and /sys) to findings, each with what it means, what it costs and what mends it. Pure:
 * the facts come in, the views show what comes out.
 *
 * A cost is a figure of tools/bench/README.md, or one that was measured just now; never an estimate.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "run_info.h"

#define DIAGNOSIS_MAX 40
#define DIAGNOSIS_VALUE 64
#define DIAGNOSIS_COST 128

enum ability { ABILITY_UNKNOWN, ABILITY_NO, ABILITY_YES };

/* What trying showed of the kernel; unknown where we may not try. */
struct diagnosis_kernel {
	enum ability btf;		/* shows its own type information */
	enum ability fentry, kprobe;	/* on close() and shutdown() */
	enum ability tracepoint;	/* on system calls */
	enum ability cookie;		/* a tracing program may ask for a socket's cookie */
	enum ability pt_regs;		/* and for a task's saved registers */
	enum ability counts_memlock;	/* maps count against RLIMIT_MEMLOCK */
	enum ability detach_may_block;	/* to detach from a function may never end */
};

/* What was read of the host, and of our place in it. */
struct diagnosis_host {
	char lockdown[24];		/* the word in brackets; "" not known */
	int unprivileged_bpf;		/* kernel.unprivileged_bpf_disabled; -1 not known */
	bool own_pid_ns, own_user_ns;	/* not those that the kernel started with */
	int hidepid;			/* of /proc: 0 to 4 */
	bool cgroup1, cgroup2;		/* mounted */
	bool tracefs;			/* mounted */
	uint64_t memlock_bytes;		/* the limit, UINT64_MAX none */
};

struct diagnosis_facts {
	const struct run_info *meta;	/* its hooks: as they were attached */
	int attach_err;			/* -errno of attaching, 0 done */
	const char *attach_why;
	bool btf_given;			/* --btf */
	uint64_t memlock_needed;	/* bytes of our maps */
	uint64_t caps;			/* effective; CAPS_BIT() of caps.h */
	struct diagnosis_kernel kernel;
	struct diagnosis_host host;
	/* one getppid(), one open() and close() of a file, before and after attaching; 0: not measured */
	uint64_t getppid_ns[2], close_ns[2];
};

enum diagnosis_level {
	DIAGNOSIS_OK,
	DIAGNOSIS_LIMITED,		/* something is lost, or costs more than it might */
	DIAGNOSIS_MISSING,		/* the main job cannot be done without */
	DIAGNOSIS_UNKNOWN,
};

enum diagnosis_group { DIAGNOSIS_HOOK, DIAGNOSIS_KERNEL, DIAGNOSIS_PRIVILEGE, DIAGNOSIS_HOST, DIAGNOSIS_GROUPS };

enum cost_source { COST_UNKNOWN, COST_BENCHMARK, COST_MEASURED };

struct finding {
	enum diagnosis_group group;
	enum diagnosis_level level;
	const char *name;
	char value[DIAGNOSIS_VALUE];	/* "" not known */
	const char *about;		/* what it is or is for */
	const char *impact;		/* what is lost without it; NULL: nothing to say */
	char cost[DIAGNOSIS_COST];		/* "" none, or not measured */
	enum cost_source cost_source;
	const char *fix;		/* NULL nothing to do */
};

struct diagnosis {
	bool can_trace;
	const char *why_not;		/* NULL if it can */
	struct finding finding[DIAGNOSIS_MAX];
	unsigned nr;
};

/* What h points to is in f and stays the caller's. */
void diagnosis_make(struct diagnosis *h, const struct diagnosis_facts *f);

unsigned diagnosis_count(const struct diagnosis *h, enum diagnosis_level level);

/* "ok", "limited", "missing", "unknown"; "hook", "kernel", "privilege", "host" */
const char *diagnosis_level_name(enum diagnosis_level level);
const char *diagnosis_group_name(enum diagnosis_group group);
