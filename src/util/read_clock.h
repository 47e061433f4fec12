/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The clocks of the kernel as one number. The core and the views do not call it: time is data. */
#pragma once

#include <stdint.h>
#include <time.h>

#include "time_units.h"

/* The time of a clock of clock_gettime(2), in nanoseconds. The clocks of Linux do not fail. */
static inline uint64_t read_clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}
