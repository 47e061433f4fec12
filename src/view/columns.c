/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "columns.h"

#include "ansi.h"

void column_text(struct buf *b, const char *text, size_t width)
{
	size_t from = b->len;

	buf_str(b, text);
	buf_pad(b, from, width);
}

void column_number(struct buf *b, uint64_t n, size_t width)
{
	size_t from = b->len;

	buf_u64(b, n);
	buf_pad_before(b, from, width);
}

void column_heading(struct view_context *v, const char *text, size_t width)
{
	if (v->terminal.color)
		buf_str(v->out, ANSI_BOLD);
	column_text(v->out, text, width);
	if (v->terminal.color)
		buf_str(v->out, ANSI_RESET);
}
