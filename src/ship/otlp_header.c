/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "otlp_header.h"

#include <stddef.h>
#include <string.h>

#define TOKEN "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static const char *skip_spaces(const char *p)
{
	return p + strspn(p, " \t");
}

/* The value of a hexadecimal digit, -1 if it is none. */
static int find_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The character at p, which may be encoded in three: advances p. -1: it is not one of a value. */
static int decode_char(const char **p)
{
	int c = (unsigned char)**p, high, low;

	(*p)++;
	if (c == '%') {
		high = find_digit(**p);
		low = high < 0 ? -1 : find_digit((*p)[1]);
		if (low < 0)
			return -1;
		c = high << 4 | low;
		*p += 2;
	}
	return c < ' ' || c == 0x7f ? -1 : c;
}

bool otlp_header_next(const char **text, char line[OTLP_HEADER_BYTES])
{
	const char *p = skip_spaces(*text), *end;
	size_t len = strspn(p, TOKEN);
	int c;

	if (!len || len + 3 > OTLP_HEADER_BYTES)
		return false;
	memcpy(line, p, len);
	p = skip_spaces(p + len);
	if (*p++ != '=')
		return false;
	line[len++] = ':';
	line[len++] = ' ';
	p = skip_spaces(p);
	end = p + strcspn(p, ",");
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	while (p < end) {
		c = decode_char(&p);
		if (c < 0 || len + 1 >= OTLP_HEADER_BYTES)
			return false;
		line[len++] = (char)c;
	}
	line[len] = '\0';
	p = skip_spaces(p);
	*text = *p == ',' ? p + 1 : p;
	return true;
}
