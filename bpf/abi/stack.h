/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The user stack of a task at a change of state that it may have made: beside struct event, and only
 * where stacks are asked for. It comes before the event of the same ts_ns and tid. As it is it
 * means something only while the task's memory is mapped as it was; recordings hold what was made of it.
 */
#pragma once

#include "event.h"

#define STACK_FRAMES 127	/* as many as the kernel walks (kernel.perf_event_max_stack) */
#define STACK_WORDS 8

struct stack {
	__u64 ts_ns;
	__u64 sp;		/* the stack pointer of the system call */
	__u64 start_code, end_code, start_stack;	/* of its memory: exec makes another one */
	__u64 word[STACK_WORDS];	/* what is there from sp on */
	__u64 frame[STACK_FRAMES];	/* where it is, then return addresses by frame pointer */
	__u32 pid, tid;
	__u32 frames;		/* how many there are */
	__u32 words;		/* of word, those that could be read */
	__s32 error;		/* why there are no frames: positive errno, 0 there are */
	__u8 exiting;		/* its memory had gone before */
	__u8 replaced;		/* exec had put another program in its place */
	__u8 unused[2];
};
