/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "two_columns.h"

#define BOLD "\033[1m"
#define RESET "\033[0m"

static const struct brush ascii = { "|", ":", "-", "- ", ">", "<", "?" };
static const struct brush utf8 = { "\u2502", "\u250a", "\u2500", "\u2574 ", "\u25b6", "\u25c0", "?" };

void pen_init(struct pen *p, struct view *v, const struct ladder *l, unsigned columns)
{
	*p = (struct pen){ .v = v, .l = l, .brush = v->utf8 ? &utf8 : &ascii,
			   .margin = columns / 4 };
	p->inner = columns - 2 * p->margin - 2;
	p->rail = p->brush->rail;
}

void pen_release(struct pen *p)
{
	buf_release(&p->left);
	buf_release(&p->between);
	buf_release(&p->right);
}

size_t pen_columns(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += ((unsigned char)b->data[i] & 0xc0) != 0x80;
	return n;
}

void pen_add(struct buf *to, const struct buf *from)
{
	if (from->len)
		buf_add(to, from->data, from->len);
	to->failed |= from->failed;
}

static void spaces(struct buf *b, size_t n)
{
	while (n--)
		buf_char(b, ' ');
}

void pen_row(struct pen *p)
{
	const char *color = p->v->color ? p->color : NULL;
	size_t left = pen_columns(&p->left), between = pen_columns(&p->between);
	struct buf *b = p->v->out;

	if (left < p->margin)
		spaces(b, p->margin - left - 1);
	pen_add(b, &p->left);
	if (left < p->margin)
		buf_char(b, ' ');
	buf_str(b, p->rail);
	if (color && p->between.len)
		buf_str(b, color);
	pen_add(b, &p->between);
	if (color && p->between.len)
		buf_str(b, RESET);
	if (between < p->inner)
		spaces(b, p->inner - between);
	buf_str(b, p->rail);
	if (p->right.len)
		buf_char(b, ' ');
	pen_add(b, &p->right);
	buf_char(b, '\n');
	buf_reset(&p->left);
	buf_reset(&p->between);
	buf_reset(&p->right);
	p->color = NULL;
	p->rail = p->brush->rail;
}

void pen_center(struct pen *p, const struct buf *text)
{
	size_t len = pen_columns(text);

	if (len && len < p->inner)
		spaces(&p->between, (p->inner - len) / 2);
	pen_add(&p->between, text);
}

void pen_line(struct pen *p, size_t len, bool dashed)
{
	const char *part = dashed ? p->brush->dash : p->brush->line;
	size_t width = dashed ? 2 : 1;

	for (; len >= width; len -= width)
		buf_str(&p->between, part);
	spaces(&p->between, len);
}

void pen_heads(struct pen *p, const struct buf *left, const struct buf *middle,
	       const struct buf *right)
{
	size_t columns = 2 * p->margin + p->inner + 2, used = pen_columns(left) + pen_columns(right);
	size_t len = pen_columns(middle), at = (columns - len) / 2;
	struct buf *b = p->v->out;

	if (p->v->color)
		buf_str(b, BOLD);
	pen_add(b, left);
	if (len && pen_columns(left) < at && pen_columns(right) < at) {
		spaces(b, at - pen_columns(left));
		pen_add(b, middle);
		used += at - pen_columns(left) + len;
	}
	spaces(b, columns > used ? columns - used : 1);
	pen_add(b, right);
	if (p->v->color)
		buf_str(b, RESET);
	buf_char(b, '\n');
}
