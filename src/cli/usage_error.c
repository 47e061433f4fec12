/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "usage_error.h"

#include <errno.h>
#include <string.h>

#include "../exit_status.h"
#include "buf.h"
#include "escape.h"

#define QUOTE_WIDTH 80		/* columns of a bad value that are shown */

int usage_error_report(struct usage_error *u, int status, const char *before, const char *text,
		   const char *after)
{
	struct buf b = { 0 };

	buf_str(&b, "tcpclose: ");
	buf_str(&b, before);
	buf_char(&b, '\'');
	if (escape_for_terminal(&b, text, strlen(text), QUOTE_WIDTH) < strlen(text))
		buf_str(&b, "..");
	buf_char(&b, '\'');
	buf_str(&b, after);
	buf_char(&b, '\n');
	if (b.len)
		fwrite(b.data, 1, b.len, u->err);
	buf_release(&b);
	u->status = status;
	return EINVAL;
}

int usage_error_value(struct usage_error *u, const char *before, const char *after)
{
	return usage_error_report(u, EXIT_USAGE, before, u->value, after);
}
