/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Needs no privilege: the sockets are this test's own, in its own network namespace. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "endpoint_fixture.h"
#include "live.h"
#include "vanished.h"

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

#define GONE_COOKIE 0xffffffff00000001ULL	/* of no socket */

struct world {
	struct fixture *table;
	struct session session;
	struct vanished vanished;
	struct filter filter;
	uint64_t start_ns, look_ns;	/* events are at start_ns */
	uint32_t netns;
	int client, server;
};

static void connect_pair(struct world *w)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001) };
	socklen_t len = sizeof(to);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(listener, (void *)&to, sizeof(to)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (void *)&to, &len), 0);
	w->client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(w->client, (void *)&to, sizeof(to)), 0);
	w->server = accept(listener, NULL, NULL);
	close(listener);
}

static int set_up_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	void *table;
	struct stat st;

	if (!w || set_up(&table) || stat("/proc/self/ns/net", &st))
		return -1;
	w->table = table;
	w->netns = (uint32_t)st.st_ino;
	w->session.endpoints = w->table->endpoint_table;
	vanished_init(&w->vanished, &w->session);
	w->start_ns = live_now_ns();
	vanished_open(&w->vanished, &w->filter, w->start_ns);
	w->look_ns = w->start_ns + VANISHED_EVERY_NS;
	connect_pair(w);
	*state = w;
	return 0;
}

static int tear_down_world(void **state)
{
	struct world *w = *state;
	void *table = w->table;

	vanished_release(&w->vanished);
	close(w->client);
	close(w->server);
	free(w);
	return tear_down(&table);
}

/* The opening of a connection with the addresses of the client's socket. */
static struct event opening(const struct world *w, uint64_t cookie)
{
	struct event e = established(w->start_ns);
	struct sockaddr_in local, peer;
	socklen_t len = sizeof(local);

	assert_int_equal(getsockname(w->client, (void *)&local, &len), 0);
	assert_int_equal(getpeername(w->client, (void *)&peer, &len), 0);
	e.netns = w->netns;
	e.family = 4;
	memset(e.local_addr, 0, sizeof(e.local_addr));
	memset(e.peer_addr, 0, sizeof(e.peer_addr));
	memcpy(e.local_addr, &local.sin_addr, sizeof(local.sin_addr));
	memcpy(e.peer_addr, &peer.sin_addr, sizeof(peer.sin_addr));
	e.local_port = ntohs(local.sin_port);
	e.peer_port = ntohs(peer.sin_port);
	e.cookie = cookie;
	e.sk_key = (cookie >= GONE_COOKIE ? 0x900000 : 0x5000) + cookie % 0x1000 * 64;
	return e;
}

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len), 0);
	return cookie;
}

static void expect_counts(struct world *w, uint64_t open, uint64_t vanished)
{
	struct endpoint_table_counts c = endpoint_table_counts(w->table->endpoint_table);

	assert_int_equal(c.open, open);
	assert_int_equal(c.vanished, vanished);
}

static void confirm(struct world *w)
{
	uint64_t confirm_ns = vanished_next_ns(&w->vanished);

	vanished_advance(&w->vanished, w->look_ns, confirm_ns);
}

static void test_vanished__every_10_minutes_what_is_gone_is_found(void **state)
{
	struct world *w = *state;

	feed(w->table, opening(w, cookie_of(w->client)));
	feed(w->table, opening(w, GONE_COOKIE));
	assert_int_equal(vanished_next_ns(&w->vanished), w->look_ns);
	vanished_advance(&w->vanished, w->look_ns - 1, w->look_ns - 1);
	assert_int_equal(vanished_next_ns(&w->vanished), w->look_ns);
	vanished_advance(&w->vanished, w->look_ns, w->look_ns);
	expect_counts(w, 2, 0);		/* it is not certain yet */
	confirm(w);
	expect_counts(w, 1, 1);
}

static void test_vanished__events_before_the_second_step_must_have_been_fed(void **state)
{
	struct world *w = *state;
	uint64_t confirm_ns;

	feed(w->table, opening(w, GONE_COOKIE));
	vanished_advance(&w->vanished, w->look_ns, w->look_ns);
	confirm_ns = vanished_next_ns(&w->vanished);
	vanished_advance(&w->vanished, confirm_ns + 1, confirm_ns - 1);
	expect_counts(w, 1, 0);
	vanished_advance(&w->vanished, confirm_ns + 1, confirm_ns);
	expect_counts(w, 0, 1);
}

static void test_vanished__an_event_between_the_steps_keeps_the_endpoint(void **state)
{
	struct event e;
	struct world *w = *state;

	e = opening(w, GONE_COOKIE);
	feed(w->table, e);
	vanished_advance(&w->vanished, w->look_ns, w->look_ns);
	e.ts_ns = w->look_ns + 1;
	e.old_state = STATE_ESTABLISHED;
	e.new_state = STATE_CLOSE_WAIT;
	feed(w->table, e);
	confirm(w);
	expect_counts(w, 1, 0);
}

/* Before Linux 5.12 there are none. */
static void test_vanished__without_a_cookie_the_addresses_decide(void **state)
{
	struct world *w = *state;
	struct event e = opening(w, 0);

	feed(w->table, e);
	e.sk_key += 64;
	e.local_port = 9;	/* no connection of ours */
	feed(w->table, e);
	vanished_advance(&w->vanished, w->look_ns, w->look_ns);
	confirm(w);
	expect_counts(w, 1, 1);
}

/* More than are looked up one by one. */
static void test_vanished__of_many_the_living_are_found_in_a_list(void **state)
{
	struct world *w = *state;

	feed(w->table, opening(w, cookie_of(w->client)));
	for (unsigned i = 0; i < 1000; i++)
		feed(w->table, opening(w, GONE_COOKIE + i));
	vanished_advance(&w->vanished, w->look_ns, w->look_ns);
	confirm(w);
	expect_counts(w, 1, 1000);
}

static void test_vanished__a_namespace_without_a_handle_is_unchecked(void **state)
{
	struct world *w = *state;
	struct event e = opening(w, GONE_COOKIE);

	e.netns = 1;
	feed(w->table, e);
	assert_false(vanished_begin_last(&w->vanished));
	vanished_end_last(&w->vanished);
	expect_counts(w, 1, 0);
	assert_true(w->session.unchecked_known);
	assert_int_equal(w->session.unchecked, 1);
}

static void test_vanished__after_a_loss_the_look_is_soon(void **state)
{
	struct world *w = *state;
	uint64_t now_ns = w->start_ns + 60 * NS_PER_S;

	w->session.events_lost = 5;
	vanished_advance(&w->vanished, now_ns, now_ns);
	assert_int_equal(vanished_next_ns(&w->vanished), now_ns + NS_PER_S);
	feed(w->table, opening(w, GONE_COOKIE));
	now_ns += NS_PER_S;
	vanished_advance(&w->vanished, now_ns, now_ns);
	vanished_advance(&w->vanished, now_ns, now_ns + VANISHED_WAIT_NS);
	expect_counts(w, 0, 1);
	w->session.events_lost = 6;	/* and not again at once */
	vanished_advance(&w->vanished, now_ns, now_ns);
	assert_int_equal(vanished_next_ns(&w->vanished), now_ns + VANISHED_LOSS_NS);
}

#define VANISHED_TEST(name)                                                                        \
	cmocka_unit_test_setup_teardown(test_vanished__##name, set_up_world, tear_down_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VANISHED_TEST(every_10_minutes_what_is_gone_is_found),
		VANISHED_TEST(events_before_the_second_step_must_have_been_fed),
		VANISHED_TEST(an_event_between_the_steps_keeps_the_endpoint),
		VANISHED_TEST(without_a_cookie_the_addresses_decide),
		VANISHED_TEST(of_many_the_living_are_found_in_a_list),
		VANISHED_TEST(a_namespace_without_a_handle_is_unchecked),
		VANISHED_TEST(after_a_loss_the_look_is_soon),
	};

	return cmocka_run_group_tests_name("vanished", tests, NULL, NULL);
}
