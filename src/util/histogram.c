/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "histogram.h"

#include <stdlib.h>

#define PERMILLE 1000

static const uint64_t power[] = {
	1ULL, 10ULL, 100ULL, 1000ULL, 10000ULL, 100000ULL, 1000000ULL, 10000000ULL, 100000000ULL,
	1000000000ULL, 10000000000ULL, 100000000000ULL, 1000000000000ULL, 10000000000000ULL,
	100000000000000ULL, 1000000000000000ULL, 10000000000000000ULL, 100000000000000000ULL,
	1000000000000000000ULL, 10000000000000000000ULL,
};

/* The power of ten that is not above v; v > 0. */
static unsigned decade_of(uint64_t v)
{
	unsigned bits = 64 - (unsigned)__builtin_clzll(v);
	unsigned d = bits * 1233 >> 12;		/* log10(2) is 1233 / 4096, nearly */

	return v < power[d] ? d - 1 : d;
}

static unsigned segment_of(uint64_t v)
{
	unsigned d;

	if (!v)
		return 0;
	d = decade_of(v);
	if (d == 19)
		return HIST_SEGMENTS - 1;	/* twice 10^19 is above all */
	return 1 + 3 * d + (v >= 2 * power[d]) + (v >= 5 * power[d]);
}

uint64_t hist_from_ns(unsigned segment)
{
	static const uint64_t first[] = { 1, 2, 5 };

	if (!segment)
		return 0;
	if (segment >= HIST_SEGMENTS)
		return UINT64_MAX;
	return power[(segment - 1) / 3] * first[(segment - 1) % 3];
}

static uint64_t bin_width(unsigned segment)
{
	uint64_t width = (hist_from_ns(segment + 1) - hist_from_ns(segment)) / HIST_BINS;

	return width ? width + (segment == HIST_SEGMENTS - 1) : 1;	/* that one does not divide */
}

void hist_release(struct hist *h)
{
	for (unsigned i = 0; i < HIST_SEGMENTS; i++)
		free(h->segment[i]);
	*h = (struct hist){ .n = 0 };
}

static bool open_segment(struct hist *h, unsigned segment)
{
	if (!h->segment[segment])
		h->segment[segment] = calloc(HIST_BINS, sizeof(uint64_t));
	return h->segment[segment];
}

/* Before what lies between the two is counted. */
static void stretch(struct hist *h, uint64_t min, uint64_t max)
{
	if (!h->n || min < h->min)
		h->min = min;
	if (max > h->max)
		h->max = max;
}

bool hist_add(struct hist *h, uint64_t ns)
{
	unsigned segment = segment_of(ns);

	if (!open_segment(h, segment))
		return false;
	h->segment[segment][(ns - hist_from_ns(segment)) / bin_width(segment)]++;
	stretch(h, ns, ns);
	h->n++;
	return true;
}

bool hist_merge(struct hist *to, const struct hist *from)
{
	if (from->n)
		stretch(to, from->min, from->max);
	for (unsigned i = 0; i < HIST_SEGMENTS; i++) {
		if (!from->segment[i])
			continue;
		if (!open_segment(to, i))
			return false;
		for (unsigned k = 0; k < HIST_BINS; k++) {
			to->segment[i][k] += from->segment[i][k];
			to->n += from->segment[i][k];
		}
	}
	return true;
}

uint64_t hist_count(const struct hist *h, unsigned segment)
{
	uint64_t sum = 0;

	if (segment >= HIST_SEGMENTS || !h->segment[segment])
		return 0;
	for (unsigned k = 0; k < HIST_BINS; k++)
		sum += h->segment[segment][k];
	return sum;
}

/* The middle of the bin that holds the value of this rank, 1 the first, in this segment. */
static uint64_t value_of(const struct hist *h, unsigned segment, uint64_t rank)
{
	uint64_t width = bin_width(segment), v;
	unsigned k = 0;

	for (; k < HIST_BINS - 1 && h->segment[segment][k] < rank; k++)
		rank -= h->segment[segment][k];
	v = hist_from_ns(segment) + k * width + (width - 1) / 2;
	if (v < h->min)
		return h->min;
	return v < h->max ? v : h->max;
}

uint64_t hist_quantile(const struct hist *h, unsigned permille)
{
	uint64_t rank = h->n / PERMILLE * permille +
			(h->n % PERMILLE * permille + PERMILLE - 1) / PERMILLE;

	if (!h->n)
		return 0;
	if (rank < 1)
		rank = 1;
	for (unsigned i = 0; i < HIST_SEGMENTS; i++) {
		uint64_t n = hist_count(h, i);

		if (rank <= n)
			return value_of(h, i, rank);
		rank -= n;
	}
	return h->max;
}
