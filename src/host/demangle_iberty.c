/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "demangle.h"

#include <ctype.h>
#include <setjmp.h>
#include <stddef.h>
#include <string.h>

/*
 * libiberty's functions, which have had these types since 2007 and 2019. Its headers are in
 * different places on different systems, and some have a licence of their own. The files with these
 * functions (LGPL 2 or later) may be linked into any program, without any restriction.
 */
typedef void demangled_part(const char *text, size_t len, void *arg);
int cplus_demangle_v3_callback(const char *mangled, int options, demangled_part *part, void *arg);
int rust_demangle_callback(const char *mangled, int options, demangled_part *part, void *arg);

#define DMGL_PARAMS 1	/* print the types of parameters */
#define DMGL_ANSI 2	/* print const, volatile and the like */

struct demangled_text {
	char text[DEMANGLE_OUTPUT_MAX + 1];
	size_t len;
	bool cut;
	jmp_buf full;
};

bool demangler_is_built_in(void)
{
	return true;
}

static bool is_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

/*
 * Append a part of the text. A short name can refer to its own parts so that the text grows
 * exponentially, so the first part that does not fit ends the work. libiberty holds memory only
 * while it passes an identifier that has another character than those of ASCII.
 */
static void append_part(const char *text, size_t len, void *arg)
{
	struct demangled_text *to = arg;
	size_t room = DEMANGLE_OUTPUT_MAX - to->len, fits = len < room ? len : room;

	if (fits)	/* text may be NULL */
		memcpy(to->text + to->len, text, fits);
	to->len += fits;
	to->cut |= fits < len;
	if (to->cut && is_ascii(text, len))
		longjmp(to->full, 1);
}

/*
 * Test for a type of a function or a trait object ("F", "D") with thousands of lifetimes or more: G
 * and their number, of base 62. libiberty would count through them, with no bound and no output.
 * Such letters may also be in a crate's hash; then the name stays as it is.
 */
static bool has_many_lifetimes(const char *name)
{
	for (const char *at = name; (at = strchr(at + 1, 'G'));) {
		size_t digits = 0;

		while (isalnum((unsigned char)at[1 + digits]))
			digits++;
		if ((at[-1] == 'F' || at[-1] == 'D') && digits > 1)
			return true;
	}
	return false;
}

/* Let libiberty convert the name. Rust's legacy names look like those of C++. */
static bool convert_name(const char *name, struct demangled_text *to)
{
	static const int options = DMGL_PARAMS | DMGL_ANSI;

	if (name[1] == 'R' && has_many_lifetimes(name))
		return false;
	if (rust_demangle_callback(name, options, append_part, to))
		return true;
	to->len = 0;
	to->cut = false;
	return name[1] == 'Z' && cplus_demangle_v3_callback(name, options, append_part, to);
}

/* Replace the end of a text that was cut by dots, and leave no part of a character. */
static void mark_as_cut(struct demangled_text *to)
{
	static const char dots[] = "...";

	to->len = DEMANGLE_OUTPUT_MAX - strlen(dots);
	while (to->len && (to->text[to->len] & 0xc0) == 0x80)
		to->len--;
	memcpy(to->text + to->len, dots, strlen(dots));
	to->len += strlen(dots);
}

char *demangle(const char *name)
{
	struct demangled_text to;

	if (name[0] != '_' || (name[1] != 'Z' && name[1] != 'R') ||
	    strnlen(name, DEMANGLE_INPUT_MAX + 1) > DEMANGLE_INPUT_MAX)
		return NULL;
	to.len = 0;
	to.cut = false;
	if (!setjmp(to.full) && (!convert_name(name, &to) || !to.len))
		return NULL;
	if (to.cut)
		mark_as_cut(&to);
	to.text[to.len] = '\0';
	return strdup(to.text);
}
