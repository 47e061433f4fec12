/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Messages on standard error: one line each, prefixed with "tcpclose: ", written at once. Data goes
 * to struct output.
 *
 * The message is escaped for the terminal (escape.h), including newlines, because its arguments may
 * have any origin. A message longer than LOG_LINE - 1 bytes is cut. The settings are in one static
 * struct that log_init() sets at the start and nothing changes later: the only exception to "no
 * mutable globals".
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#define LOG_LINE 1024

#define LOG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Set which messages are printed, and whether the prefix of errors and warnings is coloured. */
void log_init(bool quiet, int verbose, bool color);

/* Print one message, formatted as by printf(3), without a newline. */
void log_error(const char *fmt, ...) LOG_PRINTF(1, 2);	/* always */
void log_warn(const char *fmt, ...) LOG_PRINTF(1, 2);	/* always: the output may be incomplete */
void log_note(const char *fmt, ...) LOG_PRINTF(1, 2);	/* unless quiet */
void log_info(const char *fmt, ...) LOG_PRINTF(1, 2);	/* with -v or more */
