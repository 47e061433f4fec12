/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The user stack of a task at a change of state that it may have made, for --stack. In the ring it
 * comes before the event with the same ts_ns and tid. Its addresses have a meaning only while the
 * memory map of the task does not change, so recordings store the symbols instead.
 */
#pragma once

#include "event.h"

#define STACK_FRAMES 127	/* default of kernel.perf_event_max_stack */
#define STACK_WORDS 8

struct stack {
	__u64 ts_ns;
	__u64 sp;		/* the stack pointer of the system call */
	__u64 start_code, end_code, start_stack;	/* of its mm: exec changes them */
	__u64 lr;		/* its link register, if has_link */
	__u64 word[STACK_WORDS];	/* memory from sp on */
	__u64 frame[STACK_FRAMES];	/* instruction pointer, then return addresses */
	__u32 pid, tid;
	__u32 frames;		/* number of valid elements of frame */
	__u32 words;		/* number of valid elements of word */
	__s32 error;		/* why there are no frames: positive errno, else 0 */
	__u8 exiting;		/* the task had released its memory */
	__u8 replaced;		/* exec had replaced the program */
	__u8 has_link;		/* a machine with a link register: arm64 */
	__u8 unused[1];
};
