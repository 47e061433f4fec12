/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "top_ui.h"

#include <string.h>

#include "group_key.h"
#include "top_detail.h"
#include "top_table.h"
#include "top_ui_private.h"

void top_ui_init(struct top_ui *ui, const struct view_options *o)
{
	*ui = (struct top_ui){ .tab = o->tab, .interval_ns = o->interval_ns,
			       .behind.max = CLOSE_LIST_MAX };
	ui->table[TOP_PROCESSES].sort = o->sort;
}

void top_ui_release(struct top_ui *ui)
{
	close_list_release(&ui->behind);
	buf_release(&ui->text);
}

void top_ui_set_message(struct top_ui *ui, const char *text)
{
	size_t len = strnlen(text, sizeof(ui->message) - 1);

	memcpy(ui->message, text, len);
	ui->message[len] = '\0';
}

enum group_by top_ui_group(const struct view_context *v)
{
	const struct group_list *l = &v->options.groups;

	return l->nr == 1 ? (enum group_by)l->by[0] : GROUP_BY_NONE;
}

void top_ui_forget(struct top_ui *ui)
{
	for (unsigned i = 0; i < TOP_TABS; i++)
		ui->table[i].followed = NULL;
	ui->behind_group = NULL;
	if (ui->mode == TOP_BEHIND)
		ui->mode = TOP_TABLE;
	if (ui->below == TOP_BEHIND)
		ui->below = TOP_TABLE;
	close_list_clear(&ui->behind);
	ui->nr_order = 0;
}

void top_ui_refresh(struct top_ui *ui, const struct top_model *m, const struct top_frame *f)
{
	if (ui->behind_group && (ui->mode == TOP_BEHIND || ui->below == TOP_BEHIND))
		top_detail_list(ui, m, f);
}

bool top_ui_row(const struct top_ui *ui, uint32_t *row)
{
	unsigned at = ui->table[ui->tab].cursor.row;

	if (at >= ui->nr_order)
		return false;
	*row = ui->order[at];
	return true;
}

void top_ui_follow(struct top_ui *ui, const struct top_frame *f)
{
	struct top_table *t = &ui->table[ui->tab];
	uint32_t row;

	t->followed = NULL;
	if (ui->follows && top_ui_row(ui, &row))
		t->followed = top_table_identity(ui->tab, f, row);
}

static bool move_cursor(struct top_cursor *c, int key, unsigned nr, unsigned page)
{
	unsigned step = page ? page : 1;

	switch (key) {
	case TOP_KEY_UP:
	case 'k':
		c->row -= c->row > 0;
		break;
	case TOP_KEY_DOWN:
	case 'j':
		c->row++;
		break;
	case TOP_KEY_PAGE_UP:
	case TOP_KEY_CTRL_B:
		c->row -= c->row < step ? c->row : step;
		break;
	case TOP_KEY_PAGE_DOWN:
	case TOP_KEY_CTRL_F:
		c->row += step;
		break;
	case TOP_KEY_HOME:
	case 'g':
		c->row = 0;
		break;
	case TOP_KEY_END:
	case 'G':
		c->row = nr;
		break;
	default:
		return false;
	}
	if (c->row >= nr)
		c->row = nr ? nr - 1 : 0;
	return true;
}

static enum top_request set_tab(struct top_ui *ui, unsigned tab)
{
	ui->tab = (enum top_tab)(tab % TOP_TABS);
	ui->mode = TOP_TABLE;
	return ui->tab == TOP_STUCK ? TOP_ASK_WALK : TOP_ASK_NOTHING;
}

static void begin_sort_menu(struct top_ui *ui)
{
	ui->mode = TOP_SORT_MENU;
	ui->menu = (struct top_cursor){ .row = ui->table[ui->tab].sort };
}

static void begin_group_menu(struct top_ui *ui, const struct view_context *v)
{
	enum group_by by = top_ui_group(v);

	ui->mode = TOP_GROUP_MENU;
	ui->menu = (struct top_cursor){ .row = by ? by - 1 : 0 };
}

static void set_sort(struct top_ui *ui, unsigned sort)
{
	ui->table[ui->tab].sort = sort;
	ui->mode = TOP_TABLE;
}

/* Sort by the column of a letter of htop. */
static void sort_by_letter(struct top_ui *ui, int key)
{
	const char *word = key == 'P' ? "closes" : key == 'R' ? "reset" : "app_hold_p99";

	if (ui->tab == TOP_PROCESSES && key != 'N') {
		for (unsigned i = 0; who_column_at(i); i++)
			if (!strcmp(who_column_at(i)->name, word))
				set_sort(ui, i);
	} else if (ui->tab == TOP_PROCESSES) {
		set_sort(ui, top_table_sort_name());
	} else if (key == 'N') {
		set_sort(ui, ui->tab == TOP_STUCK ? TOP_STUCK_BY_PID : CLOSE_PID);
	} else if (key == 'T') {
		set_sort(ui, ui->tab == TOP_STUCK ? TOP_STUCK_BY_AGE : CLOSE_TIME);
	} else {
		top_ui_set_message(ui, "this table has no such column");
	}
}

static enum top_request choose_in_menu(struct top_ui *ui)
{
	unsigned row = ui->menu.row;

	if (ui->mode == TOP_SORT_MENU) {
		set_sort(ui, row);
		return TOP_ASK_NOTHING;
	}
	ui->mode = TOP_TABLE;
	ui->group = (enum group_by)(row + 1);
	return TOP_ASK_GROUP;
}

static enum top_request take_menu_key(struct top_ui *ui, int key)
{
	unsigned nr = 0;

	if (ui->mode == TOP_GROUP_MENU)
		nr = GROUP_BY_COUNT - 1;
	else
		while (top_table_sort_word(ui->tab, nr))
			nr++;
	if (move_cursor(&ui->menu, key, nr, ui->page))
		return TOP_ASK_NOTHING;
	if (key == TOP_KEY_ENTER)
		return choose_in_menu(ui);
	if (key == TOP_KEY_ESC || key == 'q')
		ui->mode = TOP_TABLE;
	return TOP_ASK_NOTHING;
}

static enum top_request take_text_key(struct top_ui *ui, int key)
{
	struct top_cursor c = { .row = ui->text_first };
	unsigned nr = top_detail_count_lines(&ui->text);

	if (move_cursor(&c, key, nr > ui->page ? nr - ui->page + 1 : 1, ui->page)) {
		ui->text_first = c.row;
	} else if (key == TOP_KEY_LEFT || key == TOP_KEY_RIGHT) {
		unsigned by = 8;

		if (key == TOP_KEY_RIGHT)
			ui->text_left += ui->text_left < 256 ? by : 0;
		else
			ui->text_left -= ui->text_left < by ? ui->text_left : by;
	} else if (key == TOP_KEY_ESC || key == TOP_KEY_ENTER || key == 'q' ||
		   key == TOP_KEY_BACKSPACE) {
		ui->mode = ui->below;
		ui->below = TOP_TABLE;
	}
	return TOP_ASK_NOTHING;
}

static enum top_request take_behind_key(struct top_ui *ui, int key, struct view_context *v,
					const struct top_model *m)
{
	if (move_cursor(&ui->behind_cursor, key, ui->behind.nr, ui->page))
		return TOP_ASK_NOTHING;
	if (key == TOP_KEY_ENTER && ui->behind_cursor.row < ui->behind.nr)
		top_detail_show_ladder(ui, v, m, &ui->behind.rows[ui->behind_cursor.row]);
	else if (key == TOP_KEY_ESC || key == 'q' || key == TOP_KEY_BACKSPACE)
		ui->mode = TOP_TABLE;
	return TOP_ASK_NOTHING;
}

/* Show what is behind the row of the cursor. */
static void open_row(struct top_ui *ui, struct view_context *v, const struct top_model *m,
		     const struct top_frame *f)
{
	uint32_t row;

	if (!top_ui_row(ui, &row))
		return;
	switch (ui->tab) {
	case TOP_SLOWEST:
		top_detail_show_ladder(ui, v, m, &f->slowest.rows[row]);
		break;
	case TOP_OPEN:
		top_detail_show_ladder(ui, v, m, &f->open.rows[row]);
		break;
	case TOP_STUCK:
		top_detail_show_stuck(ui, &f->stuck.rows[row]);
		break;
	default:
		top_detail_show_group(ui, v, m, f, &f->groups[row]);
	}
}

static enum top_request change_interval(struct top_ui *ui, bool longer)
{
	static const uint64_t steps[] = { NS_PER_S / 10, NS_PER_S / 5, NS_PER_S / 2, NS_PER_S,
					  2 * NS_PER_S, 5 * NS_PER_S, 10 * NS_PER_S,
					  30 * NS_PER_S, 60 * NS_PER_S };
	unsigned nr = sizeof(steps) / sizeof(*steps), i = 0;

	while (i < nr && steps[i] < ui->interval_ns)
		i++;
	if (longer)
		i += i < nr && steps[i] == ui->interval_ns;
	else if (!i--)
		return TOP_ASK_NOTHING;
	if (i >= nr)
		return TOP_ASK_NOTHING;
	ui->interval_ns = steps[i];
	return TOP_ASK_INTERVAL;
}

/* Group by cgroup, in the order of the paths, and back. */
static enum top_request toggle_cgroups(struct top_ui *ui, const struct view_context *v)
{
	enum group_by now = top_ui_group(v);

	ui->tab = TOP_PROCESSES;
	if (now == GROUP_BY_CGROUP) {
		ui->group = ui->group_before ? ui->group_before : GROUP_BY_COMM;
		ui->table[TOP_PROCESSES].sort = 0;
	} else {
		ui->group_before = now;
		ui->group = GROUP_BY_CGROUP;
		ui->table[TOP_PROCESSES].sort = top_table_sort_name();
	}
	return TOP_ASK_GROUP;
}

/* Keys of a replay. */
static bool take_replay_key(struct top_ui *ui, int key, enum top_request *asked)
{
	if (!ui->replays)
		return false;
	if (key == 't')
		*asked = TOP_ASK_STEP;
	else if (key == 'T')
		*asked = TOP_ASK_STEP_BACK;
	else if (key == 'J')
		top_ui_begin_typing(ui, TOP_JUMP);
	else
		return false;
	return true;
}

static bool take_sort_key(struct top_ui *ui, int key)
{
	switch (key) {
	case TOP_KEY_F0 + 6:
	case 's':
		begin_sort_menu(ui);
		return true;
	case '<':
	case '>':
		set_sort(ui, top_table_next_sort(ui, key == '>'));
		return true;
	case 'I':
		ui->table[ui->tab].inverted = !ui->table[ui->tab].inverted;
		return true;
	case 'N':
	case 'P':
	case 'T':
	case 'R':
		sort_by_letter(ui, key);
		return true;
	default:
		return false;
	}
}

static enum top_request take_table_key(struct top_ui *ui, int key, struct view_context *v,
				       const struct top_model *m, const struct top_frame *f)
{
	switch (key) {
	case TOP_KEY_TAB:
		return set_tab(ui, ui->tab + 1);
	case TOP_KEY_BACK_TAB:
		return set_tab(ui, ui->tab + TOP_TABS - 1);
	case '1':
	case '2':
	case '3':
	case '4':
		return set_tab(ui, (unsigned)key - '1');
	case 'b':
		begin_group_menu(ui, v);
		return TOP_ASK_NOTHING;
	case 't':
	case TOP_KEY_F0 + 5:
		return toggle_cgroups(ui, v);
	case ' ':
	case 'Z':
	case 'p':
		ui->paused = !ui->paused;
		return TOP_ASK_NOTHING;
	case 'F':
		ui->follows = !ui->follows;
		top_ui_follow(ui, f);
		return TOP_ASK_NOTHING;
	case '+':
	case '=':
	case '-':
		return change_interval(ui, key != '-');
	case 'z':
		return TOP_ASK_RESET;
	case TOP_KEY_ENTER:
		open_row(ui, v, m, f);
		return TOP_ASK_NOTHING;
	default:
		return TOP_ASK_NOTHING;
	}
}

static bool take_common_key(struct top_ui *ui, int key, enum top_request *asked)
{
	switch (key) {
	case TOP_KEY_CTRL_C:
	case TOP_KEY_F0 + 10:
		*asked = TOP_ASK_QUIT;
		return true;
	case TOP_KEY_CTRL_L:
		*asked = TOP_ASK_REDRAW;
		return true;
	case 'q':
		if (ui->mode != TOP_TABLE)
			return false;
		*asked = TOP_ASK_QUIT;
		return true;
	case 'h':
	case '?':
	case TOP_KEY_F0 + 1:
		top_detail_show_help(ui);
		return true;
	default:
		return false;
	}
}

enum top_request top_ui_key(struct top_ui *ui, int key, struct view_context *v,
			    const struct top_model *m, const struct top_frame *f)
{
	enum top_request asked = TOP_ASK_NOTHING;

	ui->message[0] = '\0';
	if (ui->mode == TOP_TYPING && key != TOP_KEY_CTRL_C && key != TOP_KEY_CTRL_L)
		return top_ui_type_key(ui, key, v, f);
	if (take_common_key(ui, key, &asked))
		return asked;
	if (ui->mode == TOP_SORT_MENU || ui->mode == TOP_GROUP_MENU)
		return take_menu_key(ui, key);
	if (ui->mode == TOP_TEXT)
		return take_text_key(ui, key);
	if (ui->mode == TOP_BEHIND)
		return take_behind_key(ui, key, v, m);
	if (move_cursor(&ui->table[ui->tab].cursor, key, ui->nr_order, ui->page)) {
		top_ui_follow(ui, f);
		return asked;
	}
	if (take_replay_key(ui, key, &asked) || top_ui_take_search_key(ui, key, v, f) ||
	    take_sort_key(ui, key))
		return asked;
	return take_table_key(ui, key, v, m, f);
}
