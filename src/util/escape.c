/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "escape.h"

#define ESCAPE_COLUMNS 4

static bool is_continuation(uint8_t c)
{
	return (c & 0xc0) == 0x80;
}

struct utf8_char escape_decode_utf8(const void *bytes, size_t len)
{
	/* The smallest code point per length: anything below it is an overlong form. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	static const struct utf8_char invalid;
	const uint8_t *p = bytes;
	struct utf8_char c;

	if (p[0] < 0x80)
		return (struct utf8_char){ .code = p[0], .len = 1 };
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return invalid;
	c.len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (c.len > len)
		return invalid;
	c.code = p[0] & (0x7fu >> c.len);
	for (unsigned i = 1; i < c.len; i++) {
		if (!is_continuation(p[i]))
			return invalid;
		c.code = c.code << 6 | (p[i] & 0x3f);
	}
	if (c.code < least[c.len] || c.code > 0x10ffff || (c.code >= 0xd800 && c.code <= 0xdfff))
		return invalid;
	return c;
}

static bool is_printable(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
		return false;
	return !(code >= 0x2028 && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069);
}

static void escape_bytes(struct buf *b, const uint8_t *bytes, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		char text[ESCAPE_COLUMNS] = { '\\', 'x', hex[bytes[i] >> 4], hex[bytes[i] & 15] };

		buf_add(b, text, sizeof(text));
	}
}

size_t escape_for_terminal(struct buf *b, const void *bytes, size_t len, size_t width)
{
	const uint8_t *p = bytes;
	size_t taken = 0, columns;

	while (taken < len) {
		struct utf8_char c = escape_decode_utf8(p + taken, len - taken);
		bool plain = c.len && is_printable(c.code);
		size_t n = c.len ? c.len : 1;

		columns = plain ? 1 : n * ESCAPE_COLUMNS;
		if (columns > width)
			break;
		width -= columns;
		if (plain)
			buf_add(b, p + taken, n);
		else
			escape_bytes(b, p + taken, n);
		taken += n;
	}
	return taken;
}

void escape_for_html(struct buf *b, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		switch (text[i]) {
		case '&':
			buf_str(b, "&amp;");
			break;
		case '<':
			buf_str(b, "&lt;");
			break;
		case '>':
			buf_str(b, "&gt;");
			break;
		case '"':
			buf_str(b, "&quot;");
			break;
		case '\'':
			buf_str(b, "&#39;");
			break;
		default:
			buf_char(b, text[i]);
		}
	}
}
