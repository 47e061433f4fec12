/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the stack that the kernel side saw to text (stacks.h): which file each address is mapped from, and
 * which function it is in. It has to be read while the process lives; what has ended is told by its
 * addresses alone.
 *
 * Never a wrong name: a return address counts only where it is mapped to be executed and follows a call;
 * what is not, ends the stack. Files are opened as the process has them mapped, whatever namespace it lives in,
 * and left out if their build id is not that of its memory.
 */
#pragma once

#include "buf.h"
#include "stack.h"

struct stack_reader;

/* NULL if out of memory, or built without symbols. */
struct stack_reader *stack_reader_new(void);
void stack_reader_free(struct stack_reader *r);

/* Adds the text of s to b. */
void stack_read(struct stack_reader *r, const struct stack *s, struct buf *b);
