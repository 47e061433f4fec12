/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Talk on standard error: one line each, "tcpclose: " before it, written at once. Data goes
 * elsewhere.
 *
 * What the arguments bring along is escaped like any bytes of unknown origin, newlines too; a
 * line is cut at LOG_LINE bytes. How much is said is kept in one static struct, set by log_init
 * at the start and only read from then on: the one exception to "no mutable globals".
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#define LOG_LINE 1024

#define LOG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

void log_init(bool quiet, int verbose, bool color);

void log_error(const char *fmt, ...) LOG_PRINTF(1, 2);	/* always */
void log_warn(const char *fmt, ...) LOG_PRINTF(1, 2);	/* always: what is told may be incomplete */
void log_note(const char *fmt, ...) LOG_PRINTF(1, 2);	/* unless quiet */
void log_info(const char *fmt, ...) LOG_PRINTF(1, 2);	/* from -v on */
