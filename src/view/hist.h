/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view hist: the times that it draws a histogram of.
 */
#pragma once

#include "names.h"

/* The phases of the close (enum phase), then two times of the connection. */
enum hist_time { HIST_AGE = PHASE_COUNT, HIST_IDLE, HIST_TIMES };

/* The name of an enum hist_time, a value of --phase; NULL past the last. */
const char *hist_time_name(unsigned i);
