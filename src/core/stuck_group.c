/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * stuck_table_finish(): advises on, filters, sorts and groups the stuck sockets of a table.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "process_names.h"
#include "stuck_advice.h"

#define ORDER(x, y)                                                                                \
	do {                                                                                       \
		if ((x) != (y))                                                                    \
			return (x) < (y) ? -1 : 1;                                                 \
	} while (0)

static int order_holders(const void *a, const void *b)
{
	const struct stuck_holder *x = a, *y = b;

	ORDER(x->socket, y->socket);
	ORDER(x->pid, y->pid);
	ORDER(x->fd, y->fd);
	return 0;
}

/* Give each socket its slice of the holders. */
static void join_holders(struct stuck_table *h)
{
	array_sort(h->holder, h->nr_holders, sizeof(*h->holder), order_holders);
	for (size_t i = 0; i < h->nr_holders; i++) {
		struct stuck_socket *g = &h->sockets[h->holder[i].socket];

		if (!g->nr_holders++)
			g->holder = (uint32_t)i;
	}
}

static struct filter_task task_of(const struct stuck_holder *holder)
{
	return (struct filter_task){ .pid = holder->pid, .uid = holder->uid, .comm = holder->comm,
				     .process = holder->process, .cgroup = holder->cgroup,
				     .lives = true };
}

static bool holder_matches(const struct story_filter *s, const struct stuck_holder *holder)
{
	struct filter_task task = task_of(holder);

	return story_filter_matches_task(s, &task);
}

static bool has_excluded_holder(const struct stuck_table *h, const struct stuck_socket *g)
{
	for (uint32_t i = 0; i < g->nr_holders; i++) {
		struct filter_task task = task_of(&h->holder[g->holder + i]);

		if (story_filter_excludes_task(h->config.story_filter, &task))
			return true;
	}
	return false;
}

/* Return the first holder of the socket that matches the filter, NULL if there is none. */
static const struct stuck_holder *find_owner(const struct stuck_table *h,
					     const struct stuck_socket *g)
{
	for (uint32_t i = 0; i < g->nr_holders; i++)
		if (holder_matches(h->config.story_filter, &h->holder[g->holder + i]))
			return &h->holder[g->holder + i];
	return NULL;
}

/*
 * A single holder must match the whole filter, and none an excluded value; without a holder, the
 * user of the socket decides. A minisock has neither.
 */
static bool holders_match(const struct stuck_table *h, const struct stuck_socket *g)
{
	const struct story_filter *s = h->config.story_filter;

	if (g->nr_holders)
		return find_owner(h, g) && !has_excluded_holder(h, g);
	return g->substate ? !story_filter_asks_of_tasks(s) :
			     story_filter_matches_user_alone(s, g->uid);
}

static bool is_wanted(struct stuck_table *h, const struct stuck_socket *g)
{
	if (!(h->config.states >> g->state & 1) ||
	    !filter_matches_flow(h->config.filter, &g->flow) || !holders_match(h, g))
		return false;
	if (!h->config.older_than_ns || g->age_ns >= h->config.older_than_ns)
		return true;
	if (g->state != STATE_ESTABLISHED)
		h->age_unknown++;	/* the age is a lower bound: it may be old enough */
	return false;
}

static void advise_all(struct stuck_table *h)
{
	for (size_t i = 0; i < h->nr; i++) {
		h->sockets[i].owner = (uint8_t)stuck_owner(&h->sockets[i]);
		h->sockets[i].advice = (uint8_t)stuck_advice(&h->sockets[i]);
	}
}

static void drop_unwanted(struct stuck_table *h)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->nr; i++) {
		if (!is_wanted(h, &h->sockets[i])) {
			h->filtered++;
			continue;
		}
		if (kept != i)
			h->sockets[kept] = h->sockets[i];
		kept++;
	}
	h->nr = kept;
}

static void group_add_socket(struct stuck_group *group, const struct stuck_socket *g)
{
	uint8_t urgency = (uint8_t)stuck_urgency(g->advice);

	if (!group->sockets++ || urgency < group->urgency)
		group->urgency = urgency;
	group->count[stuck_state_index(g->state)]++;
	if (g->age_ns > group->oldest_ns)
		group->oldest_ns = g->age_ns;
}

static int order_owners(const void *a, const void *b)
{
	const struct stuck_socket *x = a, *y = b;

	ORDER(x->owner, y->owner);
	ORDER(x->group, y->group);	/* still the pid: see group_by_owner() */
	return 0;
}

static int order_groups(const void *a, const void *b)
{
	const struct stuck_group *x = a, *y = b;

	ORDER(x->urgency, y->urgency);
	ORDER(y->sockets, x->sockets);
	ORDER(x->owner, y->owner);
	ORDER(x->pid, y->pid);
	return memcmp(&x->peer, &y->peer, sizeof(x->peer));
}

static int order_sockets(const void *a, const void *b)
{
	const struct stuck_socket *x = a, *y = b;

	ORDER(x->group, y->group);
	ORDER(x->advice, y->advice);
	ORDER(x->state, y->state);
	ORDER(y->age_ns, x->age_ns);
	return memcmp(&x->flow, &y->flow, sizeof(x->flow));
}

/* Add an empty group to the array. Returns NULL if out of memory. */
static struct stuck_group *append_group(struct stuck_group **group, size_t *nr, size_t *cap)
{
	if (!ARRAY_GROW(*group, *nr, *cap, SIZE_MAX))
		return NULL;
	memset(&(*group)[*nr], 0, sizeof(**group));
	return &(*group)[(*nr)++];
}

static int order_peers(const void *a, const void *b)
{
	const struct stuck_socket *x = a, *y = b;
	int order = memcmp(x->flow.peer_addr, y->flow.peer_addr, sizeof(x->flow.peer_addr));

	if (order)
		return order;
	ORDER(x->flow.family, y->flow.family);
	ORDER(x->flow.peer_port, y->flow.peer_port);
	return 0;
}

static void group_merge(struct stuck_group *into, const struct stuck_group *g)
{
	into->sockets += g->sockets;
	if (g->urgency < into->urgency)
		into->urgency = g->urgency;
	for (unsigned i = 0; i < STUCK_STATES; i++)
		into->count[i] += g->count[i];
	if (g->oldest_ns > into->oldest_ns)
		into->oldest_ns = g->oldest_ns;
}

/*
 * Merge the ports of an address that have one socket each into one group with port 0: they are the
 * ephemeral ports of a client. The groups are sorted by address.
 */
static void merge_ephemeral(struct stuck_table *h)
{
	struct stuck_group *single = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < h->nr_peers; i++) {
		const struct stuck_group *g = &h->peer[i];

		if (single && (single->peer.family != g->peer.family ||
			       memcmp(single->peer.peer_addr, g->peer.peer_addr,
				      sizeof(g->peer.peer_addr))))
			single = NULL;
		if (single && g->sockets == 1) {
			group_merge(single, g);
			single->peer.peer_port = 0;
			continue;
		}
		h->peer[kept] = *g;
		if (!single && g->sockets == 1)
			single = &h->peer[kept];
		kept++;
	}
	h->nr_peers = kept;
}

static bool group_by_peer(struct stuck_table *h)
{
	size_t cap = 0;

	array_sort(h->sockets, h->nr, sizeof(*h->sockets), order_peers);
	for (size_t i = 0; i < h->nr; i++) {
		struct stuck_group *last = h->nr_peers ? &h->peer[h->nr_peers - 1] : NULL;

		if (!i || order_peers(&h->sockets[i - 1], &h->sockets[i])) {
			last = append_group(&h->peer, &h->nr_peers, &cap);
			if (!last)
				return false;
			last->peer.family = h->sockets[i].flow.family;
			last->peer.peer_port = h->sockets[i].flow.peer_port;
			memcpy(last->peer.peer_addr, h->sockets[i].flow.peer_addr,
			       sizeof(last->peer.peer_addr));
		}
		group_add_socket(last, &h->sockets[i]);
	}
	merge_ephemeral(h);
	array_sort(h->peer, h->nr_peers, sizeof(*h->peer), order_groups);
	return true;
}

/* Sort groups and sockets, and set in each group the index of its first socket. */
static void sort_sockets(struct stuck_table *h)
{
	uint32_t first = 0;

	array_sort(h->group, h->nr_groups, sizeof(*h->group), order_groups);
	for (size_t i = 0; i < h->nr_groups; i++)
		for (uint32_t k = 0; k < h->group[i].sockets; k++)
			h->sockets[h->group[i].first + k].group = (uint32_t)i;
	array_sort(h->sockets, h->nr, sizeof(*h->sockets), order_sockets);
	for (size_t i = 0; i < h->nr_groups; i++) {
		h->group[i].first = first;
		first += h->group[i].sockets;
	}
}

static bool group_by_owner(struct stuck_table *h)
{
	size_t cap = 0;

	for (size_t i = 0; i < h->nr; i++) {
		const struct stuck_holder *o = find_owner(h, &h->sockets[i]);

		h->sockets[i].group = h->sockets[i].owner == OWNER_PROCESS && o ? o->pid : 0;
	}
	array_sort(h->sockets, h->nr, sizeof(*h->sockets), order_owners);
	for (size_t i = 0; i < h->nr; i++) {
		struct stuck_socket *g = &h->sockets[i];
		struct stuck_group *last = h->nr_groups ? &h->group[h->nr_groups - 1] : NULL;
		const struct stuck_holder *o = find_owner(h, g);

		if (!last || last->owner != g->owner || last->pid != g->group) {
			last = append_group(&h->group, &h->nr_groups, &cap);
			if (!last)
				return false;
			last->owner = g->owner;
			last->pid = g->group;
			last->first = (uint32_t)i;
			if (g->owner == OWNER_PROCESS && o)
				memcpy(last->comm, process_name_or_comm(o->process, o->comm),
				       sizeof(last->comm));
		}
		group_add_socket(last, g);
	}
	sort_sockets(h);
	return true;
}

static void count_totals(struct stuck_table *h)
{
	for (size_t i = 0; i < h->nr; i++) {
		h->advised[h->sockets[i].advice]++;
		h->count[stuck_state_index(h->sockets[i].state)]++;
	}
}

bool stuck_table_finish(struct stuck_table *h)
{
	join_holders(h);
	advise_all(h);
	if (!stuck_find_relays(h))
		return false;
	drop_unwanted(h);
	count_totals(h);
	return group_by_peer(h) && group_by_owner(h);
}
