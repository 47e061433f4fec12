/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stack_text.h"

#include <string.h>

#define INLINED_LINES 64	/* of all functions that are inlined in a frame */

/* Parse a number like "0x7f12" that ends at a tab. Returns false for "-" and for anything else. */
static bool parse_hex(const char **p, uint64_t *v)
{
	const char *digit = *p + 2 * !strncmp(*p, "0x", 2), *first = digit;
	bool good;

	for (*v = 0; (*digit >= '0' && *digit <= '9') || (*digit >= 'a' && *digit <= 'f'); digit++)
		*v = *v << 4 | (uint64_t)(*digit <= '9' ? *digit - '0' : *digit - 'a' + 10);
	good = digit > first && digit - first <= 16 && *digit == '\t';
	while (*digit && *digit != '\t' && *digit != '\n')
		digit++;
	*p = digit + (*digit == '\t');
	return good;
}

/* Return the field up to `end`, NULL if it is empty or "-". *p moves to the next field. */
static const char *parse_field(const char **p, char end, size_t *len)
{
	const char *word = *p;
	size_t n = 0;

	while (word[n] && word[n] != end && word[n] != '\n')
		n++;
	*p = word + n + (word[n] == end && end != '\n');
	*len = n == 1 && *word == '-' ? 0 : n;
	return *len ? word : NULL;
}

static bool parse_frame(const char **p, struct stack_frame *f)
{
	bool in_module, in_symbol;

	if (!parse_hex(p, &f->address))
		return false;
	in_module = parse_hex(p, &f->module_offset);
	in_symbol = parse_hex(p, &f->symbol_offset);
	f->symbol = parse_field(p, '\t', &f->symbol_len);
	f->module = parse_field(p, '\n', &f->module_len);
	if (!in_symbol)
		f->symbol = NULL, f->symbol_len = 0;
	if (!in_module)
		f->module = NULL, f->module_len = 0;
	f->raw = f->symbol;
	f->raw_len = f->symbol_len;
	return true;
}

static void skip_line(const char **p)
{
	while (**p && **p != '\n')
		(*p)++;
	*p += **p == '\n';
}

/* Parse a line "@41\t/srv/pool.c". Its number has at most nine digits. */
static void parse_source(const char *p, struct stack_frame *f)
{
	const char *first = ++p;
	uint32_t line = 0;

	for (; *p >= '0' && *p <= '9' && p - first < 9; p++)
		line = 10 * line + (uint32_t)(*p - '0');
	if (p == first || *p != '\t')
		return;
	p++;
	f->file = parse_field(&p, '\n', &f->file_len);
	f->line = line;
}

/* Parse the lines that add to a frame, and move *p behind them. */
static void parse_details(const char **p, struct stack_frame *f)
{
	for (; **p == '=' || **p == '@'; skip_line(p)) {
		const char *name = *p + 1;

		if (**p == '@')
			parse_source(*p, f);
		else if (f->symbol && *name && *name != '\n')
			f->symbol = parse_field(&name, '\n', &f->symbol_len);
	}
}

/* Give an inlined function the address of its frame. Returns false if there is none. */
static bool find_address(const char *p, struct stack_frame *f)
{
	struct stack_frame frame = { 0 };

	for (unsigned i = 0; i < INLINED_LINES && (*p == '<' || *p == '=' || *p == '@'); i++)
		skip_line(&p);
	if (*p == '!' || !parse_frame(&p, &frame))
		return false;
	f->address = frame.address;
	f->module_offset = frame.module_offset;
	f->module = frame.module;
	f->module_len = frame.module_len;
	return true;
}

/* Parse the line of an inlined function, and those that add to it. */
static bool parse_inlined(const char **p, struct stack_frame *f)
{
	(*p)++;
	f->inlined = true;
	f->symbol = f->raw = parse_field(p, '\n', &f->raw_len);
	f->symbol_len = f->raw_len;
	skip_line(p);
	parse_details(p, f);
	return f->raw && find_address(*p, f);
}

static bool parse_missing(const char **p, struct stack_frame *f)
{
	(*p)++;
	f->missing = parse_field(p, '\n', &f->missing_len);
	skip_line(p);
	return f->missing;
}

bool stack_next_frame(const char **text, struct stack_frame *f)
{
	bool found = false;

	while (**text && !found) {
		memset(f, 0, sizeof(*f));
		if (**text == '!') {
			found = parse_missing(text, f);
		} else if (**text == '<') {
			found = parse_inlined(text, f);
		} else {
			found = parse_frame(text, f);
			skip_line(text);
			if (found)
				parse_details(text, f);
		}
	}
	return found;
}
