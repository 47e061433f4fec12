/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "vanished.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "live.h"
#include "log.h"

#define RECENT_NS NS_PER_S	/* the regular look leaves out endpoints that acted since then */
#define FEW 64			/* up to so many sockets are looked up before all are listed */
#define COST_SHARE 100		/* looks take at most 1/100 of the time */

/* An endpoint whose socket is looked for. */
struct suspect {
	struct flow flow;	/* sorted by namespace, cookie, and then addresses */
	uint64_t sk_key, cookie;
	bool found;
	bool unchecked;		/* the namespace could not be asked */
};

/* The suspects of one namespace. */
struct suspects {
	struct suspect *first;
	size_t nr;
	size_t missing;		/* not found yet */
};

void vanished_init(struct vanished *v, struct session *s)
{
	*v = (struct vanished){ .session = s };
	diag_netns_init(&v->netns);
}

static void forget_suspects(struct vanished *v)
{
	free(v->suspects);
	v->suspects = NULL;
	v->nr = v->cap = 0;
}

void vanished_release(struct vanished *v)
{
	diag_netns_release(&v->netns);
	forget_suspects(v);
}

void vanished_open(struct vanished *v, const struct filter *filter, uint64_t now_ns)
{
	int err = diag_netns_open(&v->netns, filter);

	if (err)
		log_warn("cannot look for sockets whose end was missed: %s", strerror(-err));
	v->next_ns = now_ns + VANISHED_EVERY_NS;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_suspects(const void *one, const void *two)
{
	const struct suspect *a = one, *b = two;

	return compare_u64(a->flow.netns, b->flow.netns) ?: compare_u64(a->cookie, b->cookie) ?:
	       memcmp(&a->flow, &b->flow, sizeof(a->flow));
}

/* Out of memory: the endpoint is not checked this time. */
static void add_suspect(void *arg, const struct story *s)
{
	struct vanished *v = arg;

	if (!ARRAY_GROW(v->suspects, v->nr, v->cap, SIZE_MAX / sizeof(*v->suspects))) {
		v->unchecked++;
		return;
	}
	v->suspects[v->nr++] = (struct suspect){ .flow = s->flow, .sk_key = s->sk_key,
						 .cookie = s->cookie };
}

static void mark_found(struct suspects *x, struct suspect *s)
{
	x->missing -= !s->found;
	s->found = true;
}

/* The first suspect that is not before `key`; x->nr if there is none. */
static size_t find_place(const struct suspects *x, const struct suspect *key)
{
	size_t from = 0, to = x->nr;

	while (from < to) {
		size_t mid = (from + to) / 2;

		if (compare_suspects(&x->first[mid], key) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* A socket exists: mark the suspects with its cookie, and those without a cookie by its addresses. */
static void take_socket(void *arg, const struct sock_diag_socket *socket)
{
	struct suspect key = { .flow = socket->flow };
	struct suspects *x = arg;

	if (socket->minisock || !socket->cookie)
		return;
	for (size_t i = find_place(x, &key); i < x->nr && !compare_suspects(&x->first[i], &key); i++)
		mark_found(x, &x->first[i]);
	key = (struct suspect){ .flow.netns = socket->flow.netns, .cookie = socket->cookie };
	for (size_t i = find_place(x, &key); i < x->nr && x->first[i].cookie == key.cookie; i++)
		mark_found(x, &x->first[i]);
}

/* Look up each suspect that was not found yet. Returns 0 or -errno. */
static int look_up_missing(struct suspects *x, struct sock_diag *d)
{
	struct sock_diag_socket socket;

	for (size_t i = 0; i < x->nr && x->missing; i++) {
		struct suspect *s = &x->first[i];
		int err = s->found ? -ENOENT : sock_diag_find(d, &s->flow, s->cookie, &socket);

		if (!err)
			mark_found(x, s);
		else if (err != -ENOENT)
			return err;
	}
	return 0;
}

static int list_sockets(struct suspects *x, struct sock_diag *d)
{
	return x->missing ? sock_diag_dump(d, SOCK_DIAG_CONNECTED, take_socket, x) : 0;
}

/*
 * Find the suspects of one namespace. A look-up does not find a socket that is bound to a device,
 * and a list can miss one; a socket is missing only if neither has it.
 */
static void find_in_namespace(struct suspects *x, struct sock_diag *d)
{
	bool few = x->nr <= FEW;
	int err = few ? look_up_missing(x, d) : list_sockets(x, d);

	if (!err)
		err = few ? list_sockets(x, d) : look_up_missing(x, d);
	for (size_t i = 0; err && i < x->nr; i++)
		x->first[i].unchecked = !x->first[i].found;
}

static void mark_unchecked(struct suspects *x)
{
	for (size_t i = 0; i < x->nr; i++)
		x->first[i].unchecked = true;
}

/* Look for all suspects, and keep those that are missing. */
static void look(struct vanished *v)
{
	size_t kept = 0;

	array_sort(v->suspects, v->nr, sizeof(*v->suspects), compare_suspects);
	for (size_t i = 0, to; i < v->nr; i = to) {
		struct sock_diag *d = diag_netns_find(&v->netns, v->suspects[i].flow.netns);
		struct suspects x = { .first = &v->suspects[i] };

		for (to = i + 1; to < v->nr; to++)
			if (v->suspects[to].flow.netns != x.first->flow.netns)
				break;
		x.nr = x.missing = to - i;
		if (d)
			find_in_namespace(&x, d);
		else
			mark_unchecked(&x);
	}
	for (size_t i = 0; i < v->nr; i++) {
		v->unchecked += v->suspects[i].unchecked;
		if (!v->suspects[i].found && !v->suspects[i].unchecked)
			v->suspects[kept++] = v->suspects[i];
	}
	v->nr = kept;
}

/* The first step, for the endpoints without an event since before_ns. */
static void begin_look(struct vanished *v, uint64_t now_ns, uint64_t before_ns)
{
	uint64_t begun_ns = live_now_ns(), done_ns;

	forget_suspects(v);
	v->unchecked = 0;
	v->looked_ns = now_ns;
	v->events_lost = v->session->events_lost;
	diag_netns_release_gone(&v->netns);
	endpoint_table_visit_open(v->session->endpoints, before_ns, add_suspect, v);
	look(v);
	done_ns = live_now_ns();
	v->cost_ns = done_ns - begun_ns;
	v->confirm_ns = v->nr ? done_ns + VANISHED_WAIT_NS : 0;
	v->next_ns = now_ns + VANISHED_EVERY_NS;
	log_info("looked for the sockets of open endpoints in %llu us: %zu are missing",
		 (unsigned long long)(v->cost_ns / 1000), v->nr);
}

/* The second step: give up the endpoints that are still open and missing. */
static void confirm_look(struct vanished *v)
{
	struct endpoint_table *t = v->session->endpoints;
	size_t kept = 0;

	for (size_t i = 0; i < v->nr; i++)
		if (endpoint_table_find_open(t, v->suspects[i].sk_key, v->suspects[i].cookie))
			v->suspects[kept++] = v->suspects[i];
	v->nr = kept;
	look(v);
	for (size_t i = 0; i < v->nr; i++)
		session_lose_endpoint(v->session, v->suspects[i].sk_key, v->suspects[i].cookie,
				      v->looked_ns);
	forget_suspects(v);
	v->confirm_ns = 0;
}

/* After new losses the next look is due soon. */
static void hasten_look(struct vanished *v, uint64_t now_ns)
{
	uint64_t pause_ns = v->cost_ns * COST_SHARE, soon_ns;

	if (v->session->events_lost == v->events_lost)
		return;
	v->events_lost = v->session->events_lost;
	soon_ns = v->looked_ns + (pause_ns > VANISHED_LOSS_NS ? pause_ns : VANISHED_LOSS_NS);
	if (soon_ns < now_ns + RECENT_NS)
		soon_ns = now_ns + RECENT_NS;
	if (soon_ns < v->next_ns)
		v->next_ns = soon_ns;
}

void vanished_advance(struct vanished *v, uint64_t now_ns, uint64_t complete_ns)
{
	hasten_look(v, now_ns);
	if (v->confirm_ns) {
		if (complete_ns >= v->confirm_ns)
			confirm_look(v);
	} else if (now_ns >= v->next_ns) {
		begin_look(v, now_ns, now_ns - RECENT_NS);
	}
}

uint64_t vanished_next_ns(const struct vanished *v)
{
	return v->confirm_ns ? v->confirm_ns : v->next_ns;
}

bool vanished_begin_last(struct vanished *v)
{
	uint64_t now_ns = live_now_ns();

	begin_look(v, now_ns, now_ns);
	return v->confirm_ns;
}

void vanished_end_last(struct vanished *v)
{
	if (v->confirm_ns)
		confirm_look(v);
	session_set_unchecked(v->session, v->unchecked);
}
