/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "top_screen.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "escape.h"
#include "top_ui.h"

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>	/* last, because of its macros */
#undef columns
#undef lines

#define ESC_DELAY_MS 25
#define SIZE_MAX_CELLS 1000	/* of a side: more is no terminal */

struct top_screen {
	SCREEN *term;
	WINDOW *input;	/* not shown: reading a key from what is shown would refresh it */
	FILE *keys;
	attr_t style[STYLES];
	short pair[STYLES];
	bool utf8;
};

bool top_screen_is_built_in(void)
{
	return true;
}

/* terminfo's names of capabilities are no const strings in its interface. */
static bool has_capability(const char *name)
{
	char copy[16];
	const char *value;

	snprintf(copy, sizeof(copy), "%s", name);
	value = tigetstr(copy);
	return value && value != (const char *)-1;
}

const char *top_screen_check(void)
{
	const char *why = NULL;
	int found = 0;

	if (setupterm(NULL, STDOUT_FILENO, &found) != OK)
		return "is unknown here";
	if (!has_capability("cup") || !has_capability("clear"))
		why = "cannot move its cursor";
	del_curterm(cur_term);
	return why;
}

/* A static program has no locales but C and C.UTF-8. */
static void set_locale(bool utf8)
{
	if (!utf8)
		return;
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

/*
 * Blue, cyan, yellow and red can be told apart by colour-blind people, and none of them is the only
 * cue: words, brackets and brightness show the same.
 */
static void set_styles(struct top_screen *s, bool color)
{
	static const struct {
		attr_t attributes;
		short color;	/* -1: that of the terminal */
	} styles[STYLES] = {
		[STYLE_PLAIN] = { A_NORMAL, -1 },
		[STYLE_HEADING] = { A_BOLD, COLOR_CYAN },
		[STYLE_SELECTED] = { A_REVERSE, -1 },
		[STYLE_TAB] = { A_BOLD, COLOR_YELLOW },
		[STYLE_KEY] = { A_BOLD, COLOR_CYAN },
		[STYLE_ALARM] = { A_BOLD | A_REVERSE, COLOR_RED },
	};

	color = color && has_colors() && start_color() == OK && use_default_colors() == OK;
	for (unsigned i = 0; i < STYLES; i++) {
		s->style[i] = styles[i].attributes;
		if (color && styles[i].color >= 0 &&
		    init_pair((short)(i + 1), styles[i].color, -1) == OK)
			s->pair[i] = (short)(i + 1);
	}
}

static bool init_terminal(struct top_screen *s, const struct top_screen_config *config)
{
	int keys = dup(config->keys);

	s->keys = keys < 0 ? NULL : fdopen(keys, "r");
	if (!s->keys) {
		if (keys >= 0)
			close(keys);
		return false;
	}
	s->term = newterm(NULL, stdout, s->keys);
	if (!s->term)
		return false;
	set_term(s->term);
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	typeahead(-1);	/* keys are read after the drawing, which is short */
	s->input = newpad(1, 1);
	if (!s->input)
		return false;
	keypad(s->input, TRUE);
	nodelay(s->input, TRUE);
	set_escdelay(ESC_DELAY_MS);
	curs_set(0);
	return true;
}

struct top_screen *top_screen_open(const struct top_screen_config *config)
{
	struct top_screen *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	set_locale(config->utf8);
	s->utf8 = config->utf8;
	if (!init_terminal(s, config)) {
		top_screen_close(s);
		return NULL;
	}
	set_styles(s, config->color);
	return s;
}

void top_screen_close(struct top_screen *s)
{
	if (!s)
		return;
	if (s->input)
		delwin(s->input);
	if (s->term) {
		endwin();
		delscreen(s->term);
	}
	if (s->keys)
		fclose(s->keys);
	free(s);
}

void top_screen_suspend(struct top_screen *s)
{
	(void)s;
	endwin();
}

void top_screen_resume(struct top_screen *s)
{
	(void)s;
	clearok(curscr, TRUE);
	refresh();
}

void top_screen_resize(struct top_screen *s, unsigned columns, unsigned rows)
{
	(void)s;
	if (!columns || !rows)
		return;
	if (columns > SIZE_MAX_CELLS)
		columns = SIZE_MAX_CELLS;
	if (rows > SIZE_MAX_CELLS)
		rows = SIZE_MAX_CELLS;
	resizeterm((int)rows, (int)columns);
}

void top_screen_get_size(const struct top_screen *s, unsigned *columns, unsigned *rows)
{
	int y, x;

	(void)s;
	getmaxyx(stdscr, y, x);
	*columns = x > 0 ? (unsigned)x : 1;
	*rows = y > 0 ? (unsigned)y : 1;
}

static int translate_function_key(wint_t code)
{
	static const struct {
		wint_t code;
		int key;
	} keys[] = {
		{ KEY_UP, TOP_KEY_UP }, { KEY_DOWN, TOP_KEY_DOWN }, { KEY_LEFT, TOP_KEY_LEFT },
		{ KEY_RIGHT, TOP_KEY_RIGHT }, { KEY_PPAGE, TOP_KEY_PAGE_UP },
		{ KEY_NPAGE, TOP_KEY_PAGE_DOWN }, { KEY_HOME, TOP_KEY_HOME },
		{ KEY_END, TOP_KEY_END }, { KEY_BTAB, TOP_KEY_BACK_TAB },
		{ KEY_ENTER, TOP_KEY_ENTER }, { KEY_BACKSPACE, TOP_KEY_BACKSPACE },
	};

	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].code == code)
			return keys[i].key;
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return TOP_KEY_F0 + (int)(code - KEY_F(0));
	return TOP_KEY_NONE;
}

static int translate_character(wint_t c)
{
	if (c == '\r' || c == '\n')
		return TOP_KEY_ENTER;
	if (c == 127)
		return TOP_KEY_BACKSPACE;
	return c <= 0x10ffff ? (int)c : TOP_KEY_NONE;
}

int top_screen_read_key(struct top_screen *s)
{
	int key = TOP_KEY_NONE, got;
	wint_t c = 0;

	do {	/* a key that has no meaning here is skipped, as is the note about a new size */
		got = wget_wch(s->input, &c);
		if (got == KEY_CODE_YES)
			key = translate_function_key(c);
		else if (got == OK)
			key = translate_character(c);
	} while (got != ERR && key == TOP_KEY_NONE);
	return key;
}

/* A line that is drawn. Its text counts one column per character. */
struct line {
	int row, columns;
	int used;	/* columns so far */
	int ahead;	/* columns more than the text counts: they are made up at the next gap */
};

static wchar_t make_printable(const struct top_screen *s, uint32_t code)
{
	if (code < ' ' || (code >= 0x7f && code < 0xa0) || (code > 0x7f && !s->utf8))
		return L'?';
	return wcwidth((wchar_t)code) < 0 ? L'?' : (wchar_t)code;
}

static void draw_character(const struct top_screen *s, struct line *line, uint32_t code, bool gap)
{
	wchar_t text[2] = { make_printable(s, code), L'\0' };
	int width = wcwidth(text[0]);

	if (code == ' ' && gap && line->ahead > 0) {
		line->ahead--;
		return;
	}
	if (line->used + width > line->columns)
		return;
	addnwstr(text, 1);
	line->used += width;
	line->ahead += width - 1;
	for (; code == ' ' && gap && line->ahead < 0 && line->used < line->columns; line->ahead++) {
		addnwstr(L" ", 1);
		line->used++;
	}
}

static void draw_cell(const struct top_screen *s, struct line *line, const char *at, size_t len)
{
	const char *end = at + len;

	while (at < end) {
		struct utf8_char c = escape_decode_utf8(at, (size_t)(end - at));
		unsigned n = c.len ? c.len : 1;
		bool gap = at + 1 < end && at[1] == ' ';

		draw_character(s, line, c.len ? c.code : '?', gap);
		at += n;
	}
}

void top_screen_draw(struct top_screen *s, const struct text_screen *text, bool all)
{
	struct line line = { .row = -1, .columns = getmaxx(stdscr) };

	if (all)
		clearok(curscr, TRUE);
	werase(stdscr);
	for (size_t i = 0; i < text->nr_cells && !text->text.failed; i++) {
		const struct text_cell *c = &text->cells[i];

		if ((int)c->line != line.row) {
			line = (struct line){ .row = (int)c->line, .columns = line.columns };
			move(line.row, 0);
		}
		attr_set(s->style[c->style], s->pair[c->style], NULL);
		draw_cell(s, &line, text->text.data + c->from, c->len);
	}
	attr_set(A_NORMAL, 0, NULL);
	refresh();
}
