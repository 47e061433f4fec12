/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "html.h"

#include <string.h>

#include "escape.h"

void html_text(struct buf *b, const void *bytes, size_t len)
{
	struct buf plain = { 0 };

	escape_for_terminal(&plain, bytes, len, ESCAPE_ANY_WIDTH);
	b->failed |= plain.failed;
	escape_for_html(b, plain.data, plain.len);
	buf_release(&plain);
}

void html_str(struct buf *b, const char *text)
{
	html_text(b, text, strlen(text));
}

void html_take(struct buf *b, struct buf *text)
{
	b->failed |= text->failed;
	html_text(b, text->data, text->len);
	buf_reset(text);
}
