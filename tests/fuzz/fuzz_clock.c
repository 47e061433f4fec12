/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Two clocks with a true offset, a drift and steps, and connections between their hosts with any
 * delays, seen late and out of order. Whatever the bounds say must contain the truth: the offset,
 * and the time that each FIN took. They must also be as narrow as the wait for an ACK. A step may
 * be noticed late, but no connection after the one that showed it may be misjudged.
 */
#include "fuzz.h"

#include <stdbool.h>

#include "clock_bounds.h"

#define START_NS 1800000000000000000LL
#define STEP_NS 3600000000000LL
#define NS_PER_MS 1000000LL
#define PPM 1000000LL
#define RATE_MAX 490		/* ppm of each clock; together they are less than the allowance */
#define SLOP_NS 3		/* each clock shows whole nanoseconds */
#define CONNECTIONS 64
#define LATE_MAX 4

/* What a clock shows at a true time; it steps forward once. */
struct sim_clock {
	int64_t offset, rate_ppm;
	int64_t step_at, step;
};

struct connection {
	int64_t begin, end;		/* true times */
	int64_t sent_a, sent_b;		/* true times when the FINs were queued */
	int64_t took_a, took_b;		/* by clock b, until the FINs were processed */
	struct clock_fin from_a, from_b;
};

struct world {
	struct sim_clock a, b;
	struct clock_bounds bounds;
	int64_t step_at;		/* true time, INT64_MAX none */
	int64_t now;
	bool passed_step;		/* a connection that ended after the step was added */
};

static uint64_t show_clock(const struct sim_clock *c, int64_t at)
{
	int64_t shown = at + c->offset + at % 10000000000000LL * c->rate_ppm / PPM;

	return (uint64_t)(START_NS + shown + (at >= c->step_at ? c->step : 0));
}

static int64_t take_delay(struct input *in)
{
	uint16_t v = take_u16(in);

	/* up to 65 us, 65 ms or 16 s */
	return v & 1 ? v * 1000LL : v & 2 ? v : v % 16 * 1000 * NS_PER_MS;
}

static void make_connection(struct world *w, struct input *in, struct connection *c)
{
	int64_t arrived_b, acked_a, arrived_a, acked_b;
	uint8_t shape = take_u8(in);

	w->now += 1 + take_delay(in);
	c->begin = c->sent_a = w->now;
	arrived_b = c->sent_a + 1 + take_delay(in);
	acked_a = arrived_b + 1 + take_delay(in);
	c->sent_b = shape & 1 ? c->sent_a + take_delay(in) : arrived_b + take_delay(in);
	arrived_a = c->sent_b + 1 + take_delay(in);
	acked_b = arrived_a + 1 + take_delay(in);
	c->end = acked_a > acked_b ? acked_a : acked_b;
	c->from_a = (struct clock_fin){ show_clock(&w->a, c->sent_a),
					show_clock(&w->b, arrived_b),
					shape & 2 ? show_clock(&w->a, acked_a) : 0 };
	c->from_b = (struct clock_fin){ show_clock(&w->b, c->sent_b),
					show_clock(&w->a, arrived_a),
					shape & 4 ? show_clock(&w->b, acked_b) : 0 };
	c->took_a = (int64_t)(show_clock(&w->b, arrived_b) - show_clock(&w->b, c->sent_a));
	c->took_b = (int64_t)(show_clock(&w->b, arrived_a) - show_clock(&w->b, c->sent_b));
	if (shape & 8)
		c->from_a.received_ns = 0;	/* not seen */
	if (shape & 16)
		c->from_b.sent_ns = 0;
}

static int64_t true_offset(const struct world *w, int64_t at)
{
	return (int64_t)(show_clock(&w->b, at) - show_clock(&w->a, at));
}

static void check_contains(const struct clock_interval *i, int64_t truth)
{
	HOLDS(!i->known || (i->low - SLOP_NS <= truth && truth <= i->high + SLOP_NS));
}

static bool has_step_within(const struct world *w, const struct connection *c)
{
	return c->begin < w->step_at && w->step_at <= c->end;
}

/*
 * Until bounds contradict each other, nothing shows a step: neither to a connection after it, nor
 * to one before it that comes late, after bounds from the other side of the step.
 */
static bool is_step_hidden(const struct world *w, const struct connection *c)
{
	return has_step_within(w, c) || (w->passed_step && !w->bounds.restarts);
}

static void check_width(const struct world *w, const struct connection *c,
			const struct clock_interval *offset)
{
	int64_t wait = (int64_t)(c->from_a.acked_ns - c->from_a.sent_ns);

	if (!c->from_a.acked_ns || !c->from_a.received_ns || w->step_at != INT64_MAX)
		return;
	HOLDS(offset->known);
	HOLDS(offset->high - offset->low <= wait + wait / 1000 + 2);
}

static void check_middle(const struct connection *c, const struct clock_interval *offset)
{
	int64_t middle;

	if (!offset->known)
		return;
	middle = clock_bounds_middle(offset, &c->from_a, &c->from_b);
	HOLDS(offset->low <= middle && middle <= offset->high);
}

static void add_connection(struct world *w, const struct connection *c)
{
	struct clock_interval offset, later, flight;

	w->passed_step |= c->end >= w->step_at;
	clock_bounds_add(&w->bounds, &c->from_a, &c->from_b);
	HOLDS(w->step_at != INT64_MAX || !w->bounds.restarts);
	HOLDS(w->bounds.restarts <= 1);
	offset = clock_bounds_with(&w->bounds, &c->from_a, &c->from_b, c->from_a.sent_ns);
	later = clock_bounds_with(&w->bounds, &c->from_a, &c->from_b, c->from_b.received_ns);
	check_width(w, c, &offset);
	check_middle(c, &offset);
	if (is_step_hidden(w, c))
		return;
	check_contains(&offset, true_offset(w, c->sent_a));
	flight = clock_bounds_flight(&offset, &c->from_a, true);
	check_contains(&flight, c->took_a);
	flight = clock_bounds_flight(&later, &c->from_b, false);
	check_contains(&flight, c->took_b);
}

/* A clock that runs fast or slow, but not so fast that the allowance for two is not enough. */
static void init_clock(struct sim_clock *c, struct input *in)
{
	c->rate_ppm = take_u16(in) % (2 * RATE_MAX) - RATE_MAX;
	c->offset = (int64_t)take_u16(in) * 1000 * NS_PER_MS - 30000 * 1000 * NS_PER_MS;
	c->step_at = INT64_MAX;
}

static void init_step(struct world *w, struct input *in)
{
	struct sim_clock *c;
	uint8_t kind = take_u8(in);

	w->step_at = INT64_MAX;
	if (!(kind & 1))
		return;
	c = kind & 2 ? &w->a : &w->b;
	c->step = STEP_NS + take_u16(in) * NS_PER_MS;
	c->step_at = w->step_at = 1 + take_u16(in) * 100 * NS_PER_MS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct world w = { .now = 0 };
	struct connection late[LATE_MAX], c;
	unsigned nr_late = 0;

	init_clock(&w.a, &in);
	init_clock(&w.b, &in);
	init_step(&w, &in);
	for (unsigned i = 0; in.len && i < CONNECTIONS; i++) {
		make_connection(&w, &in, &c);
		if (take_u8(&in) & 1 && nr_late < LATE_MAX)
			late[nr_late++] = c;
		else
			add_connection(&w, &c);
		if (nr_late && take_u8(&in) & 1)
			add_connection(&w, &late[--nr_late]);
	}
	while (nr_late)
		add_connection(&w, &late[--nr_late]);
	return 0;
}
