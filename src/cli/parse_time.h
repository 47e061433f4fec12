/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Parses the times of --since and --until. */
#pragma once

#include <stdbool.h>
#include <time.h>

#include "time_range.h"

/*
 * Parse one of these, and false if it is none:
 *
 *	2026-11-22T08:12:32.5Z	RFC 3339, from 1970 to 2261; also with an offset, as +01:00
 *	08:12, 08:12:32		that time of today, the local date of `now` (seconds since 1970)
 *	-10m			a duration (parse.h) before now or the end of the recording
 */
bool parse_time(const char *text, time_t now, struct time_point *p);
