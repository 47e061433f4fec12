/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "clock_pairs.h"

#include <string.h>

#include "connection.h"

#define PAIRS_MAX 65536

struct boot_pair {
	char boot[2][RUN_INFO_TEXT];
};

void clock_pairs_init(struct clock_pairs *p, uint64_t seed)
{
	p->bounds = (struct keyed_table){ .row_size = sizeof(struct clock_bounds),
					  .max = PAIRS_MAX, .seed = seed };
}

/* struct clock_bounds owns nothing. */
static void release_row(void *row)
{
	(void)row;
}

void clock_pairs_release(struct clock_pairs *p)
{
	keyed_table_clear(&p->bounds, release_row);
}

/* The bounds of two boots, NULL if out of memory or of space, or if a boot is unknown. */
static struct clock_bounds *find_bounds(struct clock_pairs *p, const char *a, const char *b)
{
	struct boot_pair key = { .boot = { "" } };
	struct keyed_entry *entry;

	if (!a[0] || !b[0])
		return NULL;
	memcpy(key.boot[0], a, strlen(a));
	memcpy(key.boot[1], b, strlen(b));
	entry = keyed_table_get_or_add(&p->bounds, &key, sizeof(key), NULL, 0);
	return entry && entry->key_len ? entry->row : NULL;
}

static struct clock_interval negate(struct clock_interval i)
{
	return (struct clock_interval){ -i.high, -i.low, i.known };
}

/* The times as seen from the other end. */
static struct pair_times flip_times(struct pair_times t)
{
	return (struct pair_times){ .offset = negate(t.offset), .middle = -t.middle,
				    .from_a = t.from_b, .from_b = t.from_a,
				    .contradicts = t.contradicts };
}

/*
 * The offset is that at the FIN of a; if it is not known then, that at the FIN of b, or else (the
 * connection was reset) that at end_ns by the clock of a.
 */
static struct pair_times measure(struct clock_bounds *bounds, const struct clock_fin *from_a,
				 const struct clock_fin *from_b, uint64_t end_ns, bool flip)
{
	struct pair_times t = { .contradicts = !clock_bounds_add(bounds, from_a, from_b) };
	struct clock_interval first, second;

	first = clock_bounds_with(bounds, from_a, from_b, from_a->sent_ns);
	second = clock_bounds_with(bounds, from_a, from_b, from_b->received_ns);
	t.from_a = clock_bounds_flight(&first, from_a, true);
	t.from_b = clock_bounds_flight(&second, from_b, false);
	t.offset = first.known && !(flip && second.known) ? first : second;
	if (!t.offset.known)
		t.offset = clock_bounds_at(bounds, end_ns);
	if (t.offset.known)
		t.middle = clock_bounds_middle(&t.offset, from_a, from_b);
	return flip ? flip_times(t) : t;
}

void clock_pairs_add(struct clock_pairs *p, const struct host_table *hosts, const struct story *a,
		     const struct story *b, struct pair_times *times)
{
	const struct clock_fin from_a = connection_fin(a, b), from_b = connection_fin(b, a);
	const char *boot_a, *boot_b;
	struct clock_bounds *bounds;
	bool flip;

	*times = (struct pair_times){ .offset = { .known = a->clock == b->clock } };
	if (times->offset.known) {
		times->from_a = clock_bounds_flight(&times->offset, &from_a, true);
		times->from_b = clock_bounds_flight(&times->offset, &from_b, false);
		return;
	}
	boot_a = hosts->host[a->host]->boot_id;
	boot_b = hosts->host[b->host]->boot_id;
	flip = strcmp(boot_a, boot_b) > 0;
	bounds = flip ? find_bounds(p, boot_b, boot_a) : find_bounds(p, boot_a, boot_b);
	if (bounds)
		*times = flip ? measure(bounds, &from_b, &from_a, b->end_ns, true) :
				measure(bounds, &from_a, &from_b, a->end_ns, false);
}
