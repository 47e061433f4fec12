/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A user stack as the key of a sum: its frames without addresses, so that the same chain of calls
 * is one key in every process that runs the same code. Pure.
 *
 * A frame is its symbol; without one it is the module and the offset in it; code that is in no
 * module is "[unresolved]", and a run of such frames is one. The frames are followed by what the
 * text of the stack (stack_text.h) reports as missing. A key without frames is a reason: why there
 * is no stack. A key is not longer than the text that it is made of.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum stack_key_kind {
	STACK_KEY_SYMBOL = 'f',
	STACK_KEY_OFFSET = 'o',		/* "/usr/lib/libx.so+0x4711" */
	STACK_KEY_UNRESOLVED = '?',
	STACK_KEY_MISSING = '!',	/* not a frame: what is missing and why */
};

/* A line of a key; the bytes point into it. */
struct stack_key_line {
	enum stack_key_kind kind;
	const char *bytes;
	size_t len;
};

/* The bytes of a key. */
struct stack_key {
	const char *bytes;
	size_t len;
};

/* Append the key of a stack to b. Nothing is appended for a text without frames and reasons. */
void stack_key_append(struct buf *b, const char *text);

/* Append a key without frames. why: "LABEL: explanation". */
void stack_key_append_reason(struct buf *b, const char *why);

/*
 * Take the next line from the front of *rest, the innermost frame first. Returns false at the end.
 */
bool stack_key_next(struct stack_key *rest, struct stack_key_line *l);

/* Take the next frame, as stack_key_next(), but what is missing is skipped. */
bool stack_key_next_frame(struct stack_key *rest, struct stack_key_line *l);

/* The number of frames. */
size_t stack_key_count_frames(struct stack_key key);

/*
 * The same key without the frames at its front that only wrap a system call: close() of libc, the
 * package syscall of Go. At least one frame remains.
 */
struct stack_key stack_key_skip_wrappers(struct stack_key key);

/* The label of a key without frames: its first reason, up to the colon. */
struct stack_key_line stack_key_label(struct stack_key key);
