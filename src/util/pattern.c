/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pattern.h"

#include <stdint.h>

/* Return the length of the set that starts at a [, with its ]; 0 if there is no ]. */
static size_t find_set_len(const char *p, size_t len)
{
	size_t i = 1;

	if (i < len && (p[i] == '!' || p[i] == '^'))
		i++;
	if (i < len && p[i] == ']')	/* the first one is a member */
		i++;
	while (i < len && p[i] != ']')
		i++;
	return i < len ? i + 1 : 0;
}

/* Return the length of the part that starts at p: "*", "?", "[a-z]", "\\x" or "x". */
static size_t find_part_len(const char *p, size_t len)
{
	size_t set = *p == '[' ? find_set_len(p, len) : 0;

	if (set)
		return set;
	return *p == '\\' && len > 1 ? 2 : 1;
}

/* Is c in a set of `len` bytes, "[" and "]" included? */
static bool is_in_set(const char *p, size_t len, uint8_t c)
{
	bool inverted = p[1] == '!' || p[1] == '^', found = false;

	for (size_t i = inverted ? 2 : 1; i < len - 1; i++) {
		uint8_t first = (uint8_t)p[i], last = first;

		if (i + 2 < len - 1 && p[i + 1] == '-') {
			last = (uint8_t)p[i + 2];
			i += 2;
		}
		found |= c >= first && c <= last;
	}
	return found != inverted;
}

/* Does a part other than * match the byte c? */
static bool part_matches(const char *p, size_t len, char c)
{
	if (*p == '[' && len > 1)
		return is_in_set(p, len, (uint8_t)c);
	if (len == 2)
		return p[1] == c;
	return *p == '?' || *p == c;
}

bool pattern_matches(const char *pattern, size_t pattern_len, const char *text, size_t len)
{
	size_t p = 0, t = 0, retry_p = 0, retry_t = 0;
	bool star = false;

	while (t < len) {
		size_t part = p < pattern_len ? find_part_len(pattern + p, pattern_len - p) : 0;

		if (part && pattern[p] == '*') {
			star = true;
			retry_p = ++p;
			retry_t = t;
		} else if (part && part_matches(pattern + p, part, text[t])) {
			p += part;
			t++;
		} else if (star) {	/* the last * takes one byte more */
			p = retry_p;
			t = ++retry_t;
		} else {
			return false;
		}
	}
	while (p < pattern_len && pattern[p] == '*')
		p++;
	return p == pattern_len;
}

size_t pattern_min_len(const char *pattern, size_t len)
{
	size_t min = 0;

	for (size_t p = 0; p < len; p += find_part_len(pattern + p, len - p))
		min += pattern[p] != '*';
	return min;
}

bool pattern_has_wildcard(const char *pattern, size_t len)
{
	for (size_t p = 0, part; p < len; p += part) {
		part = find_part_len(pattern + p, len - p);
		if (pattern[p] == '*' || pattern[p] == '?' || (pattern[p] == '[' && part > 1))
			return true;
	}
	return false;
}

size_t pattern_prefix_len(const char *pattern, size_t len, size_t parts)
{
	size_t p = 0;

	for (; parts && p < len; parts--)
		p += find_part_len(pattern + p, len - p);
	return p;
}
