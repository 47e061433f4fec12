/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "two_columns.h"

#include "ansi.h"

static const struct glyphs ascii_glyphs = {
	"|", ":", "-", "- ", ">", "<", "?", "*", ".", "'"
};
static const struct glyphs utf8 = {
	"\u2502", "\u250a", "\u2500", "\u2574 ", "\u25b6", "\u25c0", "?",
	"\u2573", "\u256e", "\u256f"
};

void two_columns_init(struct two_columns *p, struct view_context *v, const struct ladder *l,
		      unsigned columns)
{
	*p = (struct two_columns){ .v = v,
				   .l = l,
				   .glyphs = v->terminal.utf8 ? &utf8 : &ascii_glyphs,
				   .margin = columns / 4 };
	p->inner = columns - 2 * p->margin - 2;
	p->rail = p->glyphs->rail;
}

void two_columns_release(struct two_columns *p)
{
	buf_release(&p->left);
	buf_release(&p->between);
	buf_release(&p->right);
}

size_t buf_columns(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += ((unsigned char)b->data[i] & 0xc0) != 0x80;
	return n;
}

void buf_add_buf(struct buf *to, const struct buf *from)
{
	if (from->len)
		buf_add(to, from->data, from->len);
	to->failed |= from->failed;
}

void two_columns_add_spaces(struct buf *b, size_t n)
{
	while (n--)
		buf_char(b, ' ');
}

void two_columns_print_row(struct two_columns *p)
{
	const char *color = p->v->terminal.color ? p->color : NULL;
	size_t left = buf_columns(&p->left), between = buf_columns(&p->between);
	struct buf *b = p->v->out;

	if (left < p->margin)
		two_columns_add_spaces(b, p->margin - left - 1);
	buf_add_buf(b, &p->left);
	if (left < p->margin)
		buf_char(b, ' ');
	buf_str(b, p->rail);
	if (color && p->between.len)
		buf_str(b, color);
	buf_add_buf(b, &p->between);
	if (color && p->between.len)
		buf_str(b, ANSI_RESET);
	if (!p->is_single) {
		if (between < p->inner)
			two_columns_add_spaces(b, p->inner - between);
		buf_str(b, p->rail);
	}
	if (p->right.len)
		buf_char(b, ' ');
	buf_add_buf(b, &p->right);
	buf_char(b, '\n');
	buf_reset(&p->left);
	buf_reset(&p->between);
	buf_reset(&p->right);
	p->color = NULL;
	p->rail = p->glyphs->rail;
}

void two_columns_center(struct two_columns *p, const struct buf *text)
{
	size_t len = buf_columns(text);

	if (len && len < p->inner)
		two_columns_add_spaces(&p->between, (p->inner - len) / 2);
	buf_add_buf(&p->between, text);
}

void two_columns_add_line(struct two_columns *p, size_t len, bool dashed)
{
	const char *part = dashed ? p->glyphs->dash : p->glyphs->line;
	size_t width = dashed ? 2 : 1;

	for (; len >= width; len -= width)
		buf_str(&p->between, part);
	two_columns_add_spaces(&p->between, len);
}

void two_columns_print_header(struct two_columns *p, const struct buf *left,
			      const struct buf *middle, const struct buf *right)
{
	size_t columns = 2 * p->margin + p->inner + 2;
	size_t used = buf_columns(left) + buf_columns(right);
	size_t len = buf_columns(middle), at = (columns - len) / 2;
	struct buf *b = p->v->out;

	if (p->v->terminal.color)
		buf_str(b, ANSI_BOLD);
	buf_add_buf(b, left);
	if (len && buf_columns(left) < at && buf_columns(right) < at) {
		two_columns_add_spaces(b, at - buf_columns(left));
		buf_add_buf(b, middle);
		used += at - buf_columns(left) + len;
	}
	if (right->len)
		two_columns_add_spaces(b, columns > used ? columns - used : 1);
	buf_add_buf(b, right);
	if (p->v->terminal.color)
		buf_str(b, ANSI_RESET);
	buf_char(b, '\n');
}
