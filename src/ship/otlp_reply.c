/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "otlp_reply.h"

#include <string.h>

#define DEPTH_MAX 32
#define WORD_BYTES 24		/* the longest key or number that counts */
#define COUNT_MAX 1000000000000ULL

struct scan {
	const char *at, *end;
	bool failed;
};

static bool take(struct scan *s, char c)
{
	while (s->at < s->end && strchr(" \t\r\n", *s->at) && *s->at)
		s->at++;
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

/*
 * Read a string whose first quote was read, and keep what fits in `size` bytes, with a NUL. Escapes
 * and what is not printable become '?'.
 */
static void read_string(struct scan *s, char *to, size_t size)
{
	size_t n = 0;

	for (; s->at < s->end && *s->at != '"'; s->at++) {
		char c = *s->at;

		if (c == '\\' && s->at + 1 < s->end) {
			c = *++s->at;
			if (c != '"' && c != '\\' && c != '/')
				c = '?';
		}
		if (n + 1 < size)
			to[n++] = c >= ' ' && c <= '~' ? c : '?';
	}
	if (size)
		to[n] = '\0';
	s->failed |= s->at == s->end;
	s->at += s->at < s->end;
}

/* Read a number or a word: all up to what may follow one. */
static void read_word(struct scan *s, char *to, size_t size)
{
	size_t n = 0;

	while (s->at < s->end && *s->at && !strchr(",]} \t\r\n\"[{:", *s->at)) {
		if (n + 1 < size)
			to[n++] = *s->at;
		s->at++;
	}
	to[n] = '\0';
	s->failed |= !n;
}

static uint64_t parse_count(const char *digits)
{
	uint64_t v = 0;

	for (; *digits >= '0' && *digits <= '9' && v < COUNT_MAX; digits++)
		v = v * 10 + (uint64_t)(*digits - '0');
	return *digits ? 0 : v;
}

/* Read a value that is no object or array: a 64-bit integer may be a string or a number. */
static void read_scalar(struct scan *s, struct otlp_reply *r, bool is_count, bool is_message)
{
	char word[WORD_BYTES];

	if (take(s, '"')) {
		if (is_message)
			read_string(s, r->message, sizeof(r->message));
		else
			read_string(s, word, sizeof(word));
	} else {
		read_word(s, word, sizeof(word));
		is_message = false;
	}
	if (is_count && !is_message && !s->failed)
		r->rejected = parse_count(word);
}

/* Where a value is: its depth, and whether it is in the object partialSuccess. */
struct place {
	unsigned depth;
	bool in_partial;
};

static void read_value(struct scan *s, struct otlp_reply *r, const char *key, struct place p);

static void read_object(struct scan *s, struct otlp_reply *r, struct place p)
{
	char key[WORD_BYTES];

	if (take(s, '}'))
		return;
	do {
		if (!take(s, '"')) {
			s->failed = true;
			return;
		}
		read_string(s, key, sizeof(key));
		s->failed |= !take(s, ':');
		if (!s->failed)
			read_value(s, r, key, p);
	} while (!s->failed && take(s, ','));
	s->failed |= !take(s, '}');
}

static void read_array(struct scan *s, struct otlp_reply *r, struct place p)
{
	p.in_partial = false;
	if (take(s, ']'))
		return;
	do
		read_value(s, r, "", p);
	while (!s->failed && take(s, ','));
	s->failed |= !take(s, ']');
}

static void read_value(struct scan *s, struct otlp_reply *r, const char *key, struct place p)
{
	struct place in = { .depth = p.depth + 1 };

	if (p.depth == DEPTH_MAX) {
		s->failed = true;
		return;
	}
	if (take(s, '{')) {
		in.in_partial = p.depth == 1 && !strcmp(key, "partialSuccess");
		read_object(s, r, in);
	} else if (take(s, '[')) {
		read_array(s, r, in);
	} else {
		bool count = p.in_partial && (!strcmp(key, "rejectedSpans") ||
					      !strcmp(key, "rejectedLogRecords"));
		bool message = (p.in_partial && !strcmp(key, "errorMessage")) ||
			       (p.depth == 1 && !strcmp(key, "message"));

		read_scalar(s, r, count, message);
	}
}

void otlp_reply_parse(struct otlp_reply *r, const char *text, size_t len)
{
	struct scan s = { text, text + len, false };

	*r = (struct otlp_reply){ .rejected = 0 };
	read_value(&s, r, "", (struct place){ .depth = 0 });
}
