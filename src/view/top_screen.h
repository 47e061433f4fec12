/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The terminal of the view top: draws a screen of text, and reads keys. Only top_screen_ncurses.c
 * knows the library; a build without it has top_screen_stub.c.
 *
 * Each character is checked once more before it is drawn: no control character reaches the
 * terminal.
 */
#pragma once

#include <stdbool.h>

#include "text_screen.h"

struct top_screen;

bool top_screen_is_built_in(void);

/* Can a terminal of this type (TERM) be drawn on? NULL: yes; else why not. */
const char *top_screen_check(void);

struct top_screen_config {
	int keys;	/* the terminal, for reading */
	bool color, utf8;
};

/* Take over the terminal that standard output is. NULL: that failed. */
struct top_screen *top_screen_open(const struct top_screen_config *config);

/* Give the terminal back as it was. s may be NULL. */
void top_screen_close(struct top_screen *s);

/* The same for a while: the process stops (SIGTSTP), and then goes on. */
void top_screen_suspend(struct top_screen *s);
void top_screen_resume(struct top_screen *s);

/* Set the size, in columns and rows. */
void top_screen_resize(struct top_screen *s, unsigned columns, unsigned rows);
void top_screen_get_size(const struct top_screen *s, unsigned *columns, unsigned *rows);

/* The next key, enum top_key or a character; TOP_KEY_NONE: none was pressed. Never waits. */
int top_screen_read_key(struct top_screen *s);

/* Draw what has changed; `all`: everything, whatever the terminal shows. */
void top_screen_draw(struct top_screen *s, const struct text_screen *text, bool all);
