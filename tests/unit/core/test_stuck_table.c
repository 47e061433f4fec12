/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_fixture.h"

/* Returns the advice for one socket, with or without a holder. */
static unsigned advice_of(struct event e, bool held)
{
	struct stuck_table h;
	unsigned advice;

	stuck_table_begin(&h, &no_filter, &no_select, 0, 10);
	stuck_table_add(&h, e);
	if (held)
		stuck_table_add(&h, a_holder(e.peer_port, 100, "task", 5));
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.nr, 1);
	advice = h.sockets[0].advice;
	assert_int_equal(h.advised[advice], 1);
	stuck_table_release(&h);
	return advice;
}

static void test_stuck_table__a_close_wait_whose_eof_was_read_needs_a_close(void **state)
{
	(void)state;
	assert_int_equal(advice_of(a_socket(STATE_CLOSE_WAIT, 1), true), ADVICE_FORGOT_CLOSE);
}

static void test_stuck_table__a_waiting_fin_is_not_unread_data(void **state)
{
	struct event e = a_socket(STATE_CLOSE_WAIT, 1);

	(void)state;
	e.copied_seq = e.rcv_nxt - 1;
	assert_int_equal(advice_of(e, true), ADVICE_NOT_LOOKING);
	e.copied_seq = e.rcv_nxt - 2;
	assert_int_equal(advice_of(e, true), ADVICE_UNREAD_DATA);
}

static void test_stuck_table__a_close_wait_without_holder(void **state)
{
	struct event e = a_socket(STATE_CLOSE_WAIT, 1);

	(void)state;
	assert_int_equal(advice_of(e, false), ADVICE_NO_HOLDER);
	e.sock_flags |= SOCKF_NO_SOCKET;
	assert_int_equal(advice_of(e, false), ADVICE_NOT_ACCEPTED);
	e.sock_flags |= SOCKF_KERNEL;	/* a plain client of an MPTCP listener */
	assert_int_equal(advice_of(e, false), ADVICE_NOT_ACCEPTED);
	e.sock_flags &= ~SOCKF_NO_SOCKET;
	assert_int_equal(advice_of(e, false), ADVICE_KERNEL_SOCKET);
}

/* Of an MPTCP connection the kernel reads the end itself: copied_seq does not show the program. */
static void test_stuck_table__a_subflow_is_judged_by_the_socket_above(void **state)
{
	struct event e = a_socket(STATE_CLOSE_WAIT, 1);

	(void)state;
	e.sock_flags |= SOCKF_KERNEL | SOCKF_MPTCP;
	assert_int_equal(advice_of(e, false), ADVICE_NO_HOLDER);
	assert_int_equal(advice_of(e, true), ADVICE_FORGOT_CLOSE);
	e.mptcp = MPTCPF_UNREAD;
	assert_int_equal(advice_of(e, true), ADVICE_UNREAD_DATA);
	e = a_socket(STATE_FIN_WAIT2, 1);
	e.sock_flags |= SOCKF_MPTCP | SOCKF_NO_SOCKET;
	e.mptcp = MPTCPF_CLOSED;
	assert_int_equal(advice_of(e, false), ADVICE_EXPIRES);
}

static void test_stuck_table__fin_wait_2_expires_only_without_a_descriptor(void **state)
{
	struct event e = a_socket(STATE_FIN_WAIT2, 1);

	(void)state;
	assert_int_equal(advice_of(e, true), ADVICE_PEER_HOLDS);
	e.sock_flags = SOCKF_DEAD | SOCKF_NO_SOCKET;
	assert_int_equal(advice_of(e, false), ADVICE_EXPIRES);
	assert_int_equal(advice_of(a_minisock(1, SECOND_NS), false), ADVICE_EXPIRES);
}

static void test_stuck_table__a_fin_without_answer(void **state)
{
	static const uint8_t states[] = { STATE_FIN_WAIT1, STATE_CLOSING, STATE_LAST_ACK };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct event e = a_socket(states[i], 1);

		e.snd_nxt = e.write_seq = e.snd_una + 1;
		assert_int_equal(advice_of(e, true), ADVICE_SETTLING);
		e.retransmits = 3;
		assert_int_equal(advice_of(e, true), ADVICE_NO_ACK);
		e.write_seq += 1000;
		e.snd_wnd = 0;
		assert_int_equal(advice_of(e, true), ADVICE_ZERO_WINDOW);
		e.snd_wnd = 65535;
		e.snd_nxt = e.snd_una;
		e.probes = 1;
		assert_int_equal(advice_of(e, true), ADVICE_NOT_SENT);
	}
}

static void test_stuck_table__every_advice_has_a_line_that_fits(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADVICE_COUNT; i++) {
		assert_true(strlen(advice_name(i)) > 1);
		assert_in_range(strlen(advice_line(i)), 10, 71);
	}
	assert_string_equal(advice_name(ADVICE_COUNT), "?");
}

static void test_stuck_table__holders_are_joined_and_sorted(void **state)
{
	struct stuck_table h;

	(void)state;
	stuck_table_begin(&h, &no_filter, &no_select, 0, 10);
	stuck_table_add(&h, a_socket(STATE_CLOSE_WAIT, 1));
	stuck_table_add(&h, a_socket(STATE_CLOSE_WAIT, 2));
	stuck_table_add(&h, a_holder(2, 200, "b", 9));
	stuck_table_add(&h, a_holder(1, 300, "c", 4));
	stuck_table_add(&h, a_holder(2, 100, "a", 7));
	stuck_table_add(&h, a_holder(2, 100, "a", 5));
	stuck_table_add(&h, a_holder(3, 100, "a", 6));	/* holder of a socket that was not found */
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.nr_groups, 2);
	assert_int_equal(h.group[0].pid, 100);
	assert_int_equal(h.sockets[0].nr_holders, 3);
	assert_int_equal(h.holder[h.sockets[0].holder].fd, 5);
	assert_int_equal(h.holder[h.sockets[0].holder + 1].fd, 7);
	assert_int_equal(h.holder[h.sockets[0].holder + 2].pid, 200);
	stuck_table_release(&h);
}

/* Several threads of a process have tables of their own; one has a smaller id than the others. */
static void test_stuck_table__a_descriptor_counts_once_per_process(void **state)
{
	struct stuck_table h;
	struct event e;

	(void)state;
	stuck_table_begin(&h, &no_filter, &no_select, 0, 10);
	stuck_table_add(&h, a_socket(STATE_CLOSE_WAIT, 1));
	stuck_table_add(&h, a_socket(STATE_CLOSE_WAIT, 2));
	for (uint32_t tid = 103; tid > 100; tid--) {
		e = a_holder(1, 100, tid == 101 ? "first" : "later", 5);
		e.tid = tid;
		e.task_flags |= TASKF_PROCESS_NAMED;
		memcpy(e.process, "server", 7);
		for (int i = 0; i < 100; i++)
			stuck_table_add(&h, e);
	}
	e = a_holder(2, 100, "later", 5);	/* the same number in another table */
	e.tid = 104;
	stuck_table_add(&h, e);
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.holders_full, 0);
	assert_int_equal(h.nr_holders, 2);
	assert_int_equal(h.holder[0].tid, 101);
	assert_string_equal((const char *)h.holder[0].comm, "first");
	assert_string_equal((const char *)h.holder[0].process, "server");
	assert_string_equal((const char *)h.group[0].comm, "server");
	assert_string_equal((const char *)h.holder[1].process, "");	/* as in an old recording */
	assert_int_equal(h.holder[1].tid, 104);
	stuck_table_release(&h);
}

static void test_stuck_table__groups_are_sorted_by_urgency_and_size(void **state)
{
	struct stuck_table h;

	(void)state;
	stuck_table_begin(&h, &no_filter, &no_select, 0, 10);
	stuck_table_add(&h, aged(a_socket(STATE_CLOSE_WAIT, 1), 90 * SECOND_NS));
	stuck_table_add(&h, aged(a_socket(STATE_CLOSE_WAIT, 2), 10 * SECOND_NS));
	stuck_table_add(&h, aged(a_socket(STATE_CLOSE_WAIT, 3), 20 * SECOND_NS));
	for (uint16_t port = 4; port < 9; port++)
		stuck_table_add(&h, a_minisock(port, SECOND_NS));
	stuck_table_add(&h, a_holder(1, 50, "one", 3));
	stuck_table_add(&h, a_holder(2, 60, "two", 3));
	stuck_table_add(&h, a_holder(3, 60, "two", 4));
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.nr_groups, 3);
	assert_int_equal(h.group[0].pid, 60);
	assert_int_equal(h.group[0].oldest_ns, 20 * SECOND_NS);
	assert_int_equal(h.sockets[h.group[0].first].flow.peer_port, 3);
	assert_int_equal(h.group[2].owner, OWNER_NOBODY);
	assert_int_equal(h.sockets[h.group[2].first].state, STATE_FIN_WAIT2);
	assert_int_equal(h.nr_peers, 1);
	assert_int_equal(h.peer[0].sockets, 8);
	assert_int_equal(h.count[1], 5);
	assert_int_equal(h.count[3], 3);
	stuck_table_release(&h);
}

/* The ephemeral ports of a client are one peer. A service port that sockets share is kept. */
static void test_stuck_table__ephemeral_ports_are_one_peer(void **state)
{
	struct stuck_table h;

	(void)state;
	stuck_table_begin(&h, &no_filter, &no_select, 0, 10);
	for (unsigned i = 1; i <= 5; i++) {
		struct event e = a_socket(STATE_CLOSE_WAIT, i);

		e.peer_port = i < 3 ? 5432 : (__u16)(40000 + i);
		stuck_table_add(&h, aged(e, i * SECOND_NS));
	}
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.nr_peers, 2);
	assert_int_equal(h.peer[0].peer.peer_port, 0);
	assert_int_equal(h.peer[0].sockets, 3);
	assert_int_equal(h.peer[0].oldest_ns, 5 * SECOND_NS);
	assert_int_equal(h.peer[1].peer.peer_port, 5432);
	assert_int_equal(h.peer[1].count[3], 2);
	stuck_table_release(&h);
}

/* Returns how many of two held sockets, one without holder and a timewait socket are kept. */
static size_t nr_kept(const struct story_filter *s, uint64_t older_than_ns)
{
	struct stuck_table h;
	size_t nr;

	stuck_table_begin(&h, &no_filter, s, older_than_ns, 10);
	stuck_table_add(&h, aged(a_socket(STATE_CLOSE_WAIT, 1), 90 * SECOND_NS));
	stuck_table_add(&h, aged(a_socket(STATE_CLOSE_WAIT, 2), 10 * SECOND_NS));
	stuck_table_add(&h, a_socket(STATE_CLOSE_WAIT, 3));
	stuck_table_add(&h, a_minisock(4, SECOND_NS));
	stuck_table_add(&h, a_holder(1, 50, "one", 3));
	stuck_table_add(&h, a_holder(2, 60, "two", 3));
	stuck_table_add(&h, a_holder(2, 70, "three", 3));
	assert_true(stuck_table_finish(&h));
	nr = h.nr;
	assert_int_equal(h.seen, 4);
	assert_int_equal(h.filtered, 4 - nr);
	assert_int_equal(h.age_unknown, older_than_ns ? 4 - nr : 0);
	stuck_table_release(&h);
	return nr;
}

static void test_stuck_table__one_holder_must_match_all_conditions(void **state)
{
	(void)state;
	assert_int_equal(nr_kept(&no_select, 0), 4);
	assert_int_equal(
		nr_kept(&(struct story_filter){ .wanted.pids = 1, .wanted.pid = { 70 } }, 0), 1);
	assert_int_equal(
		nr_kept(&(struct story_filter){
			.wanted.comms = 2, .wanted.comm = { TEXT("one"), TEXT("two") } }, 0), 2);
	assert_int_equal(
		nr_kept(&(struct story_filter){ .wanted.pids = 1, .wanted.pid = { 50 },
						.wanted.comms = 1,
						.wanted.comm = { TEXT("two") } }, 0), 0);
}

static void test_stuck_table__the_user_of_a_socket_counts_without_a_holder(void **state)
{
	static const struct { uint32_t uid; unsigned kept; } rows[] = { { 1000, 2 }, { 33, 1 },
									{ 0, 0 } };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct story_filter f = { .wanted.uids = 1, .wanted.uid = { rows[i].uid } };

		assert_int_equal(nr_kept(&f, 0), rows[i].kept);
	}
}

static void test_stuck_table__an_excluded_holder_excludes_the_socket(void **state)
{
	const struct story_filter pid = { .excluded.pids = 1, .excluded.pid = { 70 } };
	const struct story_filter comm = { .wanted.comms = 1, .wanted.comm = { TEXT("tw?") },
					   .excluded.comms = 1, .excluded.comm = { TEXT("th*") } };
	const struct story_filter user = { .excluded.uids = 1, .excluded.uid = { 33 } };

	(void)state;
	assert_int_equal(nr_kept(&pid, 0), 3);
	assert_int_equal(nr_kept(&comm, 0), 0);
	assert_int_equal(nr_kept(&user, 0), 3);
}

static void test_stuck_table__older_than_requires_a_known_age(void **state)
{
	(void)state;
	assert_int_equal(nr_kept(&no_select, 10 * SECOND_NS), 2);
	assert_int_equal(nr_kept(&no_select, 10 * SECOND_NS + 1), 1);
	assert_int_equal(nr_kept(&no_select, 100 * SECOND_NS), 0);
}

static void test_stuck_table__only_states_that_were_asked_for(void **state)
{
	struct stuck_table h;
	struct event e = a_socket(STATE_ESTABLISHED, 3);

	(void)state;
	e.flags = EVENTF_IDLE;
	e.idle_sent_ms = 5000;
	e.idle_received_ms = 4000;
	stuck_table_begin(&h, &no_filter, &no_select, 4 * SECOND_NS, 10);
	h.config.states = 1u << STATE_ESTABLISHED | 1u << STATE_FIN_WAIT2;
	stuck_table_add(&h, aged(a_socket(STATE_CLOSE_WAIT, 1), 9 * SECOND_NS));
	stuck_table_add(&h, aged(a_socket(STATE_FIN_WAIT2, 2), 9 * SECOND_NS));
	stuck_table_add(&h, e);
	e = a_socket(STATE_ESTABLISHED, 4);	/* idle for too short, which is known */
	stuck_table_add(&h, e);
	stuck_table_add(&h, a_holder(3, 100, "a", 6));
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.seen, 4);
	assert_int_equal(h.nr, 2);
	assert_int_equal(h.filtered, 2);
	assert_int_equal(h.age_unknown, 0);
	assert_int_equal(h.advised[ADVICE_OPEN], 1);
	stuck_table_release(&h);
}

static void test_stuck_table__a_state_has_two_spellings(void **state)
{
	(void)state;
	for (unsigned i = 0; i < STUCK_STATES; i++)
		assert_int_equal(stuck_state_of(stuck_state_word(i)), stuck_state_at(i));
	assert_null(stuck_state_word(STUCK_STATES));
	assert_int_equal(stuck_state_of("CLOSE_WAIT"), STATE_CLOSE_WAIT);
	assert_int_equal(stuck_state_of("FIN_WAIT2"), STATE_FIN_WAIT2);
	assert_int_equal(stuck_state_of("fin-wait"), 0);
	assert_int_equal(stuck_state_of(""), 0);
}

static void test_stuck_table__sockets_that_do_not_fit_are_counted(void **state)
{
	struct stuck_table h;

	(void)state;
	stuck_table_begin(&h, &no_filter, &no_select, 0, 2);
	for (uint16_t port = 1; port <= 5; port++)
		stuck_table_add(&h, a_socket(STATE_CLOSE_WAIT, port));
	for (int fd = 0; fd < 20; fd++)
		stuck_table_add(&h, a_holder(1, 100, "a", fd));
	stuck_table_feed(&h, "junk", 4);
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.seen, 5);
	assert_int_equal(h.nr, 2);
	assert_int_equal(h.table_full, 3);
	assert_int_equal(h.holders_full, 12);
	assert_int_equal(h.malformed, 1);
	stuck_table_release(&h);
}

static void test_stuck_table__a_socket_reported_twice_counts_once(void **state)
{
	struct stuck_table h;

	(void)state;
	stuck_table_begin(&h, &no_filter, &no_select, 0, 10);
	for (int i = 0; i < 3; i++)
		for (uint16_t port = 1; port <= 3; port++)
			stuck_table_add(&h, a_socket(STATE_CLOSE_WAIT, port));
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.seen, 3);
	assert_int_equal(h.nr, 3);
	stuck_table_release(&h);
}

static void test_stuck_table__an_empty_table_has_no_groups(void **state)
{
	struct stuck_table h;

	(void)state;
	stuck_table_begin(&h, &no_filter, &no_select, 0, 10);
	stuck_table_add(&h, a_holder(1, 1, "a", 1));
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.nr, 0);
	assert_int_equal(h.nr_groups, 0);
	stuck_table_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stuck_table__a_close_wait_whose_eof_was_read_needs_a_close),
		cmocka_unit_test(test_stuck_table__a_waiting_fin_is_not_unread_data),
		cmocka_unit_test(test_stuck_table__a_close_wait_without_holder),
		cmocka_unit_test(test_stuck_table__a_subflow_is_judged_by_the_socket_above),
		cmocka_unit_test(test_stuck_table__a_descriptor_counts_once_per_process),
		cmocka_unit_test(test_stuck_table__only_states_that_were_asked_for),
		cmocka_unit_test(test_stuck_table__a_state_has_two_spellings),
		cmocka_unit_test(test_stuck_table__fin_wait_2_expires_only_without_a_descriptor),
		cmocka_unit_test(test_stuck_table__a_fin_without_answer),
		cmocka_unit_test(test_stuck_table__every_advice_has_a_line_that_fits),
		cmocka_unit_test(test_stuck_table__holders_are_joined_and_sorted),
		cmocka_unit_test(test_stuck_table__groups_are_sorted_by_urgency_and_size),
		cmocka_unit_test(test_stuck_table__ephemeral_ports_are_one_peer),
		cmocka_unit_test(test_stuck_table__one_holder_must_match_all_conditions),
		cmocka_unit_test(test_stuck_table__the_user_of_a_socket_counts_without_a_holder),
		cmocka_unit_test(test_stuck_table__an_excluded_holder_excludes_the_socket),
		cmocka_unit_test(test_stuck_table__older_than_requires_a_known_age),
		cmocka_unit_test(test_stuck_table__sockets_that_do_not_fit_are_counted),
		cmocka_unit_test(test_stuck_table__a_socket_reported_twice_counts_once),
		cmocka_unit_test(test_stuck_table__an_empty_table_has_no_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
