/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "ansi.h"
#include "buf.h"
#include "escape.h"
#include "log.h"

static struct {
	bool quiet, color;
	int verbose;
} log_settings;

void log_init(bool quiet, int verbose, bool color)
{
	log_settings.quiet = quiet;
	log_settings.verbose = verbose;
	log_settings.color = color;
}

/* `color` is NULL for none. If out of memory, the line is written unescaped rather than dropped. */
static LOG_PRINTF(2, 0) void log_line(const char *color, const char *fmt, va_list args)
{
	struct buf b = { 0 };
	char text[LOG_LINE];

	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		return;
	if (!log_settings.color)
		color = NULL;
	buf_str(&b, color ? color : "");
	buf_str(&b, "tcpclose:");
	buf_str(&b, color ? ANSI_RESET " " : " ");
	escape_for_terminal(&b, text, strlen(text), ESCAPE_ANY_WIDTH);
	buf_char(&b, '\n');
	if (b.failed)
		fprintf(stderr, "tcpclose: %s\n", text);
	else
		fwrite(b.data, 1, b.len, stderr);
	buf_release(&b);
}

void log_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(ANSI_RED, fmt, args);
	va_end(args);
}

void log_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(ANSI_YELLOW, fmt, args);
	va_end(args);
}

void log_note(const char *fmt, ...)
{
	va_list args;

	if (log_settings.quiet)
		return;
	va_start(args, fmt);
	log_line(NULL, fmt, args);
	va_end(args);
}

void log_info(const char *fmt, ...)
{
	va_list args;

	if (log_settings.verbose < 1)
		return;
	va_start(args, fmt);
	log_line(NULL, fmt, args);
	va_end(args);
}
