/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The diagnosis that the view doctor prints: what this kernel and this user allow. It takes facts
 * (found by trying, or read from /proc and /sys) and makes findings of them, each with its meaning,
 * its cost and a fix. Pure: src/app/doctor.c collects the facts, the views print the findings.
 *
 * Each cost is a figure from tools/bench/README.md or was measured just now; none is an estimate.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "run_info.h"

#define DIAGNOSIS_MAX 40
#define DIAGNOSIS_VALUE 64
#define DIAGNOSIS_COST 128

enum ability { ABILITY_UNKNOWN, ABILITY_NO, ABILITY_YES };

/* What the kernel can do, found by trying; unknown where we have no permission to try. */
struct diagnosis_kernel {
	enum ability btf;		/* has type information in /sys/kernel/btf/vmlinux */
	enum ability fentry, kprobe;	/* can attach to close() and shutdown() */
	enum ability tracepoint;	/* there are tracepoints for system calls */
	enum ability cookie;		/* a tracing program may ask for a socket's cookie */
	enum ability pt_regs;		/* ... and for a task's saved registers */
	enum ability counts_memlock;	/* maps count against RLIMIT_MEMLOCK */
	enum ability detach_may_block;	/* detaching from a function may never return */
};

/* The fields that the programs read, in the types of --btf or else of this kernel. */
struct diagnosis_fields {
	bool known;
	bool of_another_kernel;		/* the file of --btf describes one */
	unsigned read, present;
	const char *wrong;	/* "" none: those that must be there, and are not or differ */
};

/* What /proc and /sys show of the host, and whether we run in a container. */
struct diagnosis_host {
	char lockdown[24];		/* the mode in brackets; "" not known */
	int unprivileged_bpf;		/* kernel.unprivileged_bpf_disabled; -1 not known */
	bool own_pid_ns, own_user_ns;	/* our namespace is not the host's */
	int hidepid;			/* mount option of /proc, 0 to 4 */
	bool cgroup1, cgroup2;		/* mounted */
	bool tracefs;			/* mounted */
	uint64_t memlock_bytes;		/* RLIMIT_MEMLOCK; UINT64_MAX no limit */
};

struct diagnosis_facts {
	const struct run_info *meta;	/* includes how each hook is attached */
	int attach_err;			/* result of attaching: 0 or -errno */
	const char *attach_why;
	bool btf_given;			/* --btf was given */
	uint64_t memlock_needed;	/* bytes of our maps */
	uint64_t caps;			/* effective capabilities; CAPS_BIT() of caps.h */
	struct diagnosis_kernel kernel;
	struct diagnosis_fields fields;
	struct diagnosis_host host;
	/* ns of a getppid(), and of an open() and close(): [0] before, [1] after attaching; or 0 */
	uint64_t getppid_ns[2], close_ns[2];
};

enum diagnosis_level {
	DIAGNOSIS_OK,
	DIAGNOSIS_LIMITED,		/* something is lost, or costs more than necessary */
	DIAGNOSIS_MISSING,		/* without it tracing is impossible */
	DIAGNOSIS_UNKNOWN,		/* the fact is not known */
};

enum diagnosis_group {
	DIAGNOSIS_HOOK,
	DIAGNOSIS_KERNEL,
	DIAGNOSIS_PRIVILEGE,
	DIAGNOSIS_HOST,
	DIAGNOSIS_GROUPS,
};

enum cost_source { COST_UNKNOWN, COST_BENCHMARK, COST_MEASURED };

struct finding {
	enum diagnosis_group group;
	enum diagnosis_level level;
	const char *name;
	char value[DIAGNOSIS_VALUE];	/* "" not known */
	const char *about;		/* what it is, or what it is for */
	const char *impact;		/* what is lost without it; NULL nothing */
	char cost[DIAGNOSIS_COST];	/* "" none, or not measured */
	enum cost_source cost_source;
	const char *fix;		/* what to do about it; NULL nothing */
};

struct diagnosis {
	bool can_trace;
	const char *why_not;		/* NULL with can_trace */
	struct finding finding[DIAGNOSIS_MAX];
	unsigned nr;
};

/* Fill h from the facts. h points into f (texts, run_info), which must outlive it. */
void diagnosis_make(struct diagnosis *h, const struct diagnosis_facts *f);

unsigned diagnosis_count(const struct diagnosis *h, enum diagnosis_level level);

/* "ok", "limited", "missing", "unknown"; "hook", "kernel", "privilege", "host" */
const char *diagnosis_level_name(enum diagnosis_level level);
const char *diagnosis_group_name(enum diagnosis_group group);
