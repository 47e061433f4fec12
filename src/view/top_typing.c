/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is typed in the last line of the view top: a search, a filter, a time. */
#include <string.h>

#include "top_table.h"
#include "top_ui_private.h"

void top_ui_begin_typing(struct top_ui *ui, enum top_typing what)
{
	const char *old = what == TOP_SEARCH ? ui->search : what == TOP_FILTER ? ui->filter : "";

	ui->mode = TOP_TYPING;
	ui->below = TOP_TABLE;
	ui->typing = what;
	ui->input_len = strlen(old);
	memcpy(ui->input, old, ui->input_len + 1);
}

static bool is_match(const struct top_ui *ui, const struct view_context *v,
		     const struct top_frame *f, uint32_t row, struct buf *text)
{
	buf_reset(text);
	top_table_print_key(text, ui->tab, v, f, row);
	buf_char(text, '\0');
	return top_table_matches(text, ui->search);
}

/* Move the cursor to the next row that matches, from the row `skip` rows further on. */
static void search_on(struct top_ui *ui, const struct view_context *v, const struct top_frame *f,
		      bool back, unsigned skip)
{
	struct top_cursor *c = &ui->table[ui->tab].cursor;
	struct buf text = { 0 };
	unsigned i;

	for (i = 0; i < ui->nr_order; i++) {
		unsigned by = (i + skip) % ui->nr_order;
		unsigned at = (c->row + (back ? ui->nr_order - by : by)) % ui->nr_order;

		if (!is_match(ui, v, f, ui->order[at], &text))
			continue;
		c->row = at;
		break;
	}
	buf_release(&text);
	if (i == ui->nr_order)
		top_ui_set_message(ui, "not found");
	else
		top_ui_follow(ui, f);
}

static enum top_request end_typing(struct top_ui *ui, const struct view_context *v,
				   const struct top_frame *f)
{
	ui->mode = TOP_TABLE;
	switch (ui->typing) {
	case TOP_JUMP:
		return ui->input_len ? TOP_ASK_JUMP : TOP_ASK_NOTHING;
	case TOP_FILTER:
		memcpy(ui->filter, ui->input, ui->input_len + 1);
		return TOP_ASK_NOTHING;
	default:
		memcpy(ui->search, ui->input, ui->input_len + 1);
		if (ui->input_len)
			search_on(ui, v, f, false, 0);
		return TOP_ASK_NOTHING;
	}
}

static void type_character(struct top_ui *ui, int key)
{
	unsigned len = key < 0x80 ? 1 : key < 0x800 ? 2 : key < 0x10000 ? 3 : 4;
	static const uint8_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	char *to = ui->input + ui->input_len;

	if (key < ' ' || (key >= 0x7f && key < 0xa0) || key > 0x10ffff ||
	    ui->input_len + len > TOP_INPUT_MAX)
		return;
	for (unsigned i = len; --i; key >>= 6)
		to[i] = (char)(0x80 | (key & 0x3f));
	to[0] = (char)(first[len == 1 ? 0 : len] | key);
	ui->input_len += len;
	ui->input[ui->input_len] = '\0';
}

static void erase_character(struct top_ui *ui)
{
	while (ui->input_len && ((uint8_t)ui->input[ui->input_len - 1] & 0xc0) == 0x80)
		ui->input_len--;
	ui->input_len -= ui->input_len > 0;
	ui->input[ui->input_len] = '\0';
}

enum top_request top_ui_type_key(struct top_ui *ui, int key, const struct view_context *v,
				 const struct top_frame *f)
{
	switch (key) {
	case TOP_KEY_ENTER:
		return end_typing(ui, v, f);
	case TOP_KEY_ESC:
		ui->mode = TOP_TABLE;
		if (ui->typing == TOP_FILTER)
			ui->filter[0] = '\0';
		break;
	case TOP_KEY_BACKSPACE:
		erase_character(ui);
		break;
	case TOP_KEY_CTRL_U:
		ui->input_len = 0;
		ui->input[0] = '\0';
		break;
	default:
		type_character(ui, key);
	}
	return TOP_ASK_NOTHING;
}

static void clear_words(struct top_ui *ui)
{
	ui->filter[0] = '\0';
	ui->search[0] = '\0';
}

bool top_ui_take_search_key(struct top_ui *ui, int key, const struct view_context *v,
			    const struct top_frame *f)
{
	switch (key) {
	case '/':
	case TOP_KEY_F0 + 3:
		top_ui_begin_typing(ui, TOP_SEARCH);
		return true;
	case '\\':
	case 'f':
	case TOP_KEY_F0 + 4:
		top_ui_begin_typing(ui, TOP_FILTER);
		return true;
	case 'n':
		if (ui->search[0])
			search_on(ui, v, f, false, 1);
		return true;
	case 'N':	/* without a search: sorts */
		if (ui->search[0])
			search_on(ui, v, f, true, 1);
		return ui->search[0];
	case TOP_KEY_ESC:
		clear_words(ui);
		return true;
	default:
		return false;
	}
}

