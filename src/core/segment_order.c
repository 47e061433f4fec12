/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "segment_order.h"

void segment_order_init(struct segment_order *o, bool from_start)
{
	*o = (struct segment_order){ .begun = from_start };
	TAILQ_INIT(&o->by_sequence);
	TAILQ_INIT(&o->by_arrival);
}

static bool is_in_gap(const struct segment_order *o, uint64_t sequence)
{
	unsigned n = o->nr_gaps < SEGMENT_GAPS ? o->nr_gaps : SEGMENT_GAPS;

	for (unsigned i = 0; i < n; i++)
		if (sequence >= o->gaps[i].from && sequence < o->gaps[i].to)
			return true;
	return false;
}

static void add_gap(struct segment_order *o, uint64_t from, uint64_t to)
{
	o->gaps[o->nr_gaps++ % SEGMENT_GAPS] = (struct segment_gap){ from, to };
	o->lost += to - from;
	if (o->lost > SEGMENT_SEQUENCE_MAX)
		o->lost = SEGMENT_SEQUENCE_MAX;
}

/* The last of those that wait whose number is at most that of s; NULL if there is none. */
static struct segment_link *find_before(const struct segment_order *o, const struct segment_link *s)
{
	struct segment_link *at = TAILQ_LAST(&o->by_sequence, segment_list);

	while (at && at->sequence > s->sequence)
		at = TAILQ_PREV(at, segment_list, by_sequence);
	return at;
}

enum segment_fate segment_order_add(struct segment_order *o, struct segment_link *s)
{
	struct segment_link *before;

	if (o->begun && s->sequence < o->next)
		return is_in_gap(o, s->sequence) ? SEGMENT_LATE : SEGMENT_REPEATED;
	before = find_before(o, s);
	if (before && before->sequence == s->sequence)
		return SEGMENT_REPEATED;
	if (before)
		TAILQ_INSERT_AFTER(&o->by_sequence, before, s, by_sequence);
	else
		TAILQ_INSERT_HEAD(&o->by_sequence, s, by_sequence);
	TAILQ_INSERT_TAIL(&o->by_arrival, s, by_arrival);
	o->nr++;
	o->bytes += s->bytes;
	return SEGMENT_HELD;
}

bool segment_order_has_gap(const struct segment_order *o)
{
	const struct segment_link *first = TAILQ_FIRST(&o->by_sequence);

	return first && first->sequence != (o->begun ? o->next : 0);
}

/* Has the first of those that wait, waited long enough? */
static bool is_over(const struct segment_order *o, uint64_t now_ns)
{
	uint64_t since_ns = TAILQ_FIRST(&o->by_arrival)->broker_ns;

	return now_ns > since_ns && now_ns - since_ns > SEGMENT_WAIT_NS;
}

struct segment_link *segment_order_take(struct segment_order *o, uint64_t now_ns, bool hurry,
					uint64_t *gap)
{
	struct segment_link *s = TAILQ_FIRST(&o->by_sequence);

	*gap = 0;
	if (!s || (segment_order_has_gap(o) && !hurry && !is_over(o, now_ns)))
		return NULL;
	if (o->begun && s->sequence > o->next) {
		*gap = s->sequence - o->next;
		add_gap(o, o->next, s->sequence);
	}
	o->begun = true;
	o->next = s->sequence + 1;
	TAILQ_REMOVE(&o->by_sequence, s, by_sequence);
	TAILQ_REMOVE(&o->by_arrival, s, by_arrival);
	o->nr--;
	o->bytes -= s->bytes;
	return s;
}

uint64_t segment_order_end(struct segment_order *o, uint64_t end)
{
	uint64_t from = o->next;

	if (!o->begun || end <= from || end >= SEGMENT_SEQUENCE_MAX)
		return 0;
	add_gap(o, from, end);
	o->next = end;
	return end - from;
}
