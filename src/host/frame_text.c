/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "frame_text.h"

#include <stddef.h>

/* Append a mark and a text; bytes that would end a line or a field are replaced. */
static void put_marked(struct buf *b, char mark, const char *text)
{
	buf_char(b, mark);
	for (; *text; text++)
		buf_char(b, *text == '\t' || *text == '\n' ? '?' : *text);
}

static void put_details(struct buf *b, const char *demangled, const struct source_place *p)
{
	if (demangled) {
		put_marked(b, '=', demangled);
		buf_char(b, '\n');
	}
	if (p && p->file) {
		buf_char(b, '@');
		buf_u64(b, p->line);
		put_marked(b, '\t', p->file);
		buf_char(b, '\n');
	}
}

void frame_text_put_inlined(struct buf *b, const struct source_places *places)
{
	for (unsigned i = 0; places && i + 1 < places->nr; i++) {
		const struct source_place *p = &places->place[i];

		put_marked(b, '<', p->function ? p->function : "?");
		buf_char(b, '\n');
		put_details(b, p->demangled, p);
	}
}

void frame_text_put_details(struct buf *b, const char *demangled,
			    const struct source_places *places)
{
	bool any = places && places->nr;

	put_details(b, demangled, any ? &places->place[places->nr - 1] : NULL);
}
