/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_fixture.h"

/*
 * A proxy: its client is 10.0.0.9, its server 10.0.0.7. a_reader() is its socket to a client that
 * has closed, a_waiter() its socket to the server, of which it has closed its own side.
 */
static struct event a_reader(uint16_t port, uint64_t age_ns)
{
	return aged(a_socket(STATE_CLOSE_WAIT, port), age_ns);
}

static struct event a_waiter(uint16_t port, uint64_t age_ns)
{
	struct event e = aged(a_socket(STATE_FIN_WAIT2, port), age_ns);

	e.peer_addr[3] = 7;
	e.local_port = port;
	e.peer_port = 5432;
	return e;
}

static struct event held(struct event e, uint32_t pid, int fd)
{
	struct event o = a_holder(e.peer_port, pid, "proxy", fd);

	o.sk_key = e.sk_key;
	o.cookie = e.cookie;
	return o;
}

static void table_begin(struct stuck_table *h)
{
	stuck_table_begin(h, &no_filter, &no_select, 0, 100);
}

static const struct stuck_socket *find_port(const struct stuck_table *h, uint16_t port)
{
	for (size_t i = 0; i < h->nr; i++)
		if (h->sockets[i].flow.peer_port == port)
			return &h->sockets[i];
	return NULL;
}

static void test_stuck_relay__a_partner_excuses_the_one_of_its_age(void **state)
{
	struct stuck_table h;

	(void)state;
	table_begin(&h);
	for (uint16_t port = 1; port <= 3; port++) {
		struct event e = a_reader(port, port * 100 * SECOND_NS);

		stuck_table_add(&h, e);
		stuck_table_add(&h, held(e, 100, port));
	}
	stuck_table_add(&h, a_waiter(4, 201 * SECOND_NS));
	stuck_table_add(&h, held(a_waiter(4, 0), 100, 9));
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.advised[ADVICE_FORGOT_CLOSE], 2);
	assert_int_equal(h.advised[ADVICE_RELAYING], 1);
	assert_int_equal(find_port(&h, 2)->advice, ADVICE_RELAYING);
	assert_int_equal(find_port(&h, 5432)->advice, ADVICE_PEER_HOLDS);
	stuck_table_release(&h);
}

static void test_stuck_relay__many_partners_excuse_all(void **state)
{
	struct stuck_table h;

	(void)state;
	table_begin(&h);
	for (uint16_t port = 1; port <= 20; port++) {
		struct event e = port <= 8 ? a_reader(port, port * SECOND_NS) :
					     a_waiter(port, (port % 12) * SECOND_NS);

		stuck_table_add(&h, e);
		stuck_table_add(&h, held(e, 100, port));
	}
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.advised[ADVICE_RELAYING], 8);
	assert_int_equal(h.advised[ADVICE_PEER_HOLDS], 12);
	stuck_table_release(&h);
}

/* Returns the advice for a reader of process 100 whose possible partner is the other socket. */
static unsigned advice_with(struct event other, uint32_t pid, uint64_t age_ns)
{
	struct event e = a_reader(1, age_ns);
	struct stuck_table h;
	unsigned advice;

	table_begin(&h);
	stuck_table_add(&h, e);
	stuck_table_add(&h, other);
	stuck_table_add(&h, held(e, 100, 3));
	if (pid)
		stuck_table_add(&h, held(other, pid, 4));
	assert_true(stuck_table_finish(&h));
	advice = find_port(&h, 1)->advice;
	stuck_table_release(&h);
	return advice;
}

static void test_stuck_relay__a_partner_is_held_by_the_same_process(void **state)
{
	(void)state;
	assert_int_equal(advice_with(a_waiter(2, SECOND_NS), 100, SECOND_NS), ADVICE_RELAYING);
	assert_int_equal(advice_with(a_waiter(2, SECOND_NS), 101, SECOND_NS), ADVICE_FORGOT_CLOSE);
	assert_int_equal(advice_with(a_minisock(2, SECOND_NS), 0, SECOND_NS), ADVICE_FORGOT_CLOSE);
}

static void test_stuck_relay__a_relay_passes_on_what_arrives(void **state)
{
	struct event e = a_waiter(2, SECOND_NS);

	(void)state;
	assert_int_equal(advice_with(e, 100, 61 * SECOND_NS), ADVICE_RELAYING);
	assert_int_equal(advice_with(e, 100, 62 * SECOND_NS), ADVICE_FORGOT_CLOSE);
	e.sock_flags |= SOCKF_KEEPALIVE;	/* its probes are segments too */
	assert_int_equal(advice_with(e, 100, 62 * SECOND_NS), ADVICE_RELAYING);
}

/* A process that holds both ends of a connection waits for itself. */
static void test_stuck_relay__both_ends_of_a_connection_are_no_relay(void **state)
{
	struct event e = aged(a_socket(STATE_FIN_WAIT2, 2), SECOND_NS);

	(void)state;
	memcpy(e.local_addr, (__u8[16]){ 10, 0, 0, 9 }, 16);
	memcpy(e.peer_addr, (__u8[16]){ 10, 0, 0, 1 }, 16);
	e.local_port = 1;
	e.peer_port = 80;
	assert_int_equal(advice_with(e, 100, SECOND_NS), ADVICE_FORGOT_CLOSE);
}

/* Nor is it if that other end is not read to its end: it is no partner of a third socket. */
static void test_stuck_relay__a_process_that_waits_for_itself_excuses_nothing(void **state)
{
	struct event leaked = a_reader(1, SECOND_NS), unread = a_reader(2, SECOND_NS);
	struct event own = aged(a_socket(STATE_FIN_WAIT2, 3), SECOND_NS);
	struct stuck_table h;

	(void)state;
	unread.copied_seq -= 5;
	memcpy(own.local_addr, unread.peer_addr, 16);
	memcpy(own.peer_addr, unread.local_addr, 16);
	own.local_port = unread.peer_port;
	own.peer_port = unread.local_port;
	table_begin(&h);
	stuck_table_add(&h, leaked);
	stuck_table_add(&h, unread);
	stuck_table_add(&h, own);
	stuck_table_add(&h, held(leaked, 100, 3));
	stuck_table_add(&h, held(unread, 100, 4));
	stuck_table_add(&h, held(own, 100, 5));
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.advised[ADVICE_RELAYING], 0);
	stuck_table_release(&h);
}

/* The server, which has read the end and holds its socket, comes before the proxy. */
static void test_stuck_relay__the_culprit_comes_first(void **state)
{
	struct stuck_table h;
	struct event client = a_reader(1, SECOND_NS), server = a_waiter(2, SECOND_NS);
	struct event culprit = aged(a_socket(STATE_CLOSE_WAIT, 2), SECOND_NS);

	(void)state;
	memcpy(culprit.local_addr, server.peer_addr, 16);
	memcpy(culprit.peer_addr, server.local_addr, 16);
	culprit.local_port = 5432;
	culprit.sk_key = culprit.cookie = 77;
	table_begin(&h);
	stuck_table_add(&h, client);
	stuck_table_add(&h, server);
	stuck_table_add(&h, culprit);
	stuck_table_add(&h, held(client, 100, 3));
	stuck_table_add(&h, held(server, 100, 4));
	stuck_table_add(&h, held(culprit, 200, 5));
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.nr, 3);
	assert_int_equal(h.group[0].pid, 200);
	assert_int_equal(h.sockets[0].advice, ADVICE_FORGOT_CLOSE);
	assert_int_equal(h.sockets[1].advice, ADVICE_PEER_HOLDS);
	assert_int_equal(h.sockets[2].advice, ADVICE_RELAYING);
	stuck_table_release(&h);
}

/* The partner matters even if a filter leaves it out. */
static void test_stuck_relay__a_filter_changes_no_advice(void **state)
{
	struct filter filter = { .active = 1,
					 .local_ports = { .nr = 1, .range = { { 80, 80 } } } };
	struct event reader = a_reader(1, SECOND_NS), waiter = a_waiter(2, SECOND_NS);
	struct stuck_table h;

	(void)state;
	stuck_table_begin(&h, &filter, &no_select, 0, 100);
	stuck_table_add(&h, reader);
	stuck_table_add(&h, waiter);
	stuck_table_add(&h, held(reader, 100, 3));
	stuck_table_add(&h, held(waiter, 100, 4));
	assert_true(stuck_table_finish(&h));
	assert_int_equal(h.nr, 1);
	assert_int_equal(h.sockets[0].advice, ADVICE_RELAYING);
	stuck_table_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stuck_relay__a_partner_excuses_the_one_of_its_age),
		cmocka_unit_test(test_stuck_relay__many_partners_excuse_all),
		cmocka_unit_test(test_stuck_relay__a_partner_is_held_by_the_same_process),
		cmocka_unit_test(test_stuck_relay__a_relay_passes_on_what_arrives),
		cmocka_unit_test(test_stuck_relay__both_ends_of_a_connection_are_no_relay),
		cmocka_unit_test(test_stuck_relay__a_process_that_waits_for_itself_excuses_nothing),
		cmocka_unit_test(test_stuck_relay__the_culprit_comes_first),
		cmocka_unit_test(test_stuck_relay__a_filter_changes_no_advice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
