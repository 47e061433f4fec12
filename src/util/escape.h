/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Escapes bytes of unknown origin (comm, paths, arguments) for a terminal, and text for HTML. The
 * only other places that escape are json_writer.c, for JSON, and metrics_text.c, for labels.
 *
 * For a terminal, an escaped byte takes the four columns \xNN. A backslash is not escaped, so the
 * text "\x1b" and the byte ESC look the same: the result is for people to read, not to be decoded.
 */
#pragma once

#include "buf.h"

#define ESCAPE_ANY_WIDTH SIZE_MAX	/* no limit on the width */

/* One UTF-8 character (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF). */
struct utf8_char {
	uint32_t code;
	unsigned len;		/* bytes; 0: the first byte does not start a valid character */
};

/* Decode the first character of `bytes`; len > 0. */
struct utf8_char escape_decode_utf8(const void *bytes, size_t len);

/*
 * Append bytes, escaped, in at most `width` columns. Control characters (C0, ESC, DEL, C1),
 * characters that reorder or break a line (U+2028 to U+202E, U+2066 to U+2069) and bytes that are
 * not UTF-8 become \xNN, byte by byte; everything else is copied. An escaped byte counts as four
 * columns, any other character as one. Stops before the character that would exceed `width`.
 * Returns the number of bytes consumed; less than len if the text was cut.
 */
size_t escape_for_terminal(struct buf *b, const void *bytes, size_t len, size_t width);

/*
 * Append text to an HTML document: & < > and quotes become references. Control characters and bytes
 * that are not UTF-8 are copied: pass the text through escape_for_terminal() first.
 */
void escape_for_html(struct buf *b, const char *text, size_t len);
