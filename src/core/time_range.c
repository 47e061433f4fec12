/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "time_range.h"

static uint64_t find_time(const struct time_point *p, uint64_t end_ns, uint64_t none)
{
	switch (p->kind) {
	case TIME_POINT_AT:
		return p->ns;
	case TIME_POINT_BEFORE:
		return end_ns > p->ns ? end_ns - p->ns : 0;
	default:
		return none;
	}
}

struct time_range time_range_between(const struct time_point *since, const struct time_point *until,
				     uint64_t end_ns)
{
	return (struct time_range){ .since_ns = find_time(since, end_ns, 0),
				    .until_ns = find_time(until, end_ns, UINT64_MAX) };
}

bool time_points_are_reversed(const struct time_point *since, const struct time_point *until)
{
	if (!since->kind || since->kind != until->kind)
		return false;
	return since->kind == TIME_POINT_AT ? since->ns > until->ns : since->ns < until->ns;
}
