/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "histogram.h"

#include <stdlib.h>

#define PERMILLE 1000

static const uint64_t power_of_ten[] = {
	1ULL, 10ULL, 100ULL, 1000ULL, 10000ULL, 100000ULL, 1000000ULL, 10000000ULL, 100000000ULL,
	1000000000ULL, 10000000000ULL, 100000000000ULL, 1000000000000ULL, 10000000000000ULL,
	100000000000000ULL, 1000000000000000ULL, 10000000000000000ULL, 100000000000000000ULL,
	1000000000000000000ULL, 10000000000000000000ULL,
};

/* Return the exponent of the largest power of ten that is not above v; v > 0. */
static unsigned find_decade(uint64_t v)
{
	unsigned bits = 64 - (unsigned)__builtin_clzll(v);
	unsigned d = bits * 1233 >> 12;		/* log10(2) is about 1233 / 4096 */

	return v < power_of_ten[d] ? d - 1 : d;
}

unsigned histogram_bucket_of(uint64_t v)
{
	unsigned d;

	if (!v)
		return 0;
	d = find_decade(v);
	if (d == 19)
		return HISTOGRAM_BUCKETS - 1;	/* 2 * 10^19 does not fit into 64 bits */
	return 1 + 3 * d + (v >= 2 * power_of_ten[d]) + (v >= 5 * power_of_ten[d]);
}

uint64_t histogram_bucket_from_ns(unsigned bucket)
{
	static const uint64_t first[] = { 1, 2, 5 };

	if (!bucket)
		return 0;
	if (bucket >= HISTOGRAM_BUCKETS)
		return UINT64_MAX;
	return power_of_ten[(bucket - 1) / 3] * first[(bucket - 1) % 3];
}

static uint64_t get_bin_width(unsigned bucket)
{
	uint64_t from = histogram_bucket_from_ns(bucket);
	uint64_t width = (histogram_bucket_from_ns(bucket + 1) - from) / HISTOGRAM_BINS;

	/* The last bucket is not a multiple of HISTOGRAM_BINS wide: round up. */
	return width ? width + (bucket == HISTOGRAM_BUCKETS - 1) : 1;
}

void histogram_release(struct histogram *h)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		free(h->bucket[i]);
	*h = (struct histogram){ .n = 0 };
}

static bool alloc_bucket(struct histogram *h, unsigned bucket)
{
	if (!h->bucket[bucket])
		h->bucket[bucket] = calloc(HISTOGRAM_BINS, sizeof(uint64_t));
	return h->bucket[bucket];
}

/* Extend the range to min and max. Call before adding to n: an empty histogram has no range yet. */
static void extend_range(struct histogram *h, uint64_t min, uint64_t max)
{
	if (!h->n || min < h->min)
		h->min = min;
	if (max > h->max)
		h->max = max;
}

bool histogram_add(struct histogram *h, uint64_t ns)
{
	unsigned bucket = histogram_bucket_of(ns);

	if (!alloc_bucket(h, bucket))
		return false;
	h->bucket[bucket][(ns - histogram_bucket_from_ns(bucket)) / get_bin_width(bucket)]++;
	extend_range(h, ns, ns);
	h->n++;
	return true;
}

bool histogram_add_cut(struct histogram *h, uint64_t ns)
{
	if (!histogram_add(h, ns))
		return false;
	if (!h->cuts || ns < h->min_cut)
		h->min_cut = ns;
	h->cuts++;
	h->cut[histogram_bucket_of(ns)]++;
	return true;
}

bool histogram_merge(struct histogram *to, const struct histogram *from)
{
	if (from->n)
		extend_range(to, from->min, from->max);
	if (from->cuts && (!to->cuts || from->min_cut < to->min_cut))
		to->min_cut = from->min_cut;
	to->cuts += from->cuts;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		to->cut[i] += from->cut[i];
		if (!from->bucket[i])
			continue;
		if (!alloc_bucket(to, i))
			return false;
		for (unsigned k = 0; k < HISTOGRAM_BINS; k++) {
			to->bucket[i][k] += from->bucket[i][k];
			to->n += from->bucket[i][k];
		}
	}
	return true;
}

uint64_t histogram_bucket_count(const struct histogram *h, unsigned bucket)
{
	uint64_t sum = 0;

	if (bucket >= HISTOGRAM_BUCKETS || !h->bucket[bucket])
		return 0;
	for (unsigned k = 0; k < HISTOGRAM_BINS; k++)
		sum += h->bucket[bucket][k];
	return sum;
}

/* A bin: bucket, and index in it. */
struct bin {
	unsigned bucket, k;
};

/* Find the bin with the value of that rank (from 1). False if there are fewer values. */
static bool find_bin_at_rank(const struct histogram *h, uint64_t rank, struct bin *bin)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t n = histogram_bucket_count(h, i);
		unsigned k = 0;

		if (rank > n) {
			rank -= n;
			continue;
		}
		for (; k < HISTOGRAM_BINS - 1 && h->bucket[i][k] < rank; k++)
			rank -= h->bucket[i][k];
		*bin = (struct bin){ i, k };
		return true;
	}
	return false;
}

/* Find the bin of a quantile (nearest rank). False if the histogram is empty. */
static bool find_bin_of_quantile(const struct histogram *h, unsigned permille, struct bin *bin)
{
	uint64_t rank = h->n / PERMILLE * permille +
			(h->n % PERMILLE * permille + PERMILLE - 1) / PERMILLE;

	return h->n && find_bin_at_rank(h, rank ? rank : 1, bin);
}

/* Return the middle of the bin, within the range of all values. */
uint64_t histogram_quantile(const struct histogram *h, unsigned permille)
{
	uint64_t width, v;
	struct bin bin;

	if (!find_bin_of_quantile(h, permille, &bin))
		return h->max;
	width = get_bin_width(bin.bucket);
	v = histogram_bucket_from_ns(bin.bucket) + bin.k * width + (width - 1) / 2;
	if (v < h->min)
		return h->min;
	return v < h->max ? v : h->max;
}

bool histogram_quantile_is_cut(const struct histogram *h, unsigned permille)
{
	uint64_t from;
	struct bin bin;

	if (!h->cuts || !find_bin_of_quantile(h, permille, &bin))
		return false;
	from = histogram_bucket_from_ns(bin.bucket) + bin.k * get_bin_width(bin.bucket);
	return h->min_cut < from || h->min_cut - from < get_bin_width(bin.bucket);
}
