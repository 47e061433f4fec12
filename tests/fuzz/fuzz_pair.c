/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Stories of connections, in any order, with roles that are known or not, on some hosts, with ends
 * that never come, are lost or are excluded, and with strangers that have one number of a
 * connection. Whatever the order: two ends are joined if they are the two of one connection, each
 * story is given out at most once, and a second order gives the same connections. A small table
 * evicts: then the second order may differ, but nothing else.
 */
#include "fuzz.h"

#include <stdbool.h>

#include "pair.h"

#define CONNECTIONS 24
#define ENDS (2 * CONNECTIONS)
#define NOBODY ENDS
#define START_NS 1000000000ULL

struct one_end {
	struct story story;
	struct verdict verdict;
	bool comes, wanted;
	unsigned got;		/* the number of times that it was given out */
	unsigned with;		/* index of the other end, NOBODY alone */
};

struct world {
	struct one_end end[ENDS];	/* those of connection i are 2i and 2i + 1 */
	struct pair_table *table;
	unsigned reported;
};

static unsigned index_of(const struct pair_end *end)
{
	HOLDS(end->story.cookie >= 1 && end->story.cookie <= ENDS);
	return (unsigned)end->story.cookie - 1;
}

static void note_connection(void *arg, const struct pair_end *a, const struct pair_end *b,
			    enum one_sided why)
{
	struct world *w = arg;
	unsigned x = index_of(a), y = b ? index_of(b) : NOBODY;

	HOLDS(!b == (why != ONE_SIDED_NONE));
	HOLDS(a->wanted || (b && b->wanted));
	w->reported++;
	w->end[x].got++;
	w->end[x].with = y;
	if (!b || a == b)
		return;
	HOLDS((x ^ 1) == y);
	w->end[y].got++;
	w->end[y].with = x;
}

static void make_end(struct one_end *e, struct input *in, unsigned i, uint32_t iss, uint32_t irs)
{
	uint8_t shape = take_u8(in);

	*e = (struct one_end){ .comes = shape & 3, .wanted = shape & 12, .with = NOBODY };
	e->story.cookie = i + 1;
	e->story.flow.local_port = 1;		/* not connected to itself */
	e->story.isns = (struct twin_key){ iss, irs };
	e->story.isns_known = (shape & 0xe0) != 0xe0;
	e->story.opened = shape & 16 ? OPENED_UNKNOWN : i & 1 ? OPENED_ACCEPT : OPENED_CONNECT;
	e->story.host = e->story.clock = take_u8(in) % 3;
	e->verdict.settled_ns = START_NS + take_u16(in);
}

static void make_ends(struct world *w, struct input *in)
{
	for (unsigned i = 0; i < ENDS; i += 2) {
		/* few numbers, so that connections share one of the two; never both */
		uint32_t iss = 1 + i * 1000 + take_u8(in) % 4, irs = take_u8(in) % 4 * 7;

		make_end(&w->end[i], in, i, iss, irs);
		make_end(&w->end[i + 1], in, i + 1, irs, iss);
	}
}

static void shuffle(unsigned *order, struct input *in)
{
	for (unsigned i = 0; i < ENDS; i++)
		order[i] = i;
	for (unsigned i = ENDS; i > 1; i--) {
		unsigned k = take_u8(in) % i, swap = order[k];

		order[k] = order[i - 1];
		order[i - 1] = swap;
	}
}

static void run_order(struct world *w, const unsigned *order, uint32_t max,
		      enum pair_window window, uint64_t seed)
{
	const struct pair_config config = { .max = max, .seed = seed, .report = note_connection,
					    .arg = w };

	w->table = pair_table_new(&config);
	HOLDS(w->table);
	w->reported = 0;
	for (unsigned i = 0; i < ENDS; i++)
		w->end[i].got = 0;
	for (unsigned i = 0; i < ENDS; i++) {
		struct one_end *e = &w->end[order[i]];

		if (e->comes)
			pair_table_add(w->table, &e->story, &e->verdict, e->wanted, window);
		HOLDS(window != PAIR_WINDOW_INPUT || !pair_table_next_ns(w->table));
	}
	pair_table_end(w->table);
	HOLDS(!pair_table_next_ns(w->table));
	pair_table_free(w->table);
}

static bool are_both_here(const struct world *w, unsigned i)
{
	const struct one_end *a = &w->end[i], *b = &w->end[i ^ 1];

	return a->comes && b->comes && a->story.isns_known && b->story.isns_known;
}

static void check_all(const struct world *w, bool may_evict)
{
	for (unsigned i = 0; i < ENDS; i++) {
		const struct one_end *e = &w->end[i];
		bool joined = are_both_here(w, i);
		bool shown = e->comes && (e->wanted || (joined && w->end[i ^ 1].wanted));

		HOLDS(e->got <= 1);
		if (may_evict)
			continue;
		HOLDS(e->got == shown);
		HOLDS(!shown || e->with == (joined ? (i ^ 1) : NOBODY));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	struct input in = { data, size };
	uint8_t shape = take_u8(&in);
	enum pair_window window = shape & 1 ? PAIR_WINDOW_INPUT : shape & 2 ? PAIR_WINDOW_STREAM :
				  PAIR_WINDOW_LIVE;
	uint32_t max = shape & 4 ? 1 + shape % 16 : ENDS;
	unsigned first[ENDS], second[ENDS], reported;

	make_ends(&w, &in);
	shuffle(first, &in);
	shuffle(second, &in);
	run_order(&w, first, max, window, shape);
	check_all(&w, max < ENDS);
	reported = w.reported;
	run_order(&w, second, max, window, (uint64_t)shape << 8);
	check_all(&w, max < ENDS);
	HOLDS(max < ENDS || w.reported == reported);
	return 0;
}
