/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stack_text.h"

#include <string.h>

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
	return true;
}

bool stack_next_frame(const char **text, struct stack_frame *f)
{
	bool found = false;

	while (**text && !found) {
		memset(f, 0, sizeof(*f));
		if (**text == '!') {
			(*text)++;
			f->missing = parse_field(text, '\n', &f->missing_len);
			found = f->missing;
		} else {
			found = parse_frame(text, f);
		}
		while (**text && **text != '\n')
			(*text)++;
		*text += **text == '\n';
	}
	return found;
}
