/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "time_bins.h"

#include <string.h>

#include "time_units.h"

#define DAY (86400 * NS_PER_S)

/* Each is a multiple of the one before, so that bins can be joined. */
static const uint64_t widths[] = {
	NS_PER_MS, 2 * NS_PER_MS, 10 * NS_PER_MS, 20 * NS_PER_MS, 100 * NS_PER_MS,
	200 * NS_PER_MS, NS_PER_S, 2 * NS_PER_S, 10 * NS_PER_S, 20 * NS_PER_S, 60 * NS_PER_S,
	120 * NS_PER_S, 600 * NS_PER_S, 1200 * NS_PER_S, 3600 * NS_PER_S, 7200 * NS_PER_S,
	21600 * NS_PER_S, 43200 * NS_PER_S, DAY, 2 * DAY, 10 * DAY, 20 * DAY, 100 * DAY,
	500 * DAY, 2500 * DAY,
};

uint64_t time_bins_width_ns(const struct time_bins *t)
{
	return widths[t->scale];
}

/* Join the bins to those of the next width. 2^64 ns have 86 of the last width. */
static void join_bins(struct time_bins *t)
{
	uint64_t factor = widths[t->scale + 1] / widths[t->scale];
	struct time_bins to = { .first = t->first / factor, .scale = t->scale + 1 };

	for (unsigned i = 0; i < t->nr; i++) {
		unsigned k = (unsigned)((t->first + i) / factor - to.first);

		for (unsigned c = 0; c < CLASS_COUNT; c++)
			to.n[k][c] += t->n[i][c];
		to.nr = k + 1;
	}
	*t = to;
}

void time_bins_add(struct time_bins *t, uint64_t wall_ns, enum class class)
{
	for (;;) {
		uint64_t at = wall_ns / widths[t->scale];
		uint64_t first = t->nr && t->first < at ? t->first : at;
		uint64_t last = t->nr && t->first + t->nr - 1 > at ? t->first + t->nr - 1 : at;
		unsigned shift;

		if (last - first >= TIME_BINS) {
			join_bins(t);
			continue;
		}
		shift = t->nr ? (unsigned)(t->first - first) : 0;
		if (shift) {
			memmove(t->n[shift], t->n[0], t->nr * sizeof(t->n[0]));
			memset(t->n[0], 0, shift * sizeof(t->n[0]));
		}
		t->first = first;
		t->nr = (unsigned)(last - first + 1);
		t->n[at - first][class]++;
		return;
	}
}

uint64_t time_bins_count(const struct time_bins *t, unsigned i)
{
	uint64_t n = 0;

	for (unsigned c = 0; c < CLASS_COUNT; c++)
		n += t->n[i][c];
	return n;
}
