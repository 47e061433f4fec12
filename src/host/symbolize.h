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

struct symbolizer;

/* NULL if out of memory, or built without symbols. */
struct symbolizer *symbolizer_new(void);
void symbolizer_free(struct symbolizer *r);

/* Adds the text of s to b. */
void symbolizer_append_text(struct symbolizer *r, const struct stack *s, struct buf *b);
