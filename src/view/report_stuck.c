/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stuck sockets of a run: those whose close was not over when it ended. The story has the
 * state, the age and the holders. The advice needs what only a walk over the sockets shows, so it
 * is known of those that did not change after the walk.
 */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#define SOCKETS_MAX 65536	/* of a walk */

/* The sockets that the walk over a host found. */
struct report_walk {
	struct stuck_table table;
	struct filter filter;	/* none */
	struct story_filter story_filter;
	uint32_t *by_key;	/* indexes in table.sockets, by sk_key, once it is finished */
	bool begun, finished;
};

static struct report_walk *find_walk(struct report_stuck *k, unsigned host)
{
	struct report_walk **walks;

	if (host < k->nr_walks)
		return k->walks[host];
	walks = realloc(k->walks, (host + 1) * sizeof(struct report_walk *));
	if (!walks)
		return NULL;
	k->walks = walks;
	for (; k->nr_walks <= host; k->nr_walks++)
		k->walks[k->nr_walks] = calloc(1, sizeof(struct report_walk));
	return k->walks[host];
}

static void release_walk(struct report_walk *w)
{
	if (w->begun)
		stuck_table_release(&w->table);
	free(w->by_key);
	*w = (struct report_walk){ .begun = false };
}

bool report_stuck_take_walk(struct report_stuck *k, const struct event *e, unsigned host)
{
	struct report_walk *w = find_walk(k, host);

	if (!w)
		return false;
	if (w->finished && e->kind == EVENT_SOCKET)
		release_walk(w);	/* the next run of a recording */
	if (!w->begun) {
		const struct stuck_table_config config = { .filter = &w->filter,
							   .story_filter = &w->story_filter,
							   .max = SOCKETS_MAX };

		stuck_table_init(&w->table, &config);
		w->begun = true;
	}
	if (!w->finished)
		stuck_table_feed(&w->table, e, sizeof(*e));
	return true;
}

static int compare_keys(const void *a, const void *b, void *arg)
{
	const struct stuck_socket *sockets = arg;
	uint64_t x = sockets[*(const uint32_t *)a].sk_key;
	uint64_t y = sockets[*(const uint32_t *)b].sk_key;

	return x < y ? -1 : x > y;
}

static bool finish_walk(struct report_walk *w)
{
	if (w->finished || !w->begun)
		return true;
	w->finished = true;
	if (!stuck_table_finish(&w->table))
		return false;
	w->by_key = calloc(w->table.nr + 1, sizeof(*w->by_key));
	if (!w->by_key)
		return false;
	for (size_t i = 0; i < w->table.nr; i++)
		w->by_key[i] = (uint32_t)i;
	qsort_r(w->by_key, w->table.nr, sizeof(*w->by_key), compare_keys, w->table.sockets);
	return true;
}

/* The socket of a story, as the walk found it; NULL if it did not. */
static const struct stuck_socket *find_socket(const struct report_walk *w, const struct story *s)
{
	size_t low = 0, high = w && w->by_key ? w->table.nr : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct stuck_socket *g = &w->table.sockets[w->by_key[middle]];

		if (g->sk_key == s->sk_key)
			return g->cookie == s->cookie || !g->cookie || !s->cookie ? g : NULL;
		if (g->sk_key < s->sk_key)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The latest state of a socket, 0 unknown. A scan shows a state without a change. */
static uint8_t find_last_state(const struct story *s)
{
	unsigned state = s->nr_states ? s->states[s->nr_states - 1] : 0;

	return state < REPORT_STATES ? (uint8_t)state : 0;
}

/* What follows from the story alone. */
static uint8_t advise(const struct story *s, uint8_t state)
{
	if (state != STATE_FIN_WAIT2)
		return ADVICE_COUNT;
	if (s->progress == CLOSE_MINISOCK)
		return ADVICE_EXPIRES;
	return s->scan.nr_holders ? ADVICE_PEER_HOLDS : ADVICE_COUNT;
}

static void set_holder(struct stuck_row *row, const struct view_context *v, const struct story *s)
{
	const struct holder *h = s->scan.holders;
	struct stuck_holder o;

	if (!s->scan.nr_holders)
		return;
	o = (struct stuck_holder){ .pid = h->pid, .tid = h->pid, .fd = h->fd };
	memcpy(o.comm, h->comm, sizeof(o.comm));
	memcpy(o.process, h->process, sizeof(o.process));
	stuck_row_set_holder(row, &v->lookup, &o);
	row->more_holders = s->scan.nr_holders - 1u + s->scan.holders_dropped;
}

static struct stuck_row *find_place(struct stuck_rows *rows, uint64_t age_ns)
{
	unsigned at = rows->nr < STUCK_ROWS ? rows->nr++ : STUCK_ROWS - 1;

	if (rows->sockets > STUCK_ROWS && rows->row[at].age_ns >= age_ns)
		return NULL;
	for (; at && rows->row[at - 1].age_ns < age_ns; at--)
		rows->row[at] = rows->row[at - 1];
	return &rows->row[at];
}

void report_stuck_add_story(struct report_stuck *k, const struct view_context *v,
			    const struct story *s, const struct verdict *verdict)
{
	struct report_walk *w = s->host < k->nr_walks ? k->walks[s->host] : NULL;
	const struct stuck_socket *g;
	uint8_t state = find_last_state(s), advice;
	struct stuck_row *row;
	uint64_t age_ns;
	bool at_least;

	if (w && !finish_walk(w))
		v->out->failed = true;
	g = s->scan.only ? find_socket(w, s) : NULL;
	advice = g ? g->advice : advise(s, state);
	rows_find_longest(verdict, &age_ns, &at_least);
	k->state[state]++;
	k->rows.sockets++;
	k->rows.advised[advice]++;
	row = find_place(&k->rows, age_ns);
	if (!row)
		return;
	*row = (struct stuck_row){ .owner = OWNER_COUNT };
	if (g)
		stuck_row_make(row, &v->lookup, &w->table, g);
	row->flow = s->flow;
	row->age_ns = age_ns;
	row->state = state;
	row->host = s->host;
	row->advice = advice;
	if (!row->has_holder)
		set_holder(row, v, s);
}

void report_stuck_release(struct report_stuck *k)
{
	for (unsigned i = 0; i < k->nr_walks; i++) {
		if (k->walks[i])
			release_walk(k->walks[i]);
		free(k->walks[i]);
	}
	free(k->walks);
	*k = (struct report_stuck){ .nr_walks = 0 };
}
