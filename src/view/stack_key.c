/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stack_key.h"

#include <string.h>

#include "fmt.h"
#include "stack_text.h"

#define MISSING_PREFIX "stack: "
#define MISSING_SOURCE "stack: lines of source text"	/* begins one that does not matter */
#define UNRESOLVED "[unresolved]"

static void begin_line(struct buf *b, enum stack_key_kind kind)
{
	buf_char(b, (char)kind);
}

static void end_line(struct buf *b)
{
	buf_char(b, '\n');
}

/* Append a frame that has a name or a place in a file. */
static void append_frame(struct buf *b, const struct stack_frame *f)
{
	if (f->symbol) {
		begin_line(b, STACK_KEY_SYMBOL);
		buf_add(b, f->symbol, f->symbol_len);
	} else {
		begin_line(b, STACK_KEY_OFFSET);
		buf_add(b, f->module, f->module_len);
		buf_char(b, '+');
		fmt_hex(b, f->module_offset);
	}
	end_line(b);
}

/* Does a sum show what is missing? It has no lines of source text: without them it is the same. */
static bool matters(const struct stack_frame *f)
{
	const size_t len = strlen(MISSING_SOURCE);

	return f->missing_len < len || memcmp(f->missing, MISSING_SOURCE, len) != 0;
}

static void append_missing(struct buf *b, const char *why, size_t len)
{
	const size_t prefix = strlen(MISSING_PREFIX);

	begin_line(b, STACK_KEY_MISSING);
	if (len > prefix && !memcmp(why, MISSING_PREFIX, prefix))
		buf_add(b, why + prefix, len - prefix);
	else
		buf_add(b, why, len);
	end_line(b);
}

static bool has_missing(const char *text)
{
	struct stack_frame f;

	while (stack_next_frame(&text, &f))
		if (f.missing && matters(&f))
			return true;
	return false;
}

void stack_key_append(struct buf *b, const char *text)
{
	bool unresolved = false, named = false;
	const size_t from = b->len;
	const char *rest = text;
	struct stack_frame f;

	while (stack_next_frame(&rest, &f)) {
		if (f.missing)
			continue;
		if (f.symbol || f.module) {
			append_frame(b, &f);
		} else if (!unresolved) {
			begin_line(b, STACK_KEY_UNRESOLVED);
			end_line(b);
		}
		unresolved = !f.symbol && !f.module;
		named |= !unresolved;
	}
	if (!named && !b->failed && has_missing(text))
		b->len = from;		/* addresses alone: the reason says more */
	for (rest = text; stack_next_frame(&rest, &f);)
		if (f.missing && matters(&f))
			append_missing(b, f.missing, f.missing_len);
}

void stack_key_append_reason(struct buf *b, const char *why)
{
	append_missing(b, why, strlen(why));
}

bool stack_key_next(struct stack_key *rest, struct stack_key_line *l)
{
	const char *end = rest->len ? memchr(rest->bytes, '\n', rest->len) : NULL;

	if (!end)
		return false;
	l->kind = (enum stack_key_kind)rest->bytes[0];
	l->bytes = rest->bytes + 1;
	l->len = (size_t)(end - l->bytes);
	if (l->kind == STACK_KEY_UNRESOLVED) {
		l->bytes = UNRESOLVED;
		l->len = strlen(UNRESOLVED);
	}
	rest->len -= (size_t)(end + 1 - rest->bytes);
	rest->bytes = end + 1;
	return true;
}

bool stack_key_next_frame(struct stack_key *rest, struct stack_key_line *l)
{
	while (stack_key_next(rest, l))
		if (l->kind != STACK_KEY_MISSING)
			return true;
	return false;
}

size_t stack_key_count_frames(struct stack_key key)
{
	struct stack_key_line l;
	size_t n = 0;

	while (stack_key_next_frame(&key, &l))
		n++;
	return n;
}

static bool begins_with(const struct stack_key_line *l, size_t from, const char *word)
{
	size_t len = strlen(word);

	return l->len - from >= len && !memcmp(l->bytes + from, word, len);
}

/* "close", "__close", "__GI___close", "__libc_close", "__close_nocancel" */
static bool is_libc_call(const struct stack_key_line *l)
{
	static const char *const prefixes[] = { "__GI_", "__libc_", "_" };
	static const char *const calls[] = { "close", "close_nocancel", "close_range", "closefrom",
					     "shutdown", "dup2", "dup3", "execve", "connect",
					     "munmap", "syscall" };
	size_t from = 0;

	for (unsigned i = 0; i < sizeof(prefixes) / sizeof(*prefixes);)
		if (begins_with(l, from, prefixes[i]))
			from += strlen(prefixes[i]);
		else
			i++;
	for (unsigned i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (l->len - from == strlen(calls[i]) && begins_with(l, from, calls[i]))
			return true;
	return false;
}

static bool is_go_syscall(const struct stack_key_line *l)
{
	static const char *const packages[] = { "syscall.", "internal/runtime/syscall.",
						"runtime/internal/syscall.",
						"internal/runtime/syscall/linux." };

	for (unsigned i = 0; i < sizeof(packages) / sizeof(*packages); i++)
		if (begins_with(l, 0, packages[i]))
			return true;
	return false;
}

/* An offset in the C library, whose symbols could not be read. */
static bool is_in_libc(const struct stack_key_line *l)
{
	static const char *const names[] = { "libc.so.", "libc-2.", "ld-musl-", "libpthread" };
	size_t from = l->len;

	while (from && l->bytes[from - 1] != '/')
		from--;
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (begins_with(l, from, names[i]))
			return true;
	return false;
}

static bool is_wrapper(const struct stack_key_line *l)
{
	if (l->kind == STACK_KEY_SYMBOL)
		return is_libc_call(l) || is_go_syscall(l);
	return l->kind == STACK_KEY_OFFSET && is_in_libc(l);
}

struct stack_key stack_key_skip_wrappers(struct stack_key key)
{
	struct stack_key rest = key, more;
	struct stack_key_line l, unused;

	while (stack_key_next_frame(&rest, &l) && is_wrapper(&l)) {
		more = rest;
		if (!stack_key_next_frame(&more, &unused))
			break;
		key = rest;
	}
	return key;
}

struct stack_key_line stack_key_label(struct stack_key key)
{
	struct stack_key_line l = { STACK_KEY_MISSING, "", 0 };
	const char *colon;

	while (stack_key_next(&key, &l))
		if (l.kind == STACK_KEY_MISSING)
			break;
	colon = l.len ? memchr(l.bytes, ':', l.len) : NULL;
	if (colon)
		l.len = (size_t)(colon - l.bytes);
	return l;
}
