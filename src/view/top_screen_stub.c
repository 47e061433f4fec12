/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The build without ncursesw: the view top prints text, so nothing else here is used. */
#include "top_screen.h"

#include "top_ui.h"

bool top_screen_is_built_in(void)
{
	return false;
}

const char *top_screen_check(void)
{
	return NULL;
}

struct top_screen *top_screen_open(const struct top_screen_config *config)
{
	(void)config;
	return NULL;
}

void top_screen_close(struct top_screen *s)
{
	(void)s;
}

void top_screen_suspend(struct top_screen *s)
{
	(void)s;
}

void top_screen_resume(struct top_screen *s)
{
	(void)s;
}

void top_screen_resize(struct top_screen *s, unsigned columns, unsigned rows)
{
	(void)s;
	(void)columns;
	(void)rows;
}

void top_screen_get_size(const struct top_screen *s, unsigned *columns, unsigned *rows)
{
	(void)s;
	*columns = *rows = 0;
}

int top_screen_read_key(struct top_screen *s)
{
	(void)s;
	return TOP_KEY_NONE;
}

void top_screen_draw(struct top_screen *s, const struct text_screen *text, bool all)
{
	(void)s;
	(void)text;
	(void)all;
}
