/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Decides which BPF programs to load, and attaches them. Each hook of hook_table.h uses the first
 * of its ways that this kernel accepts; probe.h finds out which, by trying.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "hook_table.h"
#include "live.h"
#include "run_info.h"

struct tcpclose_bpf;
struct bpf_link;
struct bpf_program;
struct probe;

#define ATTACH_LINKS 32

struct attach {
	const struct hook_way *way[HOOK_COUNT];	/* of each hook; NULL: not attached */
	struct kernel_features features;
	struct code_range tcp_rcv_code[2];	/* of tcp_v4_rcv(), tcp_v6_rcv(), if needed */
	struct bpf_link *link[ATTACH_LINKS];	/* what is attached, in this order */
	const struct bpf_program *program[ATTACH_LINKS];
	unsigned nr_links;
	bool tree;			/* HOOK_TREE is wanted */
	bool preempts;			/* the kernel may preempt a program */
};

/* Can close() and shutdown() be watched by CALLS_FENTRY or CALLS_KPROBE on this kernel? */
bool attach_can_trace_calls(const struct probe *p, enum calls_mode calls);

/* Find the best way for each hook that this kernel and config permit. */
void attach_plan(struct attach *a, const struct live_config *config);

/*
 * Remove the least important hooks from the plan, after the kernel refused to load the programs.
 * False if only required hooks are left.
 */
bool attach_downgrade(struct attach *a);

/* Select the planned programs for loading. Call between open and load of the skeleton. */
void attach_set_autoload(const struct attach *a, struct tcpclose_bpf *skel);

/*
 * Attach the loaded programs, and add each hook to meta with the way it is attached. Returns 0, or
 * -errno with the reason in why, if a required hook failed or the way that the user chose.
 */
int attach_hooks(struct attach *a, const struct tcpclose_bpf *skel, enum calls_mode wanted,
		 struct run_info *meta, char why[LIVE_WHY_BYTES]);

/*
 * Count the runs of the attached programs that the kernel skipped because a program was running
 * already (bpf_prog_info.recursion_misses). Of the two copies of a program the smaller count is
 * taken: an event is missed only if both were skipped. False if it is unknown: Linux before 5.12,
 * or not permitted.
 */
bool attach_count_misses(const struct attach *a, uint64_t *misses);

/* Detach all programs. */
void attach_release(struct attach *a);
