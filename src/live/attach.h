/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which of the kernel side's programs to load, and how to attach them: the best that this kernel takes, found
 * out by trying. A hook has one program per form that kernels know of it (tcp_send_reset with and without a
 * reason), or ways that differ in cost (calls by fentry, kprobe, tracepoint); one of them is loaded.
 */
#pragma once

#include <stdbool.h>

#include "live.h"
#include "run_info.h"

struct tcpclose_bpf;
struct bpf_link;
struct probe;

#define ATTACH_CALL_PROGS 8		/* entry and return of close(), of shutdown(); and their copies */

enum attach_timewait {
	ATTACH_TIMEWAIT_NONE,
	ATTACH_TIMEWAIT_FEXIT,	/* tcp_timewait_state_process */
	ATTACH_TIMEWAIT_KFREE,	/* kfree_skb, which names the minisock */
	ATTACH_TIMEWAIT_KFREE_LOCATION,	/* kfree_skb, which only shows where it was called */
};

enum attach_form { ATTACH_FORM_NONE, ATTACH_FORM_PLAIN, ATTACH_FORM_FULL };

/* What is to be loaded, then what was. */
struct attach {
	enum calls_mode calls;		/* never AUTO */
	enum attach_timewait timewait;
	enum attach_form reset_sent, fin_resent;	/* without and with reason, and err */
	bool reset_received;
	bool send_reset;	/* by fentry, where the tracepoint does not show them */
	bool cookie, pt_regs, cast;	/* struct kernel_features */
	struct code_range tcp_rcv_code[2];	/* ATTACH_TIMEWAIT_KFREE_LOCATION */
	struct bpf_link *call_link[ATTACH_CALL_PROGS];
};

/* Can close() and shutdown() be watched by fentry, or by kprobe, which calls says? */
bool attach_can_trace_calls(const struct probe *p, enum calls_mode calls);

/* Finds out what this kernel takes of what the user wants. */
void attach_plan(struct attach *a, const struct live_config *config);

/* Less than the plan, for a kernel that refused it; false if nothing is left to leave out. */
bool attach_downgrade(struct attach *a);

/* Tells libbpf, between opening and loading. */
void attach_set_autoload(const struct attach *a, struct tcpclose_bpf *skel);

/*
 * Attaches what was loaded, and writes into meta how. 0, or -errno with why if a hook that nothing can be
 * told without, or that the user insists on, cannot be attached.
 */
int attach_hooks(struct attach *a, struct tcpclose_bpf *skel, enum calls_mode wanted,
		 struct run_info *meta, char why[LIVE_WHY_BYTES]);

void attach_release(struct attach *a);
