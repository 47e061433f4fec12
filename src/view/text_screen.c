/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "text_screen.h"

#include <limits.h>
#include <stdint.h>

#include "array.h"

#define CELLS_MAX 65536

void text_screen_begin(struct text_screen *s, unsigned columns, unsigned rows)
{
	buf_reset(&s->text);
	s->columns = columns;
	s->rows = rows;
	s->nr_cells = 0;
	s->nr_lines = 0;
	s->line_from = s->cell_from = 0;
	s->style = STYLE_PLAIN;
}

void text_screen_release(struct text_screen *s)
{
	buf_release(&s->text);
	free(s->cells);
	*s = (struct text_screen){ .columns = 0 };
}

static void end_cell(struct text_screen *s)
{
	size_t len = s->text.len > s->cell_from ? s->text.len - s->cell_from : 0;

	if (len && ARRAY_GROW(s->cells, s->nr_cells, s->cap_cells, CELLS_MAX))
		s->cells[s->nr_cells++] = (struct text_cell){ .from = s->cell_from, .len = len,
							      .line = s->nr_lines,
							      .style = s->style };
	else if (len)
		s->text.failed = true;
	s->cell_from = s->text.len;
}

void text_screen_style(struct text_screen *s, enum text_style style)
{
	end_cell(s);
	s->style = style;
}

/* The length of the text from `from` on in that many columns. */
static size_t measure_columns(const struct text_screen *s, size_t from, size_t columns)
{
	size_t i = from;

	for (; i < s->text.len; i++) {
		bool begins = ((uint8_t)s->text.data[i] & 0xc0) != 0x80;

		if (begins && !columns--)
			break;
	}
	return i - from;
}

/* Shorten the text, which ends in the line in progress, and its cells. */
static void cut_text(struct text_screen *s, size_t len)
{
	s->text.len = len;
	while (s->nr_cells && s->cells[s->nr_cells - 1].from >= len)
		s->nr_cells--;
	if (s->nr_cells && s->cells[s->nr_cells - 1].from + s->cells[s->nr_cells - 1].len > len)
		s->cells[s->nr_cells - 1].len = len - s->cells[s->nr_cells - 1].from;
}

void text_screen_end_line(struct text_screen *s)
{
	end_cell(s);
	if (!text_screen_room(s)) {
		cut_text(s, s->line_from);
	} else {
		if (s->columns)
			cut_text(s, s->line_from + measure_columns(s, s->line_from, s->columns));
		buf_char(&s->text, '\n');
		s->nr_lines++;
	}
	s->line_from = s->cell_from = s->text.len;
	s->style = STYLE_PLAIN;
}

unsigned text_screen_room(const struct text_screen *s)
{
	return s->rows ? s->rows - s->nr_lines : UINT_MAX;
}

void text_screen_print(const struct text_screen *s, struct buf *out)
{
	const char *at = s->text.data, *end = at + s->line_from, *stop;

	if (s->text.failed)
		out->failed = true;
	for (; !s->text.failed && at < end; at = stop + 1) {
		size_t len;

		stop = memchr(at, '\n', (size_t)(end - at));
		len = (size_t)(stop - at);
		while (len && at[len - 1] == ' ')
			len--;
		buf_add(out, at, len);
		buf_char(out, '\n');
	}
}
