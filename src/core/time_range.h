/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stories of --since and --until: those whose `time`, when they were settled, is in a range of
 * the wall clock. Pure.
 *
 * Reading starts TIME_RANGE_MARGIN_NS before the range, because the stories that end in it began
 * earlier, and ends as long after it, because a story is reported after it is settled.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TIME_RANGE_MARGIN_NS 120000000000ULL	/* 2 min: a minisock lives for 1 min */

enum time_point_kind {
	TIME_POINT_NONE,
	TIME_POINT_AT,		/* ns: since 1970 */
	TIME_POINT_BEFORE,	/* ns: before now, or before the end of the recording */
};

struct time_point {
	enum time_point_kind kind;
	uint64_t ns;
};

/* Nanoseconds since 1970; both ends belong to the range. */
struct time_range {
	uint64_t since_ns;	/* 0: from the beginning */
	uint64_t until_ns;	/* UINT64_MAX: to the end */
};

#define TIME_RANGE_ALL ((struct time_range){ .until_ns = UINT64_MAX })

/* The range between two points; end_ns is the time before which a relative point is. */
struct time_range time_range_between(const struct time_point *since, const struct time_point *until,
				     uint64_t end_ns);

/* Are both points of the same kind, and the first after the second? */
bool time_points_are_reversed(const struct time_point *since, const struct time_point *until);

static inline bool time_range_has(const struct time_range *r, uint64_t wall_ns)
{
	return wall_ns >= r->since_ns && wall_ns <= r->until_ns;
}

/* Is this too early to be read? */
static inline bool time_range_is_early(const struct time_range *r, uint64_t wall_ns)
{
	return r->since_ns > TIME_RANGE_MARGIN_NS && wall_ns < r->since_ns - TIME_RANGE_MARGIN_NS;
}

/* Is everything read by now that can be part of a story in the range? */
static inline bool time_range_is_over(const struct time_range *r, uint64_t wall_ns)
{
	return wall_ns > r->until_ns && wall_ns - r->until_ns > TIME_RANGE_MARGIN_NS;
}
