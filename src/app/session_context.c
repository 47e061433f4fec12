/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "session.h"

/* Decides as setlocale() does, but needs no locale files: a static program cannot use them. */
static bool locale_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (unsigned i = 0; i < 3; i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
	}
	return false;
}

void session_init_context(struct view_context *v, const struct options *o, struct output *out)
{
	bool terminal = isatty(out->fd);
	struct winsize size;

	v->out = &out->buf;
	v->options = o->view_options;
	v->fields = o->output.fields.nr ? &o->output.fields : NULL;
	v->count_max = o->run.count;
	v->follows = o->record.follow;
	v->live = !o->record.replay || o->record.follow;
	v->terminal.utf8 = locale_is_utf8() && !v->options.ascii;
	v->terminal.wide = o->output.wide;
	v->times = o->output.times;
	v->terminal.color = o->output.color == COLOR_ALWAYS ||
			    (o->output.color == COLOR_AUTO && terminal);
	if (terminal && !ioctl(out->fd, TIOCGWINSZ, &size))
		v->terminal.columns = size.ws_col;
}
