/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bytes of unknown origin (comm, paths, arguments) made fit for a terminal. Here and, for JSON,
 * in json_writer.c is the only place where that is done.
 *
 * An escape is the four columns \xNN. A backslash stays a backslash, so that the text "\x1b" and
 * the byte ESC look alike: this is for eyes.
 */
#pragma once

#include "buf.h"

#define ESCAPE_ANY_WIDTH SIZE_MAX

/* One character of UTF-8 (RFC 3629: no overlong form, no surrogate, up to U+10FFFF). */
struct utf8_char {
	uint32_t code;
	unsigned len;		/* bytes; 0: the first byte begins no valid character */
};

/* The character that bytes begins with; len > 0. */
struct utf8_char escape_decode_utf8(const void *bytes, size_t len);

/*
 * Adds the bytes: control characters (C0, ESC, DEL, C1), those that reorder or break a line
 * (U+2028 to U+202E, U+2066 to U+2069) and what is not UTF-8 byte by byte as \xNN, all else as it
 * is. Stops before the character that would pass width columns; an escaped byte counts four,
 * another character one. Returns how many bytes it took: less than len, it was cut.
 */
size_t escape_for_terminal(struct buf *b, const void *bytes, size_t len, size_t width);
