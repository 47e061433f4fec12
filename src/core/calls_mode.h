/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How close() and shutdown() are watched: the values of --calls.
 */
#pragma once

/* FENTRY, KPROBE and TRACEPOINT trace calls from entry to return, the cheapest first. */
enum calls_mode {
	CALLS_AUTO,		/* the first of the following that works */
	CALLS_FENTRY,
	CALLS_KPROBE,
	CALLS_TRACEPOINT,
	CALLS_INLINE,		/* no hook: state changes show the task and its system call */
};
