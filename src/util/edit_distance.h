/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How near two words are to each other, to suggest the valid word for a mistyped one. Pure.
 */
#pragma once

#include <stdbool.h>

#define EDIT_WORD_MAX 32	/* bytes; longer words are near to no other */

/*
 * Return the number of edits that make b out of a: bytes inserted, removed or replaced, and
 * neighbours exchanged (optimal string alignment). EDIT_WORD_MAX if one of them is too long.
 */
unsigned edit_distance(const char *a, const char *b);

/* Is it likely that `typed` was meant to be `word`? At most one byte of three is wrong. */
bool edit_is_near(const char *typed, const char *word);
