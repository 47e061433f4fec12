/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fleet_ends.h"

#include <string.h>

#include "members.h"
#include "twin.h"

/* Where clocks may differ by hours, no time says that an end is not there. */
enum pair_window fleet_ends_window(const struct view_context *v, const struct story *s)
{
	if (v->members)
		return PAIR_WINDOW_STREAM;
	if (!v->hosts || !host_table_has_other_clock(v->hosts, s->host))
		return PAIR_WINDOW_LIVE;
	return v->follows ? PAIR_WINDOW_STREAM : PAIR_WINDOW_INPUT;
}

static struct member_address peer_of(const struct flow *flow)
{
	struct member_address a;

	memset(&a, 0, sizeof(a));
	a.family = flow->family;
	memcpy(a.addr, flow->peer_addr, sizeof(a.addr));
	return a;
}

enum one_sided fleet_ends_explain(void *arg, const struct pair_end *end, bool at_once)
{
	const struct view_context *v = arg;
	const struct verdict *verdict = &end->verdict;
	struct member_question q = { .peer = peer_of(&end->story.flow), .now_ns = v->now_ns };

	if (at_once)
		return members_are_without(v->members, &q.peer) ? ONE_SIDED_PEER_NOT_TRACED :
								  ONE_SIDED_NONE;
	view_use_host(v, &end->story);
	q.key = twin_key_unordered(&end->story.isns);
	q.clean = ending_class(verdict->ending) == CLASS_CLEAN;
	q.from_ns = view_wall_ns(v, verdict->start_ns ? verdict->start_ns : verdict->settled_ns);
	return members_explain(v->members, &q);
}

void fleet_ends_correct(void *arg, const struct flow *flow)
{
	const struct view_context *v = arg;
	const struct member_address peer = peer_of(flow);

	members_note_translated(v->members, &peer);
}

void fleet_ends_configure(struct view_context *v, struct pair_config *config)
{
	if (!v->members)
		return;
	config->explain = fleet_ends_explain;
	config->correct = fleet_ends_correct;
	config->explain_arg = v;
}

static void learn_from(const struct view_context *v, const struct flow *a, const struct flow *b)
{
	const struct member_address peer = peer_of(a);

	if (a->family != b->family ||
	    memcmp(a->peer_addr, b->local_addr, sizeof(a->peer_addr)) != 0)
		members_note_translated(v->members, &peer);
}

void fleet_ends_learn(const struct view_context *v, const struct pair_end *a,
		      const struct pair_end *b)
{
	if (!v->members || a == b)
		return;
	learn_from(v, &a->story.flow, &b->story.flow);
	learn_from(v, &b->story.flow, &a->story.flow);
}
