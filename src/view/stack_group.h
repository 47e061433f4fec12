/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stacks of --by stack: which stack a story counts for, and how it is printed.
 */
#pragma once

#include "json_writer.h"
#include "stack_key.h"
#include "view.h"

/*
 * Append the key of the stack of the call that ended the endpoint. It is never empty: a story
 * without a stack counts for the reason.
 */
void stack_group_set(struct buf *b, const struct view_context *v, const struct story *s,
		     const struct verdict *verdict);

/*
 * Print the frames without those that wrap a system call, the innermost first, in at most `width`
 * columns: "pool_release < handler < main". Without frames, the label of the reason: "[no call]".
 */
void stack_group_print(struct buf *b, struct stack_key key, size_t width);

/* Print all frames in one line of any width, modules with their paths. */
void stack_group_print_whole(struct buf *b, struct stack_key key);

/*
 * Print "stack":["__close","handler","main"],"stack_missing":[]. Without frames, stack is null and
 * stack_missing has the reason. Both are null if key is NULL.
 */
void stack_group_json(struct json *j, const struct stack_key *key);

/* Print "main;handler;__close", the outermost frame first: see folded_append(). */
void stack_group_fold(struct buf *b, struct stack_key key);

/*
 * Append a frame of the folded format of flame graphs, "FRAME;FRAME COUNT", whose readers split a
 * line at its last space and the rest at each semicolon: a semicolon becomes a colon, and the space
 * before a number at the end becomes "_". Control characters are escaped as in text.
 */
void folded_append(struct buf *b, const void *bytes, size_t len);
