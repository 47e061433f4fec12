/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stack_group.h"

#include <string.h>

#include "close_facts.h"
#include "escape.h"

#define CALLER " < "	/* between a frame and that of its caller */
#define MORE " .."	/* in place of frames that have no room */

static const char no_call[] = "no call: the peer ended the connection, or it has not ended";
static const char not_seen[] =
	"call not seen: the close began before tracing did, or an event was lost";
static const char of_kernel[] = "kernel: a timer or the kernel's own code ended the connection";
static const char not_recorded[] = "not recorded: the run was without --stack";
static const char none_came[] = "no stack: none came with the change of state";

/* Why no call is known that ended an endpoint. */
static const char *explain_no_call(const struct story *s, const struct verdict *verdict)
{
	if (verdict->partial || !verdict->start_ns || s->seg[SEG_FIN_OUT].seen)
		return not_seen;
	switch (verdict->ending) {
	case ENDING_TIMED_OUT:
	case ENDING_RESET_SENT:
	case ENDING_ABORTED:
		return of_kernel;
	default:
		return no_call;
	}
}

/* Why a call has no stack. */
static const char *explain_no_stack(const struct view_context *v, const struct socket_call *a)
{
	if (a->trigger == TRIGGER_KERNEL || a->trigger == TRIGGER_TIMER)
		return of_kernel;
	return run_info_has_hook(v->meta, "stack") ? none_came : not_recorded;
}

void stack_group_set(struct buf *b, const struct view_context *v, const struct story *s,
		     const struct verdict *verdict)
{
	const struct socket_call *a = close_ended_by(verdict);
	const char *text = a ? view_stack(v, a) : NULL;
	const size_t from = b->len;

	if (text)
		stack_key_append(b, text);
	if (b->len == from)
		stack_key_append_reason(b, a ? explain_no_stack(v, a) :
						explain_no_call(s, verdict));
}

/* Append a frame as text; of a module, the name without its folder unless `whole`. */
static void append_frame(struct buf *b, const struct stack_key_line *l, bool whole)
{
	size_t skip = l->kind == STACK_KEY_OFFSET && !whole ? l->len : 0;

	while (skip && l->bytes[skip - 1] != '/')
		skip--;
	escape_for_terminal(b, l->bytes + skip, l->len - skip, ESCAPE_ANY_WIDTH);
}

static void append_label(struct buf *b, struct stack_key key)
{
	const struct stack_key_line l = stack_key_label(key);

	buf_char(b, '[');
	escape_for_terminal(b, l.bytes, l.len, ESCAPE_ANY_WIDTH);
	buf_char(b, ']');
}

void stack_group_print_whole(struct buf *b, struct stack_key key)
{
	struct stack_key rest = key;
	struct stack_key_line l;
	bool first = true;

	for (; stack_key_next_frame(&rest, &l); first = false) {
		if (!first)
			buf_str(b, CALLER);
		append_frame(b, &l, true);
	}
	if (first)
		append_label(b, key);
}

/* The width of text that is escaped already. */
static size_t count_columns(const struct buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->len; i++)
		n += ((uint8_t)text->data[i] & 0xc0) != 0x80;
	return n;
}

/* Append text that is escaped already, cut to `width` columns with ".." at its end. */
static void append_cut(struct buf *b, const struct buf *text, size_t width)
{
	const size_t from = b->len;

	if (text->failed || !text->len ||
	    escape_for_terminal(b, text->data, text->len, width) == text->len)
		return;
	b->len = from;
	escape_for_terminal(b, text->data, text->len, width > 2 ? width - 2 : 0);
	buf_add(b, "..", width < 2 ? width : 2);
}

/*
 * Append those frames that have room after the first one, which took `used` columns; then " .." if
 * there are more.
 */
static void append_callers(struct buf *b, struct stack_key rest, size_t used, size_t width)
{
	struct stack_key_line l;
	struct buf text = { 0 };

	while (stack_key_next_frame(&rest, &l)) {
		buf_reset(&text);
		buf_str(&text, CALLER);
		append_frame(&text, &l, false);
		used += count_columns(&text);
		if (used + (stack_key_count_frames(rest) ? strlen(MORE) : 0) > width) {
			used -= count_columns(&text);
			if (used + strlen(MORE) <= width)
				buf_str(b, MORE);
			break;
		}
		buf_add(b, text.data, text.len);
	}
	b->failed |= text.failed;
	buf_release(&text);
}

void stack_group_print(struct buf *b, struct stack_key key, size_t width)
{
	struct stack_key rest = stack_key_skip_wrappers(key);
	struct stack_key_line l;
	struct buf first = { 0 };

	if (stack_key_next_frame(&rest, &l))
		append_frame(&first, &l, false);
	else
		append_label(&first, key);
	append_cut(b, &first, width);
	if (count_columns(&first) < width)
		append_callers(b, rest, count_columns(&first), width);
	b->failed |= first.failed;
	buf_release(&first);
}

static void json_print_frames(struct json *j, struct stack_key key)
{
	struct stack_key_line l;

	json_begin_array(j);
	while (stack_key_next_frame(&key, &l))
		json_bytes(j, l.bytes, l.len);
	json_end_array(j);
}

void stack_group_json(struct json *j, const struct stack_key *key)
{
	struct stack_key rest;
	struct stack_key_line l;

	if (json_key(j, "stack")) {
		if (key && stack_key_count_frames(*key))
			json_print_frames(j, *key);
		else
			json_null(j);
	}
	if (!key) {
		json_kv_null(j, "stack_missing");
	} else if (json_kv_array(j, "stack_missing")) {
		for (rest = *key; stack_key_next(&rest, &l);)
			if (l.kind == STACK_KEY_MISSING)
				json_bytes(j, l.bytes, l.len);
		json_end_array(j);
	}
}

/* Is this the text of a number, as readers of folded stacks take it? */
static bool is_number(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((text[i] < '0' || text[i] > '9') && text[i] != '.')
			return false;
	return true;
}

void folded_append(struct buf *b, const void *bytes, size_t len)
{
	const size_t from = b->len;
	size_t at;

	escape_for_terminal(b, bytes, len, ESCAPE_ANY_WIDTH);
	if (b->failed || b->len == from)
		return;
	for (at = from; at < b->len; at++)
		if (b->data[at] == ';')
			b->data[at] = ':';
	while (--at > from && b->data[at] != ' ')
		;
	if (b->data[at] == ' ' && is_number(b->data + at + 1, b->len - at - 1))
		b->data[at] = '_';
}

/* The frame of that number; 0 is the innermost. */
static struct stack_key_line find_frame(struct stack_key key, size_t nr)
{
	struct stack_key_line l = { STACK_KEY_UNRESOLVED, "", 0 };

	while (stack_key_next_frame(&key, &l) && nr)
		nr--;
	return l;
}

void stack_group_fold(struct buf *b, struct stack_key key)
{
	size_t nr = stack_key_count_frames(key);
	struct buf text = { 0 };

	if (!nr) {
		append_label(&text, key);
		folded_append(b, text.data, text.len);
	}
	while (nr--) {
		const struct stack_key_line l = find_frame(key, nr);

		buf_reset(&text);
		append_frame(&text, &l, false);
		folded_append(b, text.data, text.len);
		if (nr)
			buf_char(b, ';');
	}
	b->failed |= text.failed;
	buf_release(&text);
}
