/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view who: the counts of a row, and the columns that print them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "aggregate.h"
#include "histogram.h"
#include "names.h"

enum who_count {
	WHO_CLOSES,	/* those that ended: the sum of each of the next three groups */
	/* the call that ended our side */
	WHO_CLOSE, WHO_SHUT_WR, WHO_SHUT_RDWR, WHO_EXIT, WHO_SIGNAL, WHO_OTHER_CALL, WHO_NO_CALL,
	/* how it ended; WHO_OTHER_END is aborted or never established */
	WHO_CLEAN, WHO_RESET, WHO_TIMEOUT, WHO_OTHER_END,
	/* the initiator */
	WHO_LOCAL, WHO_PEER, WHO_BOTH, WHO_NOBODY, WHO_UNKNOWN,
	WHO_RESET_SENT, WHO_RESET_RECEIVED,	/* the two kinds of WHO_RESET */
	WHO_DATA_LOST,	/* closes that are known to have lost data */
	WHO_TIME_WAIT,	/* closes that left TIME_WAIT on this side */
	WHO_OPEN,	/* no closes: they had not ended when the run did */
	WHO_COUNTS,
};

enum who_hold { WHO_APP_HOLD, WHO_PEER_HOLD, WHO_HOLDS };

struct who_row {
	uint64_t n[WHO_COUNTS];
	uint64_t ended[ENDING_COUNT][REASON_COUNT];
	uint64_t lost_data[ENDING_COUNT][REASON_COUNT];	/* those of ended that lost data */
	struct histogram hold[WHO_HOLDS];	/* known or cut holds, also of open ones */
};

enum who_kind {
	WHO_IS_COUNT,
	WHO_IS_RATE,	/* a count per RATE_SECONDS */
	WHO_IS_TIME,	/* a quantile of a hold in nanoseconds */
	WHO_IS_CUT,	/* how many of the holds are cut */
};

#define WHO_RATE_SECONDS 1000	/* there are only integers in JSON and CSV */

struct who_column {
	const char *name;	/* in --sort and --csv */
	uint8_t kind;		/* enum who_kind */
	uint8_t index;		/* enum who_hold, enum who_count */
	uint16_t permille;	/* of the quantile; 1000 is the maximum */
};

/* The i-th column, NULL past the last. */
const struct who_column *who_column_at(unsigned i);

/*
 * Get the value of a column in this row, which covers that many ns. False if it is unknown:
 * no close has that hold, or the interval is too short for a rate.
 */
bool who_column_value(const struct who_row *w, const struct who_column *c, uint64_t interval_ns,
		      uint64_t *value);

/* n per `seconds` in this interval, rounded; false if that is shorter than 1 ms. */
bool who_rate(uint64_t n, uint64_t seconds, uint64_t interval_ns, uint64_t *rate);

/* Rows of struct who_row, to show in another way: the operations of the view, but for show. */
struct aggregate_ops who_row_ops(void);
