/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The state of the full screen of the view top, and its keys. It knows neither a terminal nor a
 * clock: top_screen.h passes the keys, and draws what top_page_print() prints.
 *
 * Some keys ask for what only the caller can do: see enum top_request.
 */
#pragma once

#include "text_screen.h"
#include "top_frame.h"

#define TOP_INPUT_MAX 64	/* bytes that can be typed */
#define TOP_MESSAGE_MAX 160
#define TOP_ORDER_MAX 2048	/* rows of a table */

/* Keys that are no characters. The others are their code point in Unicode. */
enum top_key {
	TOP_KEY_NONE,
	TOP_KEY_CTRL_B = 2, TOP_KEY_CTRL_C, TOP_KEY_CTRL_F = 6,
	TOP_KEY_BACKSPACE = 8, TOP_KEY_TAB, TOP_KEY_ENTER, TOP_KEY_CTRL_L = 12,
	TOP_KEY_CTRL_U = 21, TOP_KEY_ESC = 27,
	TOP_KEY_UP = 0x200000, TOP_KEY_DOWN, TOP_KEY_LEFT, TOP_KEY_RIGHT, TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN, TOP_KEY_HOME, TOP_KEY_END, TOP_KEY_BACK_TAB,
	TOP_KEY_F0,	/* TOP_KEY_F0 + n is Fn */
	TOP_KEY_F12 = TOP_KEY_F0 + 12,
};

enum top_request {
	TOP_ASK_NOTHING,
	TOP_ASK_QUIT,
	TOP_ASK_REDRAW,		/* of the whole terminal */
	TOP_ASK_RESET,		/* count from now on */
	TOP_ASK_GROUP,		/* group by ui->group */
	TOP_ASK_INTERVAL,	/* refresh every ui->interval_ns */
	TOP_ASK_WALK,		/* the tab stuck is shown: it may need a walk */
	TOP_ASK_STEP,		/* a replay: the next refresh */
	TOP_ASK_STEP_BACK,
	TOP_ASK_JUMP,		/* a replay: to the time in ui->input */
};

/* What is shown. All but the tables are left by Esc. */
enum top_mode {
	TOP_TABLE,
	TOP_BEHIND,	/* the closes behind a row */
	TOP_TEXT,	/* a ladder, the facts about a stuck socket, the help */
	TOP_SORT_MENU,
	TOP_GROUP_MENU,
	TOP_TYPING,
};

enum top_typing { TOP_SEARCH, TOP_FILTER, TOP_JUMP };

/* A position in a list: the row of the cursor, and the first row on the screen. */
struct top_cursor {
	unsigned row, first;
};

struct top_table {
	struct top_cursor cursor;
	unsigned sort;		/* of processes: see top_table.h; of others: their columns */
	bool inverted;
	const void *followed;	/* the group or socket that the cursor stays on; NULL none */
};

struct top_ui {
	enum top_tab tab;
	struct top_table table[TOP_TABS];
	enum top_mode mode;
	enum top_mode below;	/* TOP_TEXT, TOP_TYPING: what Esc returns to */
	struct top_cursor menu;
	/* Set by the caller. */
	uint64_t interval_ns;
	bool replays;		/* t, T and J step through a recording */
	bool ended;		/* the run is over: what is shown stays */
	const char *stuck_why;	/* why there is no table of stuck sockets; NULL: there is */
	/* What was asked for. */
	enum group_by group;
	enum group_by group_before;	/* F5: back to it */
	enum top_typing typing;
	char input[TOP_INPUT_MAX + 1];
	size_t input_len;
	char search[TOP_INPUT_MAX + 1], filter[TOP_INPUT_MAX + 1];
	bool paused, follows;
	char message[TOP_MESSAGE_MAX];	/* until the next key */
	struct close_list behind;	/* TOP_BEHIND */
	const struct keyed_entry *behind_group;
	char behind_name[TOP_MESSAGE_MAX];
	struct top_cursor behind_cursor;
	struct buf text;		/* TOP_TEXT: lines */
	unsigned text_first, text_left;	/* scrolled by lines, by columns */
	/* Of the latest drawing: rows of the table, in order, and how many fit. */
	uint32_t order[TOP_ORDER_MAX];
	unsigned nr_order, page;
};

void top_ui_init(struct top_ui *ui, const struct view_options *o);
void top_ui_release(struct top_ui *ui);

/* There is a new frame: the cursor follows its row, and lists behind rows are made anew. */
void top_ui_refresh(struct top_ui *ui, const struct top_model *m, const struct top_frame *f);

/* The model was reset: what points into it goes. */
void top_ui_forget(struct top_ui *ui);

/*
 * Take a key. The frame is the one that is drawn; m is only used for the other end of a ladder.
 * Returns what the caller has to do.
 */
enum top_request top_ui_key(struct top_ui *ui, int key, struct view_context *v,
			    const struct top_model *m, const struct top_frame *f);

/* Print a message in the last line, until the next key. */
void top_ui_set_message(struct top_ui *ui, const char *text);

/* Print the whole screen. */
void top_page_print(struct text_screen *s, struct top_ui *ui, const struct view_context *v,
		    const struct top_frame *f);

/* Print only the header and the table, as batch mode does. */
void top_page_print_text(struct text_screen *s, struct top_ui *ui, const struct view_context *v,
			 const struct top_frame *f);

/* The group that --by lists alone; GROUP_BY_NONE if it lists several. */
enum group_by top_ui_group(const struct view_context *v);
