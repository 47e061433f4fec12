/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "check.h"

#include <ctype.h>
#include <string.h>

#include "escape.h"

#define LINE_COLUMNS 80
#define JSON_DEPTH_MAX 32

struct json_text {
	const char *p, *end;
	unsigned depth;
};

static bool json_value(struct json_text *j);

static bool json_skip_char(struct json_text *j, char c)
{
	if (j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

static bool json_skip_word(struct json_text *j, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(j->end - j->p) < len || memcmp(j->p, word, len))
		return false;
	j->p += len;
	return true;
}

static bool json_escape(struct json_text *j)
{
	if (j->p == j->end)
		return false;
	if (*j->p != 'u')
		return strchr("\"\\/bfnrt", *j->p++);
	j->p++;
	for (int i = 0; i < 4; i++, j->p++)
		if (j->p == j->end || !isxdigit((unsigned char)*j->p))
			return false;
	return true;
}

static bool json_string(struct json_text *j)
{
	if (!json_skip_char(j, '"'))
		return false;
	while (j->p < j->end && *j->p != '"') {
		struct utf8_char c = escape_decode_utf8(j->p, (size_t)(j->end - j->p));

		if (!c.len || c.code < 0x20)
			return false;
		j->p += c.len;
		if (c.code == '\\' && !json_escape(j))
			return false;
	}
	return json_skip_char(j, '"');
}

static bool json_digits(struct json_text *j)
{
	const char *from = j->p;

	while (j->p < j->end && isdigit((unsigned char)*j->p))
		j->p++;
	return j->p > from;
}

/* Accepts only integers: the contract has no other numbers. */
static bool json_number(struct json_text *j)
{
	const char *from;

	json_skip_char(j, '-');
	from = j->p;
	return json_digits(j) && (*from != '0' || j->p == from + 1);
}

static bool json_list(struct json_text *j, char end, bool keyed)
{
	if (json_skip_char(j, end))
		return true;
	do {
		if (keyed && !(json_string(j) && json_skip_char(j, ':')))
			return false;
		if (!json_value(j))
			return false;
	} while (json_skip_char(j, ','));
	return json_skip_char(j, end);
}

static bool json_value(struct json_text *j)
{
	bool good;

	if (++j->depth > JSON_DEPTH_MAX)
		return false;
	if (json_skip_char(j, '{'))
		good = json_list(j, '}', true);
	else if (json_skip_char(j, '['))
		good = json_list(j, ']', false);
	else if (j->p < j->end && *j->p == '"')
		good = json_string(j);
	else
		good = json_skip_word(j, "true") || json_skip_word(j, "false") ||
		       json_skip_word(j, "null") || json_number(j);
	j->depth--;
	return good;
}

bool check_json(const char *text, size_t len)
{
	struct json_text j = { .p = text, .end = text + len };

	return json_value(&j) && j.p == j.end;
}

/*
 * Counts the characters of a line, each one column wide. Returns -1 if the line is not UTF-8 or has
 * a control character.
 */
static long count_columns(const char *line, size_t len)
{
	long n = 0;

	for (size_t i = 0; i < len; n++) {
		struct utf8_char c = escape_decode_utf8(line + i, len - i);

		if (!c.len || c.code < 0x20 || (c.code >= 0x7f && c.code <= 0x9f))
			return -1;
		i += c.len;
	}
	return n;
}

/* Is the view limited to 80 columns by default? */
static bool must_fit_80_columns(const char *view)
{
	return !strcmp(view, "trace") || !strcmp(view, "timeline") || !strcmp(view, "who") ||
	       !strcmp(view, "hist");
}

const char *check_output(const char *view, const char *text, size_t len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;
		long wide = count_columns(text, n);

		if (!end)
			return "no newline at its end";
		if (wide < 0)
			return "a control character, or not UTF-8";
		if (must_fit_80_columns(view) && wide > LINE_COLUMNS)
			return "a line of more than 80 columns";
		if (!strcmp(view, "json") && !check_json(text, n))
			return "a line that is not JSON";
		text = end + 1;
		len -= n + 1;
	}
	return NULL;
}
