/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "top_detail.h"

#include <string.h>

#include "group_key.h"
#include "timeline.h"
#include "top_table.h"

static void begin_text(struct top_ui *ui)
{
	if (ui->mode != TOP_TEXT)
		ui->below = ui->mode;
	ui->mode = TOP_TEXT;
	buf_reset(&ui->text);
	ui->text_first = ui->text_left = 0;
}

unsigned top_detail_count_lines(const struct buf *text)
{
	unsigned n = 0;

	for (size_t i = 0; i < text->len; i++)
		n += text->data[i] == '\n';
	return n;
}

static bool is_of_group(const struct top_ui *ui, const struct close_row *row)
{
	return row->group == ui->behind_group;
}

void top_detail_list(struct top_ui *ui, const struct top_model *m, const struct top_frame *f)
{
	const struct top_row *row = ui->behind_group->row;

	(void)m;
	close_list_clear(&ui->behind);
	for (unsigned i = 0; i < row->slowest.nr; i++)
		close_list_add(&ui->behind, &row->slowest.rows[i]);
	for (unsigned i = 0; i < f->open.nr; i++)
		if (is_of_group(ui, &f->open.rows[i]))
			close_list_add(&ui->behind, &f->open.rows[i]);
	close_list_sort(&ui->behind);
	if (ui->behind_cursor.row >= ui->behind.nr)
		ui->behind_cursor.row = ui->behind.nr ? ui->behind.nr - 1 : 0;
}

void top_detail_show_group(struct top_ui *ui, const struct view_context *v,
			   const struct top_model *m, const struct top_frame *f,
			   const struct top_group *g)
{
	struct buf name = { 0 };

	group_key_print_short(&name, &v->options.groups, g->entry, g->other,
			      sizeof(ui->behind_name) / 4);
	buf_char(&name, '\0');
	if (!name.failed && name.len <= sizeof(ui->behind_name))
		memcpy(ui->behind_name, name.data, name.len);
	buf_release(&name);
	ui->behind_group = g->entry;
	ui->behind_cursor = (struct top_cursor){ .row = 0 };
	ui->mode = TOP_BEHIND;
	top_detail_list(ui, m, f);
}

void top_detail_show_ladder(struct top_ui *ui, struct view_context *v, const struct top_model *m,
			    const struct close_row *row)
{
	struct view_context plain;
	struct kept_story *twin;
	struct ladder l;

	if (!row->kept) {
		top_ui_set_message(ui, "its events are not kept");
		return;
	}
	begin_text(ui);
	view_use_host(v, &row->kept->story);
	plain = *v;
	plain.out = &ui->text;
	plain.terminal.color = false;
	plain.flush = NULL;
	twin = top_model_find_twin(m, &row->kept->story);
	ladder_make(&l, &row->kept->story, &row->kept->verdict, twin ? &twin->story : NULL,
		    twin ? &twin->verdict : NULL);
	timeline_draw(&plain, &l);
	timeline_print_text(&plain, &l);
}

void top_detail_show_stuck(struct top_ui *ui, const struct top_stuck_row *row)
{
	begin_text(ui);
	top_stuck_row_print_facts(&ui->text, row);
}

static const char help[] =
	"Up Down j k, PgUp PgDn, Home End g G   move\n"
	"Tab, 1 to 4       the tables: processes, slowest, open, stuck\n"
	"Enter             the closes behind a row; again: the ladder of a close\n"
	"Esc               back; clears the filter and the search\n"
	"Left Right        scroll a ladder sideways\n"
	"\n"
	"F6 s              sort by a column: a menu\n"
	"< >               sort by the column to the left or right\n"
	"I                 invert the order\n"
	"N P T R           sort by name or pid, closes, time, resets\n"
	"b                 group by process, thread, pid, exe, unit, port, peer...\n"
	"F5 t              group by cgroup, in the order of the paths, and back\n"
	"F                 the cursor follows its row\n"
	"\n"
	"F3 /              search; n N: the next and the previous match\n"
	"F4 \\ f            show only rows that contain some words; Esc: all\n"
	"\n"
	"Space Z p         pause the display, not the counting\n"
	"+ -               refresh less, or more often\n"
	"z                 count from now on\n"
	"Ctrl-L            draw everything again\n"
	"q F10 Ctrl-C      quit\n"
	"\n"
	"In a recording:\n"
	"t T               the next and the previous refresh\n"
	"J                 jump to a time: 08:12:37, or -10m and +10m from here\n"
	"\n"
	"closes/s, resets/s, timeouts/s: of the last interval; the graphs show the\n"
	"last eight, each as high as its largest.\n";

void top_detail_show_help(struct top_ui *ui)
{
	begin_text(ui);
	buf_str(&ui->text, help);
}
