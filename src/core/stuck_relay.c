/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Relays. A proxy that reads the end of one connection closes its own side of the other one
 * (shutdown), keeps both descriptors and waits: its CLOSE_WAIT socket is no leak. No kernel records
 * which two sockets belong together, so each socket that waits in FIN_WAIT excuses one CLOSE_WAIT
 * socket of the same process, the one whose age is nearest: a relay passes on what arrives, so the
 * last segments of both sides are close together.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "stuck_advice.h"
#include "time_units.h"

/* Without keepalive probes, which have a rhythm of their own, the two ages differ by less. */
#define RELAY_APART_NS (60 * NS_PER_S)

/* One side of a possible relay, once for each process that holds it. */
struct side {
	uint32_t pid;
	uint32_t socket;	/* index in stuck_table.sockets */
	uint64_t age_ns;
	bool waits;		/* in FIN_WAIT; else in CLOSE_WAIT, its end read */
};

struct sides {
	struct side *at;
	size_t nr, cap;
};

static int order_sides(const void *a, const void *b)
{
	const struct side *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->waits != y->waits)
		return x->waits ? 1 : -1;
	if (x->age_ns != y->age_ns)
		return x->age_ns < y->age_ns ? -1 : 1;
	return x->socket < y->socket ? -1 : x->socket > y->socket;
}

static bool is_reader(const struct stuck_socket *g)
{
	return g->advice == ADVICE_FORGOT_CLOSE;
}

static bool is_waiter(const struct stuck_socket *g)
{
	return g->owner == OWNER_PROCESS && !g->orphan &&
	       (g->state == STATE_FIN_WAIT1 || g->state == STATE_FIN_WAIT2);
}

/* The other end of the connection, in any network namespace. */
static struct flow flow_of_peer(const struct flow *w)
{
	struct flow peer = { .local_port = w->peer_port, .peer_port = w->local_port,
			     .family = w->family };

	memcpy(peer.local_addr, w->peer_addr, sizeof(peer.local_addr));
	memcpy(peer.peer_addr, w->local_addr, sizeof(peer.peer_addr));
	return peer;
}

/* A socket by the addresses of its connection. */
struct named {
	struct flow flow;	/* without the namespace */
	uint32_t socket;
};

static int order_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return memcmp(&x->flow, &y->flow, sizeof(x->flow));
}

/* List the sockets whose peer has closed, sorted. Returns NULL if out of memory. */
static struct named *list_closed_by_peer(const struct stuck_table *h, size_t *nr)
{
	struct named *list = malloc((h->nr + 1) * sizeof(*list));

	*nr = 0;
	for (size_t i = 0; list && i < h->nr; i++) {
		if (h->sockets[i].state != STATE_CLOSE_WAIT)
			continue;
		list[*nr] = (struct named){ .flow = h->sockets[i].flow, .socket = (uint32_t)i };
		list[(*nr)++].flow.netns = 0;
	}
	if (list)
		array_sort(list, *nr, sizeof(*list), order_named);
	return list;
}

/* The other end of a connection, NULL if it is not in the list. */
static const struct stuck_socket *find_peer(const struct stuck_table *h, const struct flow *w,
					    const struct named *list, size_t nr)
{
	struct named key = { .flow = flow_of_peer(w) };
	const struct named *found = bsearch(&key, list, nr, sizeof(key), order_named);

	return found ? &h->sockets[found->socket] : NULL;
}

static bool is_held_by(const struct stuck_table *h, const struct stuck_socket *g, uint32_t pid)
{
	for (uint32_t k = 0; k < g->nr_holders; k++)
		if (h->holder[g->holder + k].pid == pid)
			return true;
	return false;
}

/*
 * Add a socket for each process that holds it. A process that holds both ends of one connection
 * waits for itself: that is a leak, no relay.
 */
static bool add_side(struct sides *s, const struct stuck_table *h, size_t i, bool waits,
		     const struct stuck_socket *peer)
{
	const struct stuck_socket *g = &h->sockets[i];

	for (uint32_t k = 0; k < g->nr_holders; k++) {
		uint32_t pid = h->holder[g->holder + k].pid;

		if (k && pid == h->holder[g->holder + k - 1].pid)
			continue;	/* a second descriptor */
		if (peer && is_held_by(h, peer, pid))
			continue;
		if (!ARRAY_GROW(s->at, s->nr, s->cap, SIZE_MAX))
			return false;
		s->at[s->nr++] = (struct side){ .pid = pid, .socket = (uint32_t)i,
					       .age_ns = g->age_ns, .waits = waits };
	}
	return true;
}

static bool list_sides(struct sides *s, const struct stuck_table *h)
{
	size_t nr;
	struct named *list = list_closed_by_peer(h, &nr);
	bool fits = list;

	for (size_t i = 0; fits && nr && i < h->nr; i++) {
		const struct stuck_socket *g = &h->sockets[i];

		if (is_reader(g))
			fits = add_side(s, h, i, false, NULL);
		else if (is_waiter(g))
			fits = add_side(s, h, i, true, find_peer(h, &g->flow, list, nr));
	}
	free(list);
	return fits;
}

static uint64_t distance(const struct side *x, const struct side *y)
{
	return x->age_ns > y->age_ns ? x->age_ns - y->age_ns : y->age_ns - x->age_ns;
}

static bool may_belong_together(const struct stuck_table *h, const struct side *reader,
				const struct side *waiter)
{
	uint16_t flags = h->sockets[reader->socket].sock_flags |
			 h->sockets[waiter->socket].sock_flags;

	return flags & SOCKF_KEEPALIVE || distance(reader, waiter) <= RELAY_APART_NS;
}

/* Give each waiter of one process the reader that is nearest in age. Both are sorted by age. */
static void pair_sides(struct stuck_table *h, const struct side *reader, size_t nr_readers,
		       const struct side *waiter, size_t nr_waiters)
{
	size_t r = 0;

	for (size_t w = 0; w < nr_waiters && r < nr_readers; w++) {
		size_t left = nr_waiters - w;	/* to serve, this one included */

		while (nr_readers - r > left &&
		       distance(&reader[r + 1], &waiter[w]) <= distance(&reader[r], &waiter[w]))
			r++;
		if (may_belong_together(h, &reader[r], &waiter[w]))
			h->sockets[reader[r++].socket].advice = ADVICE_RELAYING;
	}
}

bool stuck_find_relays(struct stuck_table *h)
{
	struct sides s = { 0 };
	bool fits = list_sides(&s, h);

	array_sort(s.at, s.nr, sizeof(*s.at), order_sides);
	for (size_t from = 0, waiters, to; fits && from < s.nr; from = to) {
		uint32_t pid = s.at[from].pid;

		waiters = from;
		while (waiters < s.nr && s.at[waiters].pid == pid && !s.at[waiters].waits)
			waiters++;
		for (to = waiters; to < s.nr && s.at[to].pid == pid;)
			to++;
		pair_sides(h, s.at + from, waiters - from, s.at + waiters, to - waiters);
	}
	free(s.at);
	return fits;
}
