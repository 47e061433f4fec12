/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "connection.h"

#include <stddef.h>

static enum connection_side flip_side(enum connection_side side)
{
	return side == SIDE_CLIENT ? SIDE_SERVER : side == SIDE_SERVER ? SIDE_CLIENT : side;
}

static enum connection_side side_of(unsigned end)
{
	return end == CONNECTION_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
}

static const struct pair_end *end_of(const struct connection *c, enum connection_side side)
{
	return side == SIDE_CLIENT ? c->end[CONNECTION_CLIENT] :
	       side == SIDE_SERVER ? c->end[CONNECTION_SERVER] : NULL;
}

/* Was this end the server? Sets whether that is known; if it is not, the place is of no meaning. */
static bool is_server(const struct story *s, const struct story *other, bool *known)
{
	uint8_t others = other ? other->opened : OPENED_UNKNOWN;

	*known = (s->opened || others) && s->opened != others;
	if (*known)
		return s->opened == OPENED_ACCEPT || others == OPENED_CONNECT;
	return other && s->isns.iss > other->isns.iss;
}

static void place_ends(struct connection *c, const struct pair_end *a, const struct pair_end *b)
{
	const struct story *other = b ? &b->story : NULL;
	unsigned place;

	if (a == b) {
		c->end[CONNECTION_CLIENT] = c->end[CONNECTION_SERVER] = a;
		c->roles_known = true;
		return;
	}
	place = is_server(&a->story, other, &c->roles_known);
	c->end[place] = a;
	c->end[!place] = b;
}

/*
 * Has the other end, whose story is whole, sent the RST that came? Times of two clocks do not show
 * which was first, but an end that was reset itself did not reset the other one.
 */
static enum twin_reset find_reset_of(const struct pair_end *end, const struct pair_end *other,
				     const struct twin_view *others_view)
{
	if (!others_view->other_clock)
		return twin_find_reset(&end->story, &other->story, others_view);
	if (twin_has_sent_reset(&other->story))
		return TWIN_RESET_SENT;
	return others_view->resets && other->story.reset.received ? TWIN_RESET_NOT_SENT :
								    TWIN_RESET_UNKNOWN;
}

/* A RST came that the other end did not send: known of one end if the verdict has it. */
static enum middlebox find_middlebox_at(const struct pair_end *end, const struct pair_end *other,
					const struct twin_view *others_view)
{
	if (end->verdict.ending != ENDING_RESET_RECEIVED)
		return MIDDLEBOX_UNKNOWN;
	if (end->verdict.middlebox != MIDDLEBOX_UNKNOWN || !other || !others_view)
		return end->verdict.middlebox;
	switch (find_reset_of(end, other, others_view)) {
	case TWIN_RESET_SENT:
		return MIDDLEBOX_NO;
	case TWIN_RESET_NOT_SENT:
		return MIDDLEBOX_YES;
	default:
		return MIDDLEBOX_UNKNOWN;
	}
}

static enum middlebox find_middlebox(const struct pair_end *a, const struct pair_end *b,
				     const struct connection_views *views)
{
	enum middlebox at_a = find_middlebox_at(a, b, views ? &views->b : NULL);
	enum middlebox at_b = !b || a == b ? at_a :
			      find_middlebox_at(b, a, views ? &views->a : NULL);

	if (at_a == MIDDLEBOX_YES || at_b == MIDDLEBOX_YES)
		return MIDDLEBOX_YES;
	return at_a != MIDDLEBOX_UNKNOWN ? at_a : at_b;
}

/* Who ended the connection, as one end reports it. */
static enum connection_side find_claim(const struct connection *c, unsigned end)
{
	const struct pair_end *e = c->end[end];
	bool by_reset;

	if (!e)
		return SIDE_UNKNOWN;
	by_reset = e->verdict.ending == ENDING_RESET_RECEIVED && !e->story.seg[SEG_FIN_IN].seen;
	switch (e->verdict.initiator) {
	case INITIATOR_LOCAL:
		return side_of(end);
	case INITIATOR_PEER:
		return c->middlebox == MIDDLEBOX_YES && by_reset ? SIDE_MIDDLEBOX :
								   side_of(!end);
	case INITIATOR_BOTH:
		return SIDE_BOTH;
	case INITIATOR_NONE:
		return SIDE_NEITHER;
	default:
		return SIDE_UNKNOWN;
	}
}

/*
 * Who ended it, by both claims. Each end knows its own act best: if both claim theirs, both acted
 * before they heard of the other. If each claims that the other one did, nothing is known.
 */
static enum connection_side combine_claims(enum connection_side by_client,
					   enum connection_side by_server)
{
	if (by_client == by_server)
		return by_client;
	if (by_client == SIDE_UNKNOWN || by_server == SIDE_UNKNOWN)
		return by_client == SIDE_UNKNOWN ? by_server : by_client;
	if (by_client == SIDE_NEITHER || by_server == SIDE_NEITHER)
		return by_client == SIDE_NEITHER ? by_server : by_client;
	if (by_client == SIDE_BOTH || by_server == SIDE_BOTH)
		return SIDE_BOTH;
	if (by_client == SIDE_CLIENT)
		return by_server == SIDE_SERVER ? SIDE_BOTH : SIDE_CLIENT;
	if (by_server == SIDE_SERVER)
		return SIDE_SERVER;
	return by_client == SIDE_MIDDLEBOX || by_server == SIDE_MIDDLEBOX ? SIDE_MIDDLEBOX :
									    SIDE_UNKNOWN;
}

static struct connection_actor find_actor(const struct connection *c, enum connection_side side)
{
	const struct pair_end *end = end_of(c, side);
	struct connection_actor actor = { .side = side };

	if (!end)
		return actor;
	actor.call = end->verdict.trigger ?: end->verdict.reset_by;
	if (!actor.call && end->story.scan.nr_holders)
		actor.holder = &end->story.scan.holders[0];
	return actor;
}

/* The cause of the delay as one end reports it, and whose it is. */
static enum cause find_cause(const struct pair_end *e, enum connection_side own,
			     enum connection_side *whose)
{
	*whose = SIDE_UNKNOWN;
	switch (e->verdict.blame) {
	case BLAME_PEER_APP:
		*whose = flip_side(own);
		return CAUSE_APP;
	case BLAME_LOCAL_APP:
		*whose = own;
		return CAUSE_APP;
	case BLAME_SEND_QUEUE:
		*whose = own;
		return CAUSE_SEND_QUEUE;
	case BLAME_LOST_FIN:
		*whose = own;
		return CAUSE_LOST_FIN;
	case BLAME_DELAYED_ACK:
		*whose = flip_side(own);
		return CAUSE_DELAYED_ACK;
	case BLAME_NETWORK:
		return CAUSE_NETWORK;
	default:
		return CAUSE_NONE;
	}
}

static bool has_blame(const struct pair_end *e)
{
	return e && e->verdict.blame_known;
}

/* Does an end blame the other one: its program, or its kernel? */
static bool blames_the_other(const struct pair_end *e)
{
	return e->verdict.blame == BLAME_PEER_APP || e->verdict.blame == BLAME_DELAYED_ACK;
}

/*
 * The end whose view of the delay counts: that of the first FIN, which saw the whole close. If it
 * blames the other end, that one knows better: its program held the connection open, so that its
 * kernel had no reason to hurry with the ACK; or its FIN was lost.
 */
static unsigned choose_witness(const struct connection *c)
{
	unsigned first = c->initiator.side == SIDE_SERVER ? CONNECTION_SERVER : CONNECTION_CLIENT;
	const struct pair_end *e, *other;

	if (!has_blame(c->end[first]))
		first = !first;
	e = c->end[first];
	other = c->end[!first];
	if (has_blame(e) && blames_the_other(e) && has_blame(other) &&
	    other->verdict.blame != BLAME_NONE && !blames_the_other(other))
		return !first;
	return first;
}

static void decide_cause(struct connection *c)
{
	unsigned witness = choose_witness(c);
	const struct pair_end *e = c->end[witness];
	enum connection_side whose;

	c->cause_known = has_blame(e);
	if (!c->cause_known)
		return;
	c->cause = find_cause(e, side_of(witness), &whose);
	c->cause_ns = e->verdict.blame_ns;
	c->cause_at_least = e->verdict.blame_at_least;
	c->blamed = find_actor(c, whose);
}

static bool have_equal_fins(const struct story *from, const struct story *to)
{
	const struct close_segment *sent = &from->seg[SEG_FIN_OUT], *came = &to->seg[SEG_FIN_IN];

	return !sent->seen || !came->seen || !sent->has_seq || !came->has_seq ||
	       sent->seq == came->seq;
}

static bool have_classes_that_differ(const struct verdict *a, const struct verdict *b)
{
	enum class x = ending_class(a->ending), y = ending_class(b->ending);

	return x != y && x != CLASS_OPEN && y != CLASS_OPEN;
}

static unsigned find_disagreements(const struct connection *c)
{
	const struct pair_end *client = c->end[CONNECTION_CLIENT];
	const struct pair_end *server = c->end[CONNECTION_SERVER];
	enum connection_side by_client = find_claim(c, CONNECTION_CLIENT);
	enum connection_side by_server = find_claim(c, CONNECTION_SERVER);
	unsigned set = 0;

	if (!client || !server || client == server)
		return 0;
	if (!have_equal_fins(&client->story, &server->story) ||
	    !have_equal_fins(&server->story, &client->story))
		set |= 1u << DISAGREEMENT_FIN_SEQ;
	if (by_client != by_server && by_client != SIDE_UNKNOWN && by_server != SIDE_UNKNOWN)
		set |= 1u << DISAGREEMENT_INITIATOR;
	if (have_classes_that_differ(&client->verdict, &server->verdict))
		set |= 1u << DISAGREEMENT_ENDING;
	return set;
}

void connection_make(struct connection *c, const struct pair_end *a, const struct pair_end *b,
		     enum one_sided why, const struct connection_views *views)
{
	enum connection_side side;

	*c = (struct connection){ .one_sided = why };
	place_ends(c, a, b);
	c->middlebox = find_middlebox(a, b, views);
	side = find_claim(c, CONNECTION_CLIENT);
	if (a != b)
		side = combine_claims(side, find_claim(c, CONNECTION_SERVER));
	c->initiator = find_actor(c, side);
	decide_cause(c);
	c->disagreements = find_disagreements(c);
}

const struct pair_end *connection_main_end(const struct connection *c)
{
	return end_of(c, c->initiator.side) ?: c->end[CONNECTION_CLIENT] ?:
	       c->end[CONNECTION_SERVER];
}

struct clock_fin connection_fin(const struct story *from, const struct story *to)
{
	const struct close_segment *sent = &from->seg[SEG_FIN_OUT], *came = &to->seg[SEG_FIN_IN];
	const struct close_segment *acked = &from->seg[SEG_ACK_IN];
	bool before_ack = to->passed & 1u << STATE_CLOSE_WAIT;

	if (!have_equal_fins(from, to))
		return (struct clock_fin){ .sent_ns = 0 };
	return (struct clock_fin){ .sent_ns = sent->seen ? sent->ts_ns : 0,
				   .received_ns = came->seen ? came->ts_ns : 0,
				   .acked_ns = before_ack && acked->seen ? acked->ts_ns : 0 };
}
