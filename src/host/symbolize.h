/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Converts a user stack that the kernel side captured to text (stack_text.h): the mapped file and
 * the function of each address. This must be done while the process lives; if it has ended, only
 * the addresses are printed.
 *
 * No name is a guess. A return address is accepted only if it is mapped executable and follows a
 * call; the first address that does not qualify ends the stack. Files are opened as the process has
 * mapped them, in its mount namespace, and ignored if their build id is not the one in its memory.
 */
#pragma once

#include <stdbool.h>

#include "buf.h"
#include "stack.h"

struct symbolizer;

/*
 * Create a symbolizer, with or without the functions that the compiler has inlined. Returns NULL if
 * out of memory, or in a build without elfutils.
 */
struct symbolizer *symbolizer_new(bool inlined);

/* Free a symbolizer and close its files. NULL is allowed. */
void symbolizer_free(struct symbolizer *r);

/* Append the text of s to b, with a line for each thing that is missing. Errors set b->failed. */
void symbolizer_append_text(struct symbolizer *r, const struct stack *s, struct buf *b);
