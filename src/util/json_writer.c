/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "json_writer.h"
#include "escape.h"
#include "time_units.h"

static const char hex[] = "0123456789abcdef";

void json_init(struct json *j, struct buf *b)
{
	*j = (struct json){ .buf = b };
}

void json_select_keys(struct json *j, const struct json_select *select)
{
	j->select = select;
	j->at[j->depth] = 0;
}

static void json_add_comma(struct json *j)
{
	buf_char(j->buf, ',');
}

static void json_begin(struct json *j, char bracket)
{
	buf_char(j->buf, bracket);
	if (j->depth == JSON_DEPTH) {
		j->buf->failed = true;
		return;
	}
	j->depth++;
	j->at[j->depth] = j->next;
}

/* Each value has a comma behind it: that of the last one makes room for the bracket. */
static void json_end(struct json *j, char bracket)
{
	struct buf *b = j->buf;
	char *to;

	if (j->depth == 0) {
		b->failed = true;
		return;
	}
	j->depth--;
	j->next = j->at[j->depth];	/* of the next item of an array */
	to = buf_room(b, 2);
	if (!to)
		return;
	if (to[-1] == ',') {
		to--;
		b->len--;
	}
	to[0] = bracket;
	to[1] = ',';
	b->len += j->depth ? 2 : 1;
}

void json_begin_object(struct json *j)
{
	json_begin(j, '{');
}

void json_end_object(struct json *j)
{
	json_end(j, '}');
}

void json_begin_array(struct json *j)
{
	json_begin(j, '[');
}

void json_end_array(struct json *j)
{
	json_end(j, ']');
}

void json_str(struct json *j, const char *word)
{
	size_t len;
	char *to;

	if (!word) {
		json_null(j);
		return;
	}
	len = strlen(word);
	to = buf_room(j->buf, len + 3);
	if (!to)
		return;
	to[0] = '"';
	memcpy(to + 1, word, len);
	memcpy(to + 1 + len, "\",", 2);
	j->buf->len += len + 3;
}

void json_u64(struct json *j, uint64_t v)
{
	buf_u64(j->buf, v);
	json_add_comma(j);
}

void json_i64(struct json *j, int64_t v)
{
	buf_i64(j->buf, v);
	json_add_comma(j);
}

void json_bool(struct json *j, bool v)
{
	buf_str(j->buf, v ? "true," : "false,");
}

void json_null(struct json *j)
{
	buf_add(j->buf, "null,", 5);
}

void json_seconds(struct json *j, uint64_t ns)
{
	uint64_t part = ns % NS_PER_S;
	unsigned digits = 9;

	buf_u64(j->buf, ns / NS_PER_S);
	if (part) {
		for (; part % 10 == 0; part /= 10)
			digits--;
		buf_char(j->buf, '.');
		buf_digits(j->buf, part, digits);
	}
	json_add_comma(j);
}

void json_raw(struct json *j, const struct buf *value)
{
	buf_add(j->buf, value->data, value->len);
	json_add_comma(j);
	j->buf->failed |= value->failed;
}

/* Append one character, or one byte that is not UTF-8 (c.len is 0), escaped. */
static void json_add_char(struct buf *b, const uint8_t *p, struct utf8_char c)
{
	if (c.len == 0) {
		char text[] = { '\\', '\\', 'x', hex[p[0] >> 4], hex[p[0] & 15] };

		buf_add(b, text, sizeof(text));
	} else if (c.code < 0x20 || (c.code >= 0x7f && c.code <= 0x9f)) {
		char text[] = { '\\', 'u', '0', '0', hex[c.code >> 4], hex[c.code & 15] };

		buf_add(b, text, sizeof(text));
	} else {
		if (c.code == '"' || c.code == '\\')
			buf_char(b, '\\');
		buf_add(b, p, c.len);
	}
}

static bool needs_no_escape(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Is that so for each of eight bytes? A subtraction sets bit 7 of a byte that is smaller. */
static bool needs_no_escapes(const uint8_t *p)
{
	const uint64_t each = UINT64_MAX / 255, high = 0x80 * each;
	uint64_t v, quote, backslash, bad;

	memcpy(&v, p, sizeof(v));
	quote = v ^ '"' * each;
	backslash = v ^ '\\' * each;
	bad = (v - 0x20 * each) | (v + each) | ((quote - each) & ~quote) |
	      ((backslash - each) & ~backslash);
	return !((bad | v) & high);
}

/* Count the bytes at the beginning that need no escape. */
static size_t count_plain(const uint8_t *p, size_t len)
{
	size_t n = 0;

	while (len - n >= 8 && needs_no_escapes(p + n))
		n += 8;
	while (n < len && needs_no_escape(p[n]))
		n++;
	return n;
}

void json_bytes(struct json *j, const void *bytes, size_t len)
{
	const uint8_t *p = bytes, *end = p + len;

	json_begin_str(j);
	while (p != end) {
		size_t plain = count_plain(p, (size_t)(end - p));
		struct utf8_char c;

		buf_add(j->buf, p, plain);
		p += plain;
		if (p == end)
			break;
		c = escape_decode_utf8(p, (size_t)(end - p));
		json_add_char(j->buf, p, c);
		p += c.len ? c.len : 1;
	}
	json_end_str(j);
}

void json_begin_str(struct json *j)
{
	buf_char(j->buf, '"');
}

void json_end_str(struct json *j)
{
	buf_add(j->buf, "\",", 2);
}
