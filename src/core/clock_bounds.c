/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "clock_bounds.h"

#include <stddef.h>

#define PPM 1000000
#define TIME_MAX 4000000000000000000ULL	/* 126 years: no sum or difference of two overflows */

/* A time that an event of a damaged recording may have is no time. */
static bool is_time(uint64_t ns)
{
	return ns && ns < TIME_MAX;
}

/* How much wider a bound has become, rounded up. */
static int64_t find_drift(const struct clock_bound *b, uint64_t a_ns)
{
	uint64_t age_ns = a_ns > b->at_ns ? a_ns - b->at_ns : b->at_ns - a_ns;

	return (int64_t)(age_ns / (PPM / CLOCK_BOUNDS_DRIFT_PPM)) + !!age_ns;
}

static int64_t find_low(const struct clock_bounds *b, uint64_t a_ns)
{
	return b->low.ns - find_drift(&b->low, a_ns);
}

static int64_t find_high(const struct clock_bounds *b, uint64_t a_ns)
{
	return b->high.ns + find_drift(&b->high, a_ns);
}

/*
 * A new bound and an old one on the other side contradict each other. Keep what is later. Returns
 * whether that is the new one.
 */
static bool restart(struct clock_bounds *b, struct clock_bound *old, const struct clock_bound *new)
{
	if (new->at_ns < old->at_ns)
		return false;
	b->restarts++;
	old->known = false;
	b->restart_ns = new->at_ns;
	return true;
}

/* The later of two bounds of one side: from then on, the better one of the two stays better. */
static uint64_t find_later_ns(const struct clock_bound *x, const struct clock_bound *y)
{
	return x->at_ns > y->at_ns ? x->at_ns : y->at_ns;
}

static bool is_higher(const struct clock_bound *x, const struct clock_bound *y)
{
	uint64_t at_ns = find_later_ns(x, y);

	return x->ns - find_drift(x, at_ns) >= y->ns - find_drift(y, at_ns);
}

static bool is_lower(const struct clock_bound *x, const struct clock_bound *y)
{
	uint64_t at_ns = find_later_ns(x, y);

	return x->ns + find_drift(x, at_ns) <= y->ns + find_drift(y, at_ns);
}

/* Each returns false if the bound contradicts those that are known. */
static bool add_low(struct clock_bounds *b, int64_t ns, uint64_t at_ns)
{
	const struct clock_bound new = { .ns = ns, .at_ns = at_ns, .known = true };
	bool fits = !b->high.known || ns <= find_high(b, at_ns);

	if (at_ns < b->restart_ns)
		return true;
	if (!fits && !restart(b, &b->high, &new))
		return false;
	if (!fits || !b->low.known || is_higher(&new, &b->low))
		b->low = new;
	return fits;
}

static bool add_high(struct clock_bounds *b, int64_t ns, uint64_t at_ns)
{
	const struct clock_bound new = { .ns = ns, .at_ns = at_ns, .known = true };
	bool fits = !b->low.known || ns >= find_low(b, at_ns);

	if (at_ns < b->restart_ns)
		return true;
	if (!fits && !restart(b, &b->low, &new))
		return false;
	if (!fits || !b->high.known || is_lower(&new, &b->high))
		b->high = new;
	return fits;
}

static int64_t subtract(uint64_t x, uint64_t y)
{
	return (int64_t)x - (int64_t)y;
}

static bool add_fin_from_a(struct clock_bounds *b, const struct clock_fin *fin)
{
	bool fits = true;

	if (!is_time(fin->received_ns))
		return true;
	if (is_time(fin->sent_ns))
		fits &= add_high(b, subtract(fin->received_ns, fin->sent_ns), fin->sent_ns);
	if (is_time(fin->acked_ns))
		fits &= add_low(b, subtract(fin->received_ns, fin->acked_ns), fin->acked_ns);
	return fits;
}

static bool add_fin_from_b(struct clock_bounds *b, const struct clock_fin *fin)
{
	bool fits = true;

	if (!is_time(fin->received_ns))
		return true;
	if (is_time(fin->sent_ns))
		fits &= add_low(b, subtract(fin->sent_ns, fin->received_ns), fin->received_ns);
	if (is_time(fin->acked_ns))
		fits &= add_high(b, subtract(fin->acked_ns, fin->received_ns), fin->received_ns);
	return fits;
}

/* The time of a FIN by clock a: which of the two came first? */
static uint64_t find_time_by_a(const struct clock_fin *fin, bool from_a)
{
	return from_a ? fin->sent_ns : fin->received_ns;
}

bool clock_bounds_add(struct clock_bounds *b, const struct clock_fin *from_a,
		      const struct clock_fin *from_b)
{
	bool fits;

	if (find_time_by_a(from_a, true) <= find_time_by_a(from_b, false)) {
		fits = add_fin_from_a(b, from_a);
		return add_fin_from_b(b, from_b) && fits;
	}
	fits = add_fin_from_b(b, from_b);
	return add_fin_from_a(b, from_a) && fits;
}

struct clock_interval clock_bounds_at(const struct clock_bounds *b, uint64_t a_ns)
{
	if (!b->low.known || !b->high.known || !is_time(a_ns) || a_ns < b->restart_ns)
		return (struct clock_interval){ .known = false };
	return (struct clock_interval){ find_low(b, a_ns), find_high(b, a_ns), true };
}

static void narrow_interval(struct clock_interval *i, const struct clock_bounds *b, uint64_t a_ns)
{
	if (b->low.known && find_low(b, a_ns) > i->low)
		i->low = find_low(b, a_ns);
	if (b->high.known && find_high(b, a_ns) < i->high)
		i->high = find_high(b, a_ns);
}

/* What one connection shows, at a_ns. Unknown if it contradicts itself: the step was within it. */
static struct clock_interval find_own(const struct clock_fin *from_a,
				      const struct clock_fin *from_b, uint64_t a_ns)
{
	struct clock_interval own = { INT64_MIN, INT64_MAX, false };
	struct clock_bounds a = { .restarts = 0 }, b = { .restarts = 0 };

	add_fin_from_a(&a, from_a);
	add_fin_from_b(&b, from_b);
	narrow_interval(&own, &a, a_ns);
	narrow_interval(&own, &b, a_ns);
	own.known = own.low != INT64_MIN && own.high != INT64_MAX && own.low <= own.high;
	return own;
}

struct clock_interval clock_bounds_with(const struct clock_bounds *b,
					const struct clock_fin *from_a,
					const struct clock_fin *from_b, uint64_t a_ns)
{
	struct clock_interval all = clock_bounds_at(b, a_ns), own, both;

	if (!is_time(a_ns))
		return all;
	own = find_own(from_a, from_b, a_ns);
	if (!own.known || !all.known)
		return own.known ? own : all;
	both.low = own.low > all.low ? own.low : all.low;
	both.high = own.high < all.high ? own.high : all.high;
	both.known = true;
	return both.low <= both.high ? both : own;
}

int64_t clock_bounds_middle(const struct clock_interval *offset, const struct clock_fin *from_a,
			    const struct clock_fin *from_b)
{
	struct clock_bounds a = { .restarts = 0 }, b = { .restarts = 0 };
	struct clock_interval i = *offset;

	add_fin_from_a(&a, from_a);
	add_fin_from_b(&b, from_b);
	narrow_interval(&i, &a, a.high.known ? a.high.at_ns : a.low.at_ns);
	narrow_interval(&i, &b, b.low.known ? b.low.at_ns : b.high.at_ns);
	if (i.low > i.high)
		i = *offset;
	return i.low + (i.high - i.low) / 2;
}

struct clock_interval clock_bounds_flight(const struct clock_interval *offset,
					  const struct clock_fin *fin, bool from_a)
{
	struct clock_interval flight = { .known = offset->known && is_time(fin->sent_ns) &&
						  is_time(fin->received_ns) };
	int64_t ns = subtract(fin->received_ns, fin->sent_ns);

	if (!flight.known)
		return flight;
	flight.low = from_a ? ns - offset->high : ns + offset->low;
	flight.high = from_a ? ns - offset->low : ns + offset->high;
	if (flight.low < 0)
		flight.low = 0;		/* no segment arrives before it was sent */
	flight.known = flight.high >= 0;
	return flight;
}
