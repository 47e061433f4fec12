/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "decode.h"
#include "scan_diag.h"

static struct sock_diag_socket a_socket(uint8_t state)
{
	return (struct sock_diag_socket){ .flow = { .family = 4, .netns = 7, .local_port = 80,
						    .peer_port = 9 },
					  .cookie = 5, .inode = 1234, .state = state,
					  .has_times = true, .has_queues = true };
}

static void test_scan_diag__a_socket_without_a_descriptor_was_closed(void **state)
{
	static const uint8_t closed[] = { STATE_FIN_WAIT1, STATE_FIN_WAIT2, STATE_CLOSING,
					  STATE_LAST_ACK };

	(void)state;
	for (unsigned i = 0; i < sizeof(closed); i++) {
		struct sock_diag_socket s = a_socket(closed[i]);

		assert_false(scan_diag_event(&s).sock_flags & (SOCKF_DEAD | SOCKF_NO_SOCKET));
		s.inode = 0;
		assert_true(scan_diag_event(&s).sock_flags & SOCKF_DEAD);
		assert_true(scan_diag_event(&s).sock_flags & SOCKF_NO_SOCKET);
	}
}

static void test_scan_diag__or_was_not_accepted(void **state)
{
	static const uint8_t open[] = { STATE_ESTABLISHED, STATE_CLOSE_WAIT };

	(void)state;
	for (unsigned i = 0; i < sizeof(open); i++) {
		struct sock_diag_socket s = a_socket(open[i]);

		s.inode = 0;
		assert_false(scan_diag_event(&s).sock_flags & SOCKF_DEAD);
		assert_true(scan_diag_event(&s).sock_flags & SOCKF_NO_SOCKET);
	}
}

/* The subflows of an MPTCP socket have its inode. */
static void test_scan_diag__the_key_is_not_the_inode(void **state)
{
	struct sock_diag_socket one = a_socket(STATE_CLOSE_WAIT), other = one;

	(void)state;
	other.cookie++;
	assert_int_equal(scan_diag_event(&one).sk_key, one.cookie);
	assert_int_equal(scan_diag_event(&other).sk_key, other.cookie);
}

static void test_scan_diag__queues(void **state)
{
	struct sock_diag_socket s = a_socket(STATE_FIN_WAIT1);
	struct event e;

	(void)state;
	s.rqueue = 7;
	s.wqueue = 100;
	s.unsent = 40;
	s.snd_wnd = 512;
	s.timeouts = 3;
	s.probes = 2;
	e = scan_diag_event(&s);
	assert_non_null(decode_event(&e, sizeof(e)));
	assert_int_equal(e.rcv_nxt - e.copied_seq, 7);
	assert_int_equal(e.snd_nxt - e.snd_una, 60);
	assert_int_equal(e.write_seq - e.snd_nxt, 40);
	assert_int_equal(e.snd_wnd, 512);
	assert_int_equal(e.retransmits, 3);
	assert_int_equal(e.probes, 2);
}

/* Only of states that a segment began; the others do not show since when. */
static void test_scan_diag__ages(void **state)
{
	struct sock_diag_socket s = a_socket(STATE_CLOSE_WAIT);

	(void)state;
	s.last_ack_ms = 1500;
	assert_int_equal(scan_diag_event(&s).age_ns, 1500000000);
	assert_int_equal(scan_diag_event(&s).age_source, AGE_SOURCE_LAST_SEGMENT);
	s.state = STATE_FIN_WAIT1;
	assert_int_equal(scan_diag_event(&s).age_source, AGE_SOURCE_NONE);
	s.state = STATE_CLOSE_WAIT;
	s.has_times = false;
	assert_int_equal(scan_diag_event(&s).age_source, AGE_SOURCE_NONE);
	s = a_socket(STATE_ESTABLISHED);
	s.last_sent_ms = 20;
	s.sent_data = true;
	assert_true(scan_diag_event(&s).flags & EVENTF_IDLE);
	assert_int_equal(scan_diag_event(&s).idle_sent_ms, 20);
	assert_true(scan_diag_event(&s).bytes_sent && !scan_diag_event(&s).bytes_received);
}

static void test_scan_diag__a_minisock(void **state)
{
	struct sock_diag_socket s = a_socket(STATE_FIN_WAIT2);
	struct event e;

	(void)state;
	s.minisock = true;
	s.inode = 0;
	s.timer = SOCK_DIAG_TIMER_MINISOCK;
	s.expires_ms = 2500;
	s.has_times = s.has_queues = false;
	e = scan_diag_event(&s);
	assert_int_equal(e.new_state, STATE_TIME_WAIT);
	assert_int_equal(e.substate, STATE_FIN_WAIT2);
	assert_int_equal(e.left_ns, 2500000000);
	assert_int_equal(e.age_source, AGE_SOURCE_NONE);
	assert_true(e.sock_flags & SOCKF_DEAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_diag__a_socket_without_a_descriptor_was_closed),
		cmocka_unit_test(test_scan_diag__or_was_not_accepted),
		cmocka_unit_test(test_scan_diag__the_key_is_not_the_inode),
		cmocka_unit_test(test_scan_diag__queues),
		cmocka_unit_test(test_scan_diag__ages),
		cmocka_unit_test(test_scan_diag__a_minisock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
