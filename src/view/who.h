/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view who: what it counts of a process, and the columns that show it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "histogram.h"
#include "names.h"

enum who_count {
	WHO_CLOSES,
	/* by which call our side was ended */
	WHO_CLOSE, WHO_SHUT_WR, WHO_SHUT_RDWR, WHO_EXIT, WHO_SIGNAL, WHO_OTHER_CALL, WHO_NO_CALL,
	/* how it ended; the rest is aborted, or never was established */
	WHO_CLEAN, WHO_RESET, WHO_TIMEOUT, WHO_OTHER_END, WHO_OPEN,
	/* who began */
	WHO_LOCAL, WHO_PEER, WHO_BOTH, WHO_NOBODY, WHO_UNKNOWN,
	WHO_COUNTS,
};

enum who_hold { WHO_APP_HOLD, WHO_PEER_HOLD, WHO_HOLDS };

struct who_row {
	uint64_t n[WHO_COUNTS];
	uint64_t ended[ENDING_COUNT][REASON_COUNT];
	struct histogram hold[WHO_HOLDS];	/* where it was known */
};

struct who_column {
	const char *name;	/* of --sort and --csv */
	bool is_time;		/* a quantile of a hold in nanoseconds, else a count */
	uint8_t index;		/* enum who_hold, enum who_count */
	uint16_t permille;	/* of the quantile; 1000 is the maximum */
};

/* The i-th, NULL past the last. */
const struct who_column *who_column_at(unsigned i);

/* Its value in this row; false: not known, since nothing held. */
bool who_column_value(const struct who_row *w, const struct who_column *c, uint64_t *value);
