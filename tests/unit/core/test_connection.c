/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "close_fixture.h"

#include "connection.h"

struct ends {
	struct stage stage;	/* first: the fixture sets it up */
	struct pair_end a, b;
	struct connection c;
};

static int set_up_ends(void **state)
{
	struct ends *t = calloc(1, sizeof(*t));

	*state = t;
	return !t;
}

static int tear_down_ends(void **state)
{
	struct ends *t = *state;

	story_release(&t->stage.client.story);
	story_release(&t->stage.server.story);
	free(t);
	return 0;
}

/* The client's end is a, the server's is b. */
static void take_ends(struct ends *t)
{
	t->stage.client.story.isns = (struct twin_key){ 999, 4999 };
	t->stage.server.story.isns = (struct twin_key){ 4999, 999 };
	t->a = (struct pair_end){ t->stage.client.story, t->stage.client.verdict, true };
	t->b = (struct pair_end){ t->stage.server.story, t->stage.server.verdict, true };
}

static void make(struct ends *t)
{
	connection_make(&t->c, &t->a, &t->b, ONE_SIDED_NONE, NULL);
}

static void begin(struct ends *t)
{
	feed_clean_close(&t->stage);
	take_ends(t);
	make(t);
}

static void test_connection__the_roles_decide_the_places(void **state)
{
	struct ends *t = *state;

	begin(t);
	assert_ptr_equal(t->c.end[CONNECTION_CLIENT], &t->a);
	assert_ptr_equal(t->c.end[CONNECTION_SERVER], &t->b);
	assert_true(t->c.roles_known);
	connection_make(&t->c, &t->b, &t->a, ONE_SIDED_NONE, NULL);
	assert_ptr_equal(t->c.end[CONNECTION_CLIENT], &t->a);
	t->a.story.opened = OPENED_UNKNOWN;	/* the other one is known to have accepted */
	make(t);
	assert_ptr_equal(t->c.end[CONNECTION_CLIENT], &t->a);
	assert_true(t->c.roles_known);
}

static void test_connection__without_roles_the_numbers_decide(void **state)
{
	struct ends *t = *state;

	begin(t);
	t->a.story.opened = t->b.story.opened = OPENED_UNKNOWN;
	make(t);
	assert_false(t->c.roles_known);
	assert_ptr_equal(t->c.end[CONNECTION_CLIENT], &t->a);
	connection_make(&t->c, &t->b, &t->a, ONE_SIDED_NONE, NULL);
	assert_ptr_equal(t->c.end[CONNECTION_CLIENT], &t->a);
}

static void test_connection__one_end_has_its_place(void **state)
{
	struct ends *t = *state;

	begin(t);
	connection_make(&t->c, &t->b, NULL, ONE_SIDED_OPEN, NULL);
	assert_null(t->c.end[CONNECTION_CLIENT]);
	assert_ptr_equal(t->c.end[CONNECTION_SERVER], &t->b);
	assert_int_equal(t->c.one_sided, ONE_SIDED_OPEN);
	assert_int_equal(t->c.initiator.side, SIDE_CLIENT);
	assert_null(t->c.initiator.call);
	assert_ptr_equal(connection_main_end(&t->c), &t->b);
	connection_make(&t->c, &t->a, NULL, ONE_SIDED_OPEN, NULL);
	assert_null(t->c.end[CONNECTION_SERVER]);
	assert_int_equal(t->c.blamed.side, SIDE_SERVER);	/* it held, whoever it was */
	assert_null(t->c.blamed.call);
}

static void test_connection__the_initiator_has_its_call(void **state)
{
	struct ends *t = *state;

	begin(t);
	assert_int_equal(t->c.initiator.side, SIDE_CLIENT);
	assert_non_null(t->c.initiator.call);
	assert_int_equal(t->c.initiator.call->pid, 100);
	assert_int_equal(t->c.disagreements, 0);
}

static void test_connection__the_blame_names_who_held(void **state)
{
	struct ends *t = *state;

	begin(t);
	assert_true(t->c.cause_known);
	assert_int_equal(t->c.cause, CAUSE_APP);
	assert_int_equal(t->c.blamed.side, SIDE_SERVER);
	assert_int_equal(t->c.blamed.call->pid, 200);
	assert_true(t->c.cause_ns >= 38 * MS && t->c.cause_ns <= 40 * MS);
}

/* The client waited for the server's FIN, but not because of the server's program. */
static void test_connection__the_other_end_knows_better_why_its_fin_was_late(void **state)
{
	struct ends *t = *state;

	begin(t);
	t->b.verdict.blame = BLAME_LOST_FIN;
	t->b.verdict.blame_ns = 30 * MS;
	make(t);
	assert_int_equal(t->c.cause, CAUSE_LOST_FIN);
	assert_int_equal(t->c.blamed.side, SIDE_SERVER);
	t->a.verdict.blame = BLAME_DELAYED_ACK;		/* it could not see why the ACK was late */
	t->b.verdict.blame = BLAME_LOCAL_APP;
	make(t);
	assert_int_equal(t->c.cause, CAUSE_APP);
	assert_int_equal(t->c.blamed.side, SIDE_SERVER);
	t->a.verdict.blame = BLAME_PEER_APP;
	t->b.verdict.blame = BLAME_NONE;	/* it saw no delay: then the client's word counts */
	make(t);
	assert_int_equal(t->c.cause, CAUSE_APP);
	t->a.verdict.blame = BLAME_NETWORK;
	make(t);
	assert_int_equal(t->c.cause, CAUSE_NETWORK);
	assert_int_equal(t->c.blamed.side, SIDE_UNKNOWN);
}

static void test_connection__a_holder_is_named_if_it_made_no_call(void **state)
{
	struct ends *t = *state;
	struct holder holder = { .pid = 300, .fd = 9 };

	begin(t);
	t->b.verdict.trigger = NULL;
	t->b.story.scan.holders = &holder;
	t->b.story.scan.nr_holders = 1;
	make(t);
	assert_null(t->c.blamed.call);
	assert_int_equal(t->c.blamed.holder->pid, 300);
}

static void test_connection__two_that_both_acted_first(void **state)
{
	struct ends *t = *state;

	begin(t);
	t->b.verdict.initiator = INITIATOR_LOCAL;
	make(t);
	assert_int_equal(t->c.initiator.side, SIDE_BOTH);
	assert_int_equal(t->c.disagreements, 1 << DISAGREEMENT_INITIATOR);
	t->a.verdict.initiator = t->b.verdict.initiator = INITIATOR_BOTH;
	make(t);
	assert_int_equal(t->c.initiator.side, SIDE_BOTH);
	assert_int_equal(t->c.disagreements, 0);
	t->a.verdict.initiator = INITIATOR_NONE;	/* a timeout here, an act there */
	t->b.verdict.initiator = INITIATOR_LOCAL;
	make(t);
	assert_int_equal(t->c.initiator.side, SIDE_SERVER);
	t->a.verdict.initiator = t->b.verdict.initiator = INITIATOR_PEER;
	make(t);
	assert_int_equal(t->c.initiator.side, SIDE_UNKNOWN);
	t->a.verdict.initiator = INITIATOR_UNKNOWN;
	make(t);
	assert_int_equal(t->c.initiator.side, SIDE_CLIENT);
}

static void test_connection__a_reset_from_between(void **state)
{
	const struct connection_views views = { { .resets = true, .other_clock = true },
						{ .resets = true, .other_clock = true } };
	struct ends *t = *state;

	feed_resets(&t->stage);
	take_ends(t);
	make(t);
	assert_int_equal(t->c.middlebox, MIDDLEBOX_UNKNOWN);	/* of two hosts, without views */
	assert_int_equal(t->c.initiator.side, SIDE_UNKNOWN);
	t->a.story.reset.received = t->b.story.reset.received = true;
	connection_make(&t->c, &t->a, &t->b, ONE_SIDED_NONE, &views);
	assert_int_equal(t->c.middlebox, MIDDLEBOX_YES);
	assert_int_equal(t->c.initiator.side, SIDE_MIDDLEBOX);
	t->b.story.reset.sent = true;
	t->b.verdict.ending = ENDING_RESET_SENT;
	t->b.verdict.initiator = INITIATOR_LOCAL;
	connection_make(&t->c, &t->a, &t->b, ONE_SIDED_NONE, &views);
	assert_int_equal(t->c.middlebox, MIDDLEBOX_NO);
	assert_int_equal(t->c.initiator.side, SIDE_SERVER);
}

static void test_connection__the_verdict_of_one_host_has_the_middlebox(void **state)
{
	struct ends *t = *state;

	feed_resets(&t->stage);
	take_ends(t);
	t->a.verdict.middlebox = MIDDLEBOX_YES;
	make(t);
	assert_int_equal(t->c.middlebox, MIDDLEBOX_YES);
}

static void test_connection__fins_of_other_numbers_disagree(void **state)
{
	struct ends *t = *state;

	begin(t);
	t->b.story.seg[SEG_FIN_IN].seq++;
	make(t);
	assert_int_equal(t->c.disagreements, 1 << DISAGREEMENT_FIN_SEQ);
	t->b.story.seg[SEG_FIN_IN].has_seq = false;
	make(t);
	assert_int_equal(t->c.disagreements, 0);
}

static void test_connection__classes_that_differ_disagree(void **state)
{
	struct ends *t = *state;

	begin(t);
	t->b.verdict.ending = ENDING_RESET_RECEIVED;
	make(t);
	assert_int_equal(t->c.disagreements, 1 << DISAGREEMENT_ENDING);
	t->b.verdict.ending = ENDING_THREE_WAY;		/* one class */
	make(t);
	assert_int_equal(t->c.disagreements, 0);
	t->b.verdict.ending = ENDING_OPEN;		/* not yet */
	make(t);
	assert_int_equal(t->c.disagreements, 0);
}

static void test_connection__a_socket_connected_to_itself(void **state)
{
	struct ends *t = *state;

	begin(t);
	connection_make(&t->c, &t->a, &t->a, ONE_SIDED_NONE, NULL);
	assert_ptr_equal(t->c.end[CONNECTION_SERVER], &t->a);
	assert_int_equal(t->c.initiator.side, SIDE_CLIENT);
	assert_int_equal(t->c.disagreements, 0);
}

static void test_connection__only_safe_instants_bound_a_clock(void **state)
{
	struct ends *t = *state;
	struct clock_fin fin;

	begin(t);
	fin = connection_fin(&t->a.story, &t->b.story);
	assert_int_equal(fin.sent_ns, T0 + 10 * MS);
	assert_int_equal(fin.received_ns, T0 + 10 * MS);
	assert_int_equal(fin.acked_ns, T0 + 12 * MS);
	/* the server's FIN: in FIN_WAIT2 the ACK leaves before the event */
	fin = connection_fin(&t->b.story, &t->a.story);
	assert_int_equal(fin.sent_ns, T0 + 50 * MS);
	assert_int_equal(fin.received_ns, T0 + 50 * MS);
	assert_int_equal(fin.acked_ns, 0);
	t->b.story.seg[SEG_FIN_IN].seq++;	/* it is not the same FIN */
	fin = connection_fin(&t->a.story, &t->b.story);
	assert_int_equal(fin.sent_ns | fin.received_ns | fin.acked_ns, 0);
}

int main(void)
{
#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(test_connection__##name, set_up_ends, tear_down_ends)
	const struct CMUnitTest tests[] = {
		TEST(the_roles_decide_the_places),
		TEST(without_roles_the_numbers_decide),
		TEST(one_end_has_its_place),
		TEST(the_initiator_has_its_call),
		TEST(the_blame_names_who_held),
		TEST(the_other_end_knows_better_why_its_fin_was_late),
		TEST(a_holder_is_named_if_it_made_no_call),
		TEST(two_that_both_acted_first),
		TEST(a_reset_from_between),
		TEST(the_verdict_of_one_host_has_the_middlebox),
		TEST(fins_of_other_numbers_disagree),
		TEST(classes_that_differ_disagree),
		TEST(a_socket_connected_to_itself),
		TEST(only_safe_instants_bound_a_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
