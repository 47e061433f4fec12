/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "hook_table.h"

/* The kernel functions of close() and shutdown(). On other architectures they are not found. */
#if defined(__x86_64__)
#define SYSCALL_PREFIX "__x64_sys_"
#elif defined(__aarch64__)
#define SYSCALL_PREFIX "__arm64_sys_"
#else
#define SYSCALL_PREFIX "sys_"
#endif
#define CLOSE SYSCALL_PREFIX "close"
#define SHUTDOWN SYSCALL_PREFIX "shutdown"

const struct hook_row hook_table[HOOK_COUNT] = {
	[HOOK_CALLS] = { "calls", 2, "inline", {	/* ways in the order of enum calls_mode */
		{ "fentry", BY_TRAMPOLINE, TWO_IF_PREEMPTED,
		  .program = { "close_fentry", "close_fexit", "shutdown_fentry", "shutdown_fexit" },
		  .function = { CLOSE, CLOSE, SHUTDOWN, SHUTDOWN } },
		{ "kprobe", BY_KPROBE, ONE_COPY,	/* preemption is off in a kprobe */
		  .program = { "close_kprobe", "close_kretprobe",
			       "shutdown_kprobe", "shutdown_kretprobe" },
		  .function = { CLOSE, CLOSE, SHUTDOWN, SHUTDOWN } },
		{ "tracepoint", BY_SYSCALL_TRACEPOINT, TWO_IF_PREEMPTED,
		  .program = { "close_enter", "close_exit",
			       "shutdown_enter", "shutdown_exit" } } } },
	{ "late", 1, "none", {
		{ "fexit", BY_TRAMPOLINE, ONE_COPY, .program = { "on_timewait_segment" },
		  .function = { "tcp_timewait_state_process" } },
		{ "tp_btf", BY_TP_BTF, TWO_COPIES, "kfree_skb", 4, .program = { "on_kfree_skb" } },
		{ "place", BY_TP_BTF, TWO_COPIES, "kfree_skb", 2, .needs_tcp_rcv_code = true,
		  .program = { "on_kfree_skb_location" } } } },
	{ "reset_sent", 3, "none", {
		{ "tp_btf", BY_TP_BTF, TWO_COPIES, "tcp_send_reset", 3,
		  .program = { "reset_sent" } },
		{ "tp_btf", BY_TP_BTF, TWO_COPIES, "tcp_send_reset", 2,
		  .program = { "reset_sent_noreason" } } } },
	/* RSTs from a minisock or without a socket: tracepoints with three arguments show them */
	{ "reset_late", 3, "none", {
		{ "tp_btf", BY_TP_BTF, TWO_COPIES, "tcp_send_reset", 3,
		  .program = { "reset_sent" } },
		{ "fentry", BY_TRAMPOLINE, ONE_COPY, "tcp_send_reset", 2,
		  .program = { "on_send_reset_v4", "on_send_reset_v6" },
		  .function = { "tcp_v4_send_reset", "tcp_v6_send_reset" } } } },
	{ "reset_received", 3, "none", {
		{ "tp_btf", BY_TP_BTF, TWO_COPIES, "tcp_receive_reset", 1,
		  .program = { "reset_received" } } } },
	{ "fin_resent", 3, "none", {
		{ "tp_btf", BY_TP_BTF, TWO_COPIES, "tcp_retransmit_skb", 3,
		  .program = { "fin_resent" } },
		{ "tp_btf", BY_TP_BTF, TWO_COPIES, "tcp_retransmit_skb", 2,
		  .program = { "fin_resent_noerr" } } } },
	{ "state", 0, "none", { { "tp_btf", BY_TP_BTF, TWO_COPIES, .program = { "on_state" } } } },
	{ "destroy", 0, "none", {
		{ "tp_btf", BY_TP_BTF, TWO_IF_PREEMPTED, .program = { "on_destroy" } } } },
	[HOOK_TREE] = { "tree", 3, "none", {
		{ "tp_btf", BY_TP_BTF, TWO_COPIES,
		  .program = { "on_fork", "on_exec", "on_free" } } } },
};
