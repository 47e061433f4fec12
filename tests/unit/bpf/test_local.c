/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "local.h"

#define FIN_NR 1000	/* write_seq: one past our FIN */

/* A change by the owner of the lock, with everything that we sent acknowledged. */
static struct event change(__u8 old_state, __u8 new_state)
{
	return (struct event){ .kind = EVENT_STATE, .old_state = old_state, .new_state = new_state,
			       .sock_flags = SOCKF_OWNED, .snd_una = FIN_NR, .write_seq = FIN_NR };
}

static void expect_local(const struct event *e, bool local)
{
	if (local_task_may_have_changed(e) != local)
		fail_msg("state %u -> %u, flags %#x, error %u, unacked %u: %s", e->old_state,
			 e->new_state, e->sock_flags, e->sk_err, e->write_seq - e->snd_una,
			 local ? "want local" : "want not local");
}

static void expect_local_if_owned(struct event e)
{
	expect_local(&e, true);
	e.sock_flags &= (__u16)~SOCKF_OWNED;
	expect_local(&e, false);
}

static void test_local__a_fin_is_sent_by_the_owner_of_the_lock(void **state)
{
	(void)state;
	expect_local_if_owned(change(STATE_ESTABLISHED, STATE_FIN_WAIT1));
	expect_local_if_owned(change(STATE_CLOSE_WAIT, STATE_LAST_ACK));
}

static void test_local__an_mptcp_worker_sends_a_fin_without_owning_the_lock(void **state)
{
	struct event e = change(STATE_ESTABLISHED, STATE_FIN_WAIT1);

	(void)state;
	e.sock_flags = SOCKF_MPTCP;
	expect_local(&e, true);
	e = change(STATE_CLOSE_WAIT, STATE_LAST_ACK);
	e.sock_flags = SOCKF_MPTCP;
	expect_local(&e, true);
}

static void test_local__a_segment_makes_the_changes_between(void **state)
{
	const __u8 changes[][2] = { { STATE_SYN_SENT, STATE_ESTABLISHED },
				    { STATE_ESTABLISHED, STATE_CLOSE_WAIT },
				    { STATE_FIN_WAIT1, STATE_FIN_WAIT2 },
				    { STATE_FIN_WAIT1, STATE_CLOSING } };

	(void)state;
	for (unsigned i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct event e = change(changes[i][0], changes[i][1]);

		expect_local(&e, false);
	}
}

static void test_local__a_change_to_the_same_state_is_close(void **state)
{
	(void)state;
	expect_local_if_owned(change(STATE_FIN_WAIT2, STATE_FIN_WAIT2));
	expect_local_if_owned(change(STATE_FIN_WAIT1, STATE_FIN_WAIT1));
}

static void test_local__the_last_ack_is_a_clean_close(void **state)
{
	const __u8 states[] = { STATE_LAST_ACK, STATE_CLOSING };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct event e = change(states[i], STATE_CLOSE);

		assert_true(local_is_clean_close(&e));
		expect_local(&e, false);
		e.snd_una--;		/* our FIN is not acknowledged */
		assert_false(local_is_clean_close(&e));
		expect_local_if_owned(e);
	}
}

static void test_local__the_last_fin_is_a_clean_close(void **state)
{
	struct event e = change(STATE_FIN_WAIT2, STATE_CLOSE);

	(void)state;
	e.sock_flags |= SOCKF_DONE;
	assert_true(local_is_clean_close(&e));
	expect_local(&e, false);
	e.sock_flags |= SOCKF_DEAD;
	assert_true(local_is_clean_close(&e));
	assert_false(local_becomes_minisock(&e));
	expect_local(&e, false);
}

static void test_local__an_orphan_in_fin_wait2_becomes_a_minisock(void **state)
{
	struct event e = change(STATE_FIN_WAIT2, STATE_CLOSE);

	(void)state;
	assert_false(local_becomes_minisock(&e));	/* a process holds it */
	expect_local_if_owned(e);
	e.sock_flags |= SOCKF_DEAD;
	assert_true(local_becomes_minisock(&e));
	expect_local(&e, false);
}

static void test_local__a_negative_linger2_closes_without_a_minisock(void **state)
{
	struct event e = change(STATE_FIN_WAIT2, STATE_CLOSE);

	(void)state;
	e.sock_flags |= SOCKF_DEAD | SOCKF_LINGER2_NEG;
	assert_false(local_becomes_minisock(&e));
	expect_local_if_owned(e);
}

static void test_local__a_received_reset_is_no_clean_close(void **state)
{
	const __u8 states[] = { STATE_ESTABLISHED, STATE_FIN_WAIT2, STATE_LAST_ACK };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct event e = change(states[i], STATE_CLOSE);

		e.snd_una--;
		e.sock_flags |= SOCKF_DEAD;
		e.sk_err = EVENT_ECONNRESET;
		assert_false(local_is_clean_close(&e));
		assert_false(local_becomes_minisock(&e));
		expect_local_if_owned(e);	/* the story knows that a RST came */
	}
}

static void test_local__an_abort_is_the_owners_in_any_state(void **state)
{
	const __u8 states[] = { STATE_ESTABLISHED, STATE_FIN_WAIT2, STATE_LAST_ACK };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct event e = change(states[i], STATE_CLOSE);

		e.snd_una--;
		e.sk_err = EVENT_ECONNABORTED;
		expect_local_if_owned(e);
	}
}

/* An ICMP error of a socket with IP_RECVERR, a closed sockmap, a reset before a new connect(). */
static const __u16 pending_errors[] = { 113, EVENT_EPIPE, EVENT_ECONNRESET };

static void test_local__a_pending_error_does_not_hide_a_clean_close(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct event e = change(STATE_LAST_ACK, STATE_CLOSE);

		e.sk_err = pending_errors[i];
		assert_true(local_is_clean_close(&e));
		expect_local(&e, false);
		e = change(STATE_FIN_WAIT2, STATE_CLOSE);
		e.sk_err = pending_errors[i];
		e.sock_flags |= SOCKF_DONE;
		assert_true(local_is_clean_close(&e));
	}
}

static void test_local__a_pending_error_does_not_hide_a_minisock(void **state)
{
	struct event e = change(STATE_FIN_WAIT2, STATE_CLOSE);

	(void)state;
	e.sock_flags |= SOCKF_DEAD;
	e.sk_err = 113;
	assert_true(local_becomes_minisock(&e));
	expect_local(&e, false);
}

static void test_local__a_pending_error_does_not_hide_the_closer(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct event e = change(STATE_ESTABLISHED, STATE_CLOSE);

		e.sk_err = pending_errors[i];
		expect_local_if_owned(e);
	}
}

static void test_local__a_reset_by_close_is_the_owners(void **state)
{
	(void)state;
	expect_local_if_owned(change(STATE_ESTABLISHED, STATE_CLOSE));
	expect_local_if_owned(change(STATE_CLOSE_WAIT, STATE_CLOSE));
}

static void test_local__an_unaccepted_socket_is_closed_by_its_listeners_close(void **state)
{
	struct event e = change(STATE_ESTABLISHED, STATE_CLOSE);

	(void)state;
	e.sock_flags = SOCKF_NO_SOCKET;
	expect_local(&e, true);
	e.sock_flags |= SOCKF_DEAD;	/* an orphan: a process held it once */
	expect_local(&e, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_local__a_fin_is_sent_by_the_owner_of_the_lock),
		cmocka_unit_test(test_local__an_mptcp_worker_sends_a_fin_without_owning_the_lock),
		cmocka_unit_test(test_local__a_segment_makes_the_changes_between),
		cmocka_unit_test(test_local__a_change_to_the_same_state_is_close),
		cmocka_unit_test(test_local__the_last_ack_is_a_clean_close),
		cmocka_unit_test(test_local__the_last_fin_is_a_clean_close),
		cmocka_unit_test(test_local__an_orphan_in_fin_wait2_becomes_a_minisock),
		cmocka_unit_test(test_local__a_negative_linger2_closes_without_a_minisock),
		cmocka_unit_test(test_local__a_received_reset_is_no_clean_close),
		cmocka_unit_test(test_local__a_pending_error_does_not_hide_a_clean_close),
		cmocka_unit_test(test_local__a_pending_error_does_not_hide_a_minisock),
		cmocka_unit_test(test_local__a_pending_error_does_not_hide_the_closer),
		cmocka_unit_test(test_local__an_abort_is_the_owners_in_any_state),
		cmocka_unit_test(test_local__a_reset_by_close_is_the_owners),
		cmocka_unit_test(test_local__an_unaccepted_socket_is_closed_by_its_listeners_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
