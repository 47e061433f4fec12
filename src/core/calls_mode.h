/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

/* How to watch system calls, cheapest first; AUTO is the first that works. */
enum calls_mode {
	CALLS_AUTO,
	CALLS_FENTRY,
	CALLS_KPROBE,
	CALLS_TRACEPOINT,
	CALLS_INLINE,
};
