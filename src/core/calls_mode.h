/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How close() and shutdown() are watched: the values of --calls.
 */
#pragma once

/* The ways that trace from entry to return, cheapest first; then the one that does not. */
enum calls_mode {
	CALLS_AUTO,		/* the first of these that works */
	CALLS_FENTRY,
	CALLS_KPROBE,
	CALLS_TRACEPOINT,
	CALLS_INLINE,		/* no hook: state changes show the task and its system call */
};
