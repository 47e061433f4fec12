/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "ladder.h"

/* Our end, and the peer's end if it is on this host too. */
struct host {
	struct story a, b;
	struct verdict va, vb;
	struct ladder l;
};

static int set_up(void **state)
{
	struct host *h = calloc(1, sizeof(*h));

	*state = h;
	return !h;
}

static int tear_down(void **state)
{
	struct host *h = *state;

	story_release(&h->a);
	story_release(&h->b);
	free(h);
	return 0;
}

static void feed(struct story *s, struct event e)
{
	story_feed(s, &e);
}

/* Returns the event for the other end: addresses, ports and sequence numbers are swapped. */
static struct event at_peer(struct event e)
{
	struct event o = e;

	memcpy(o.local_addr, e.peer_addr, sizeof(o.local_addr));
	memcpy(o.peer_addr, e.local_addr, sizeof(o.peer_addr));
	o.local_port = e.peer_port;
	o.peer_port = e.local_port;
	o.sk_key = 0xb000;
	o.cookie = 0x12;
	o.snd_una = o.snd_nxt = o.write_seq = 5000;
	o.rcv_nxt = o.rcv_wup = o.copied_seq = 1000;
	return o;
}

static void feed_close(struct story *s)
{
	struct event e = established(T0);

	story_init(s, &e);
	feed(s, e);
	feed(s, a_fin(T0 + 10 * MS, 101));
	feed(s, an_ack(T0 + 14 * MS));
	feed(s, a_last_change(T0 + 50 * MS, SOCKF_DONE));
}

/* Feeds the close as the other end saw it: 1 ms later or earlier. */
static void feed_peers_close(struct story *s)
{
	struct event e = at_peer(a_state_change(T0, STATE_SYN_RECV, STATE_ESTABLISHED, SOCKF_HELD));

	story_init(s, &e);
	feed(s, e);
	e = at_peer(a_state_change(T0 + 11 * MS, STATE_ESTABLISHED, STATE_CLOSE_WAIT, SOCKF_DONE));
	e.rcv_nxt = 1001;
	feed(s, e);
	e = by_task(at_peer(a_state_change(T0 + 49 * MS, STATE_CLOSE_WAIT, STATE_LAST_ACK,
			      CLOSED_BITS | SOCKF_LAST_REF | SOCKF_DONE)), 201,
	       SYSCALL_CLOSE, 7);
	e.rcv_nxt = e.rcv_wup = 1001;
	feed(s, e);
	e = at_peer(a_state_change(T0 + 51 * MS, STATE_LAST_ACK, STATE_CLOSE,
				   ORPHAN_BITS | SOCKF_DONE));
	e.snd_una = e.snd_nxt = e.write_seq = 5001;
	e.rcv_nxt = e.rcv_wup = 1001;
	feed(s, e);
}

static void decide_verdicts(struct host *h)
{
	verdict_make(&h->va, &h->a, T0 + 1000 * MS);
	if (h->b.nr_states)
		verdict_make(&h->vb, &h->b, T0 + 1000 * MS);
}

/* Returns the i-th rung that is a segment. */
static const struct rung *find_segment(const struct ladder *l, unsigned i)
{
	for (unsigned k = 0; k < l->nr; k++)
		if (l->rung[k].kind == RUNG_SEGMENT && !i--)
			return &l->rung[k];
	fail_msg("no such segment");
	return NULL;
}

static void expect_segment(const struct ladder *l, unsigned i, enum side side, unsigned wave,
			   bool fin)
{
	const struct rung *r = find_segment(l, i);

	assert_int_equal(r->side, side);
	assert_int_equal(r->wave, wave);
	assert_int_equal(r->fin, fin);
}

static void test_ladder__alone_it_has_four_waves(void **state)
{
	struct host *h = *state;

	feed_close(&h->a);
	decide_verdicts(h);
	ladder_make(&h->l, &h->a, &h->va, NULL, NULL);
	assert_int_equal(h->l.nr, 5);
	assert_int_equal(h->l.rung[0].kind, RUNG_CALL);
	expect_segment(&h->l, 0, LADDER_LEFT, 1, true);
	expect_segment(&h->l, 1, LADDER_RIGHT, 2, false);
	expect_segment(&h->l, 2, LADDER_RIGHT, 3, true);
	expect_segment(&h->l, 3, LADDER_LEFT, 4, false);
	assert_int_equal(find_segment(&h->l, 0)->state[LADDER_LEFT], STATE_FIN_WAIT1);
	assert_int_equal(find_segment(&h->l, 1)->state[LADDER_LEFT], STATE_FIN_WAIT2);
	assert_int_equal(find_segment(&h->l, 2)->state[LADDER_LEFT], STATE_TIME_WAIT);
}

static void test_ladder__the_peer_has_only_the_states_that_its_segments_imply(void **state)
{
	struct host *h = *state;

	feed_close(&h->a);
	decide_verdicts(h);
	ladder_make(&h->l, &h->a, &h->va, NULL, NULL);
	assert_int_equal(h->l.first[LADDER_RIGHT], STATE_ESTABLISHED);
	assert_int_equal(find_segment(&h->l, 0)->state[LADDER_RIGHT], STATE_CLOSE_WAIT);
	assert_int_equal(find_segment(&h->l, 2)->state[LADDER_RIGHT], STATE_LAST_ACK);
	assert_int_equal(find_segment(&h->l, 3)->state[LADDER_RIGHT], 0);	/* not seen */
}

static void test_ladder__an_unanswered_fin_implies_nothing(void **state)
{
	struct event e = established(T0);
	struct host *h = *state;

	story_init(&h->a, &e);
	feed(&h->a, e);
	feed(&h->a, a_fin(T0 + 10 * MS, 101));
	decide_verdicts(h);
	ladder_make(&h->l, &h->a, &h->va, NULL, NULL);
	assert_true(find_segment(&h->l, 0)->unanswered);
	assert_int_equal(find_segment(&h->l, 0)->state[LADDER_RIGHT], 0);
}

static void test_ladder__two_ends_make_one_ladder_in_either_order(void **state)
{
	struct host *h = *state;

	feed_close(&h->a);
	feed_peers_close(&h->b);
	decide_verdicts(h);
	for (unsigned swapped = 0; swapped < 2; swapped++) {
		if (swapped)
			ladder_make(&h->l, &h->b, &h->vb, &h->a, &h->va);
		else
			ladder_make(&h->l, &h->a, &h->va, &h->b, &h->vb);
		assert_ptr_equal(h->l.s[LADDER_LEFT], &h->a);
		assert_int_equal(h->l.nr, 6);	/* four segments, two calls */
		expect_segment(&h->l, 0, LADDER_LEFT, 1, true);
		expect_segment(&h->l, 1, LADDER_RIGHT, 2, false);
		expect_segment(&h->l, 2, LADDER_RIGHT, 3, true);
		expect_segment(&h->l, 3, LADDER_LEFT, 4, false);
		assert_int_equal(find_segment(&h->l, 0)->state[LADDER_RIGHT], STATE_CLOSE_WAIT);
		assert_int_equal(find_segment(&h->l, 3)->state[LADDER_RIGHT], STATE_CLOSE);
	}
}

static void test_ladder__two_ends_show_the_transit_time(void **state)
{
	struct host *h = *state;

	feed_close(&h->a);
	feed_peers_close(&h->b);
	decide_verdicts(h);
	ladder_make(&h->l, &h->a, &h->va, &h->b, &h->vb);
	for (unsigned i = 0; i < 4; i++) {
		const struct rung *r = find_segment(&h->l, i);

		if (i == 1)	/* no event shows when the ACK of the first FIN was sent */
			assert_false(r->has_transit);
		else
			assert_true(r->has_transit && r->transit_ns == 1 * MS);
		assert_true(r->exact);
	}
}

static void test_ladder__two_clocks_give_bounds_for_the_fins(void **state)
{
	const struct clock_interval from_a = { 100, 900, true }, from_b = { .known = false };
	struct host *h = *state;

	feed_close(&h->a);
	feed_peers_close(&h->b);
	h->b.clock = 1;
	decide_verdicts(h);
	ladder_make(&h->l, &h->b, &h->vb, &h->a, &h->va);
	for (unsigned i = 0; i < 4; i++)
		assert_false(find_segment(&h->l, i)->has_transit);
	ladder_set_flights(&h->l, &h->a, &from_a, &from_b);
	assert_true(find_segment(&h->l, 0)->has_transit);
	assert_int_equal(find_segment(&h->l, 0)->transit_ns, 100);
	assert_int_equal(find_segment(&h->l, 0)->transit_max_ns, 900);
	for (unsigned i = 1; i < 4; i++)
		assert_false(find_segment(&h->l, i)->has_transit);
}

static void test_ladder__one_reset_of_both_ends(void **state)
{
	struct event e = established(T0);
	struct host *h = *state;

	story_init(&h->a, &e);
	feed(&h->a, e);
	e = by_task(a_state_change(T0 + 10 * MS, STATE_ESTABLISHED, STATE_CLOSE,
			CLOSED_BITS | SOCKF_LAST_REF | SOCKF_LINGER_ZERO), 101, SYSCALL_CLOSE, 5);
	feed(&h->a, e);
	e = an_event(T0 + 10 * MS, EVENT_RESET_SENT);
	feed(&h->a, e);
	e = at_peer(established(T0));
	story_init(&h->b, &e);
	feed(&h->b, e);
	e = at_peer(a_state_change(T0 + 12 * MS, STATE_ESTABLISHED, STATE_CLOSE, SOCKF_HELD));
	e.sk_err = EVENT_ECONNRESET;
	feed(&h->b, e);
	decide_verdicts(h);
	ladder_make(&h->l, &h->b, &h->vb, &h->a, &h->va);
	assert_int_equal(h->l.nr, 2);
	assert_true(find_segment(&h->l, 0)->rst);
	assert_ptr_equal(h->l.s[find_segment(&h->l, 0)->side], &h->a);
	assert_true(find_segment(&h->l, 0)->has_transit);
	assert_int_equal(find_segment(&h->l, 0)->transit_ns, 2 * MS);
	assert_int_equal(find_segment(&h->l, 0)->state[LADDER_LEFT], STATE_CLOSE);
	assert_int_equal(find_segment(&h->l, 0)->state[LADDER_RIGHT], STATE_CLOSE);
}

/* A RST arrives at both ends, at ours first. */
static void feed_resets(struct host *h)
{
	struct event e = established(T0);

	story_init(&h->a, &e);
	feed(&h->a, e);
	e = a_state_change(T0 + 10 * MS, STATE_ESTABLISHED, STATE_CLOSE, SOCKF_HELD);
	e.sk_err = EVENT_ECONNRESET;
	feed(&h->a, e);
	e = at_peer(established(T0));
	story_init(&h->b, &e);
	feed(&h->b, e);
	e = at_peer(a_state_change(T0 + 12 * MS, STATE_ESTABLISHED, STATE_CLOSE, SOCKF_HELD));
	e.sk_err = EVENT_ECONNRESET;
	feed(&h->b, e);
	decide_verdicts(h);
	h->va.initiator = INITIATOR_LOCAL;	/* our end is on the left */
}

static void test_ladder__a_reset_has_the_origin_that_is_known(void **state)
{
	static const struct {
		enum middlebox middlebox;
		enum reset_origin origin;
		uint8_t peer_state;
	} list[] = {
		{ MIDDLEBOX_UNKNOWN, RESET_FROM_UNKNOWN, 0 },
		{ MIDDLEBOX_NO, RESET_FROM_END, STATE_CLOSE },
		{ MIDDLEBOX_YES, RESET_FROM_BETWEEN, 0 },
	};
	struct host *h = *state;

	feed_resets(h);
	for (unsigned i = 0; i < sizeof(list) / sizeof(*list); i++) {
		h->va.middlebox = list[i].middlebox;
		ladder_make(&h->l, &h->a, &h->va, NULL, NULL);
		assert_int_equal(h->l.nr, 1);
		assert_int_equal(h->l.rung[0].side, LADDER_RIGHT);
		assert_int_equal(h->l.rung[0].origin, list[i].origin);
		assert_int_equal(h->l.rung[0].state[LADDER_LEFT], STATE_CLOSE);
		assert_int_equal(h->l.rung[0].state[LADDER_RIGHT], list[i].peer_state);
	}
}

static void test_ladder__a_reset_from_between_ends_only_where_it_arrives(void **state)
{
	struct host *h = *state;

	feed_resets(h);
	h->va.middlebox = h->vb.middlebox = MIDDLEBOX_YES;
	ladder_make(&h->l, &h->a, &h->va, &h->b, &h->vb);
	assert_int_equal(h->l.nr, 2);
	assert_int_equal(h->l.rung[0].side, LADDER_RIGHT);
	assert_int_equal(h->l.rung[0].state[LADDER_LEFT], STATE_CLOSE);
	assert_int_equal(h->l.rung[0].state[LADDER_RIGHT], 0);
	assert_int_equal(h->l.rung[1].side, LADDER_LEFT);
	assert_int_equal(h->l.rung[1].state[LADDER_LEFT], 0);
	assert_int_equal(h->l.rung[1].state[LADDER_RIGHT], STATE_CLOSE);
}

static void test_ladder__a_socket_connected_to_itself_has_one_side(void **state)
{
	struct host *h = *state;

	feed_close(&h->a);
	h->a.flow.peer_port = h->a.flow.local_port;
	memcpy(h->a.flow.peer_addr, h->a.flow.local_addr, sizeof(h->a.flow.peer_addr));
	decide_verdicts(h);
	ladder_make(&h->l, &h->a, &h->va, NULL, NULL);
	assert_true(h->l.is_self);
	expect_segment(&h->l, 0, LADDER_LEFT, 1, true);
	expect_segment(&h->l, 1, LADDER_LEFT, 2, false);
	assert_int_equal(h->l.nr, 3);	/* and the call */
	assert_int_equal(h->l.first[LADDER_RIGHT], 0);
}

static void test_ladder__data_between_the_fins(void **state)
{
	struct event e;
	struct host *h = *state;

	e = established(T0);
	story_init(&h->a, &e);
	feed(&h->a, e);
	feed(&h->a, a_fin(T0 + 10 * MS, 101));
	feed(&h->a, an_ack(T0 + 14 * MS));
	e = a_last_change(T0 + 50 * MS, SOCKF_DONE);
	e.rcv_nxt = e.rcv_wup = 5000 + 700 + 1;
	feed(&h->a, e);
	decide_verdicts(h);
	ladder_make(&h->l, &h->a, &h->va, NULL, NULL);
	assert_int_equal(h->l.rung[3].kind, RUNG_DATA);
	assert_int_equal(h->l.rung[3].side, LADDER_RIGHT);
	assert_int_equal(h->l.rung[3].count, 700);
	assert_false(h->l.rung[3].dated);
}

static void test_ladder__twins_are_recognized(void **state)
{
	struct host *h = *state;

	feed_close(&h->a);
	feed_peers_close(&h->b);
	assert_false(ladder_are_twins(&h->a, &h->b));
	h->a.twin.known = true;
	h->a.twin.cookie = 0x12;
	assert_true(ladder_are_twins(&h->a, &h->b));
	assert_true(ladder_are_twins(&h->b, &h->a));
	h->a.twin.cookie = 0x13;
	assert_false(ladder_are_twins(&h->a, &h->b));
}

static void test_ladder__without_cookies_twins_are_mirrored(void **state)
{
	struct host *h = *state;

	feed_close(&h->a);
	feed_peers_close(&h->b);
	h->a.cookie = h->b.cookie = 0;
	assert_false(ladder_are_twins(&h->a, &h->b));
	h->a.twin.known = h->b.twin.known = true;
	assert_true(ladder_are_twins(&h->a, &h->b));
	h->b.flow.peer_port++;
	assert_false(ladder_are_twins(&h->a, &h->b));
}

#define LADDER_TEST(name) cmocka_unit_test_setup_teardown(test_ladder__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LADDER_TEST(alone_it_has_four_waves),
		LADDER_TEST(the_peer_has_only_the_states_that_its_segments_imply),
		LADDER_TEST(an_unanswered_fin_implies_nothing),
		LADDER_TEST(two_ends_make_one_ladder_in_either_order),
		LADDER_TEST(two_ends_show_the_transit_time),
		LADDER_TEST(two_clocks_give_bounds_for_the_fins),
		LADDER_TEST(one_reset_of_both_ends),
		LADDER_TEST(a_reset_has_the_origin_that_is_known),
		LADDER_TEST(a_reset_from_between_ends_only_where_it_arrives),
		LADDER_TEST(a_socket_connected_to_itself_has_one_side),
		LADDER_TEST(data_between_the_fins),
		LADDER_TEST(twins_are_recognized),
		LADDER_TEST(without_cookies_twins_are_mirrored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
