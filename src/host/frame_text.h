/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Appends the lines of a frame in the text of a stack (stack_text.h) that add to the frame: its
 * demangled name, its line of source text, and the functions that are inlined there.
 */
#pragma once

#include "buf.h"
#include "debug_info.h"

/* Append the inlined functions, the innermost first: these lines come before that of the frame. */
void frame_text_put_inlined(struct buf *b, const struct source_places *places);

/*
 * Append the name of the frame's function and its line: these lines come after that of the frame.
 * Both may be NULL.
 */
void frame_text_put_details(struct buf *b, const char *demangled,
			    const struct source_places *places);
