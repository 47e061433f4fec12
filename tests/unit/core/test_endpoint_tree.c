/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which endpoints belong to the tree of --tree. by_task() of the fixture is process 100. */
#include "endpoint_fixture.h"

#include "process_tree.h"

#define MEMBER 100
#define STRANGER 200

/* A table with a tree that has one member. */
static struct process_tree *set_tree(struct fixture *d)
{
	struct process_tree *t = process_tree_new();

	process_tree_set(t, MEMBER, true);
	d->config.tree = t;
	reset_table(d);
	return t;
}

static struct event of_process(uint32_t pid, struct event e)
{
	e.pid = pid;
	return e;
}

static void feed_close(struct fixture *d, uint32_t pid)
{
	feed(d, of_endpoint(1, of_process(pid, a_fin(T0 + 10 * MS, 101))));
	feed(d, of_endpoint(1, of_process(pid, a_call(T0 + 10 * MS, 100, 101, SYSCALL_CLOSE, 5))));
	feed(d, of_endpoint(1, an_ack(T0 + 12 * MS)));
	feed(d, of_endpoint(1, a_last_change(T0 + 30 * MS, SOCKF_DONE)));
	endpoint_table_expire(d->endpoint_table, T0 + 1000 * MS);
	assert_int_equal(d->stories, 1);
}

static void test_endpoint_tree__a_member_that_closes(void **state)
{
	struct fixture *d = *state;
	struct process_tree *t = set_tree(d);

	feed(d, of_endpoint(1, established(T0)));
	feed_close(d, MEMBER);
	assert_true(d->last.in_tree);
	process_tree_free(t);
}

static void test_endpoint_tree__a_stranger_that_closes(void **state)
{
	struct fixture *d = *state;
	struct process_tree *t = set_tree(d);

	feed(d, of_endpoint(1, established(T0)));
	feed_close(d, STRANGER);
	assert_false(d->last.in_tree);
	process_tree_free(t);
}

/* The state change is made by the segment from the peer, and shows who called connect(). */
static void test_endpoint_tree__a_member_that_connects(void **state)
{
	struct fixture *d = *state;
	struct process_tree *t = set_tree(d);
	struct event e = by_task(established(T0), 101, SYSCALL_CONNECT, 5);

	e.sock_flags = SOCKF_HELD;
	e.flags = EVENTF_CONNECTOR;
	feed(d, of_endpoint(1, e));
	feed_close(d, STRANGER);
	assert_true(d->last.in_tree);
	assert_int_equal(d->last.nr_calls, 1);
	process_tree_free(t);
}

/* A process id is used again: by then its first process has closed. */
static void test_endpoint_tree__a_member_that_leaves(void **state)
{
	struct fixture *d = *state;
	struct process_tree *t = set_tree(d);

	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(1, a_call(T0 + 5 * MS, 100, 101, SYSCALL_CLOSE, 5)));
	process_tree_set(t, MEMBER, false);
	feed_close(d, STRANGER);
	assert_true(d->last.in_tree);
	reset_table(d);
	feed(d, of_endpoint(1, established(T0)));
	feed_close(d, MEMBER);
	assert_false(d->last.in_tree);
	process_tree_free(t);
}

/* A segment that happens to arrive while a member runs is no act of the member. */
static void test_endpoint_tree__a_member_that_was_interrupted(void **state)
{
	struct fixture *d = *state;
	struct process_tree *t = set_tree(d);
	struct event e = by_task(a_state_change(T0 + 5 * MS, STATE_ESTABLISHED, STATE_CLOSE_WAIT,
						SOCKF_DONE | SOCKF_HELD), 101, SYSCALL_OTHER, 5);

	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(1, e));
	endpoint_table_end(d->endpoint_table, T0 + 10 * MS);
	assert_int_equal(d->stories, 1);
	assert_false(d->last.in_tree);
	process_tree_free(t);
}

/* The peer resets a connection, and the program closes it a moment later. */
static void test_endpoint_tree__a_reset_waits_for_the_close_of_its_program(void **state)
{
	struct fixture *d = *state;
	struct process_tree *t = set_tree(d);
	struct event rst = a_state_change(T0 + 5 * MS, STATE_ESTABLISHED, STATE_CLOSE, SOCKF_HELD);
	struct event call = a_call(T0 + 6 * MS, 100, 101, SYSCALL_CLOSE, 5);

	rst.sk_err = EVENT_ECONNRESET;
	call.old_state = call.new_state = STATE_CLOSE;
	feed(d, of_endpoint(1, established(T0)));
	feed(d, of_endpoint(1, an_event(T0 + 5 * MS, EVENT_RESET_RECEIVED)));
	feed(d, of_endpoint(1, rst));
	endpoint_table_expire(d->endpoint_table, T0 + 6 * MS);
	assert_int_equal(d->stories, 0);
	feed(d, of_endpoint(1, call));
	endpoint_table_expire(d->endpoint_table, T0 + 1000 * MS);
	assert_int_equal(d->stories, 1);
	assert_true(d->last.in_tree);
	process_tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TABLE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
		TABLE_TEST(test_endpoint_tree__a_member_that_closes),
		TABLE_TEST(test_endpoint_tree__a_stranger_that_closes),
		TABLE_TEST(test_endpoint_tree__a_member_that_connects),
		TABLE_TEST(test_endpoint_tree__a_member_that_leaves),
		TABLE_TEST(test_endpoint_tree__a_member_that_was_interrupted),
		TABLE_TEST(test_endpoint_tree__a_reset_waits_for_the_close_of_its_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
