/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Patterns of names, as in a shell: * is any bytes, ? any byte, [a-z] and [!a-z] a byte of a set or
 * outside of it, and a backslash makes the next byte an ordinary one. A [ without its ] is ordinary
 * too. Bytes are compared as such, in no locale. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Does the pattern match the whole text? The time is at most the product of both lengths. */
bool pattern_matches(const char *pattern, size_t pattern_len, const char *text, size_t len);

/* Return the length of the shortest text that the pattern matches. */
size_t pattern_min_len(const char *pattern, size_t len);

/* Does the pattern match several texts, or only one? */
bool pattern_has_wildcard(const char *pattern, size_t len);

/* Return the length of the first `parts` parts of a pattern: each *, ?, set or byte is a part. */
size_t pattern_prefix_len(const char *pattern, size_t len, size_t parts);
