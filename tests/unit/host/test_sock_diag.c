/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Needs no privilege: the sockets are this test's own, over loopback. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sock_diag.h"
#include "unit.h"

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

/* A connection of this process to itself, and a handle of its namespace. */
struct world {
	struct sock_diag diag;
	int client, server;
	struct flow flow;	/* of the client */
	/* of the latest list */
	uint64_t wanted;	/* a cookie */
	unsigned listed;
	struct sock_diag_socket socket;
};

static uint64_t cookie_of(int fd)
{
	uint64_t cookie;
	socklen_t len = sizeof(cookie);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len), 0);
	return cookie;
}

static void set_flow(struct world *w)
{
	struct sockaddr_in6 local, peer;
	socklen_t len = sizeof(local);

	assert_int_equal(getsockname(w->client, (void *)&local, &len), 0);
	len = sizeof(peer);
	assert_int_equal(getpeername(w->client, (void *)&peer, &len), 0);
	w->flow = (struct flow){ .family = 4, .netns = 7, .local_port = ntohs(local.sin6_port),
				 .peer_port = ntohs(peer.sin6_port),
				 .local_addr = { 127, 0, 0, 1 }, .peer_addr = { 127, 0, 0, 1 } };
}

/* family AF_INET6 with an address of IPv4: a socket that looks like one of IPv4. */
static void connect_pair(struct world *w, int family)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	socklen_t len = sizeof(v6);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(listener, (void *)&v4, sizeof(v4)), 0);
	assert_int_equal(listen(listener, 1), 0);
	len = sizeof(v4);
	assert_int_equal(getsockname(listener, (void *)&v4, &len), 0);
	w->client = socket(family, SOCK_STREAM, 0);
	v6.sin6_port = v4.sin_port;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6.sin6_addr);
	assert_int_equal(family == AF_INET ? connect(w->client, (void *)&v4, sizeof(v4)) :
			 connect(w->client, (void *)&v6, sizeof(v6)), 0);
	w->server = accept(listener, NULL, NULL);
	assert_true(w->server >= 0);
	close(listener);
	set_flow(w);
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w || sock_diag_open(&w->diag, 7))
		return -1;
	w->client = w->server = -1;
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	close(w->client);
	close(w->server);
	sock_diag_close(&w->diag);
	free(w);
	return 0;
}

static void note_wanted(void *arg, const struct sock_diag_socket *s)
{
	struct world *w = arg;

	if (s->cookie != w->wanted)
		return;
	w->listed++;
	w->socket = *s;
}

static void list(struct world *w, uint64_t cookie, uint32_t states)
{
	w->wanted = cookie;
	w->listed = 0;
	assert_int_equal(sock_diag_dump(&w->diag, states, note_wanted, w), 0);
}

static void test_sock_diag__a_list_has_each_socket_once(void **state)
{
	struct world *w = *state;
	struct stat st;

	connect_pair(w, AF_INET);
	assert_int_equal(write(w->server, "hello", 5), 5);
	list(w, cookie_of(w->client), SOCK_DIAG_CONNECTED);
	assert_int_equal(w->listed, 1);
	assert_memory_equal(&w->socket.flow, &w->flow, sizeof(w->flow));
	assert_int_equal(fstat(w->client, &st), 0);
	assert_int_equal(w->socket.inode, st.st_ino);
	assert_int_equal(w->socket.uid, geteuid());
	assert_int_equal(w->socket.state, STATE_ESTABLISHED);
	assert_int_equal(w->socket.rqueue, 5);
	assert_true(w->socket.has_times && w->socket.last_received_ms < 60000);
	list(w, cookie_of(w->server), SOCK_DIAG_CONNECTED);
	assert_int_equal(w->listed, 1);
}

static void test_sock_diag__a_list_has_the_wanted_states_only(void **state)
{
	struct world *w = *state;

	connect_pair(w, AF_INET);
	assert_int_equal(shutdown(w->client, SHUT_WR), 0);
	/* the ACK of the FIN may be delayed */
	list(w, cookie_of(w->client), 1u << STATE_FIN_WAIT1 | 1u << STATE_FIN_WAIT2);
	assert_int_equal(w->listed, 1);
	assert_true(w->socket.state == STATE_FIN_WAIT1 || w->socket.state == STATE_FIN_WAIT2);
	assert_false(w->socket.minisock);
	list(w, cookie_of(w->client), 1u << STATE_ESTABLISHED);
	assert_int_equal(w->listed, 0);
	list(w, cookie_of(w->server), 1u << STATE_CLOSE_WAIT);
	assert_int_equal(w->listed, 1);
}

static void test_sock_diag__an_ipv6_socket_with_ipv4_addresses_is_ipv4(void **state)
{
	struct world *w = *state;

	connect_pair(w, AF_INET6);
	list(w, cookie_of(w->client), SOCK_DIAG_CONNECTED);
	assert_int_equal(w->listed, 1);
	assert_true(w->socket.v4mapped);
	assert_memory_equal(&w->socket.flow, &w->flow, sizeof(w->flow));
	assert_int_equal(sock_diag_find(&w->diag, &w->flow, w->wanted, &w->socket), 0);
}

static void test_sock_diag__one_socket_is_found_with_and_without_its_cookie(void **state)
{
	struct sock_diag_socket s;
	struct world *w = *state;
	uint64_t cookie;

	connect_pair(w, AF_INET);
	cookie = cookie_of(w->client);
	assert_int_equal(sock_diag_find(&w->diag, &w->flow, cookie, &s), 0);
	assert_int_equal(s.cookie, cookie);
	assert_int_equal(sock_diag_find(&w->diag, &w->flow, 0, &s), 0);
	assert_int_equal(s.cookie, cookie);
	assert_int_equal(sock_diag_find(&w->diag, &w->flow, cookie + 1, &s), -ENOENT);
}

/* Closed sockets are gone; the client that closed first leaves a minisock, which is no socket. */
static void test_sock_diag__a_closed_socket_is_not_found(void **state)
{
	struct sock_diag_socket s;
	struct world *w = *state;
	uint64_t cookie;

	connect_pair(w, AF_INET);
	cookie = cookie_of(w->client);
	close(w->client);
	close(w->server);
	w->client = w->server = -1;
	assert_int_equal(sock_diag_find(&w->diag, &w->flow, cookie, &s), -ENOENT);
	assert_int_equal(sock_diag_find(&w->diag, &w->flow, 0, &s), -ENOENT);
	list(w, cookie, SOCK_DIAG_CONNECTED);
	assert_int_equal(w->listed, 0);
}

/* A listener on the port is what the kernel finds for the addresses of no connection. */
static void test_sock_diag__a_listener_is_not_the_socket(void **state)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001) };
	struct world *w = *state;
	struct sock_diag_socket s;
	socklen_t len = sizeof(v4);
	struct flow flow;

	w->server = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(w->server, (void *)&v4, sizeof(v4)), 0);
	assert_int_equal(listen(w->server, 1), 0);
	assert_int_equal(getsockname(w->server, (void *)&v4, &len), 0);
	flow = (struct flow){ .family = 4, .local_port = ntohs(v4.sin_port), .peer_port = 9,
			      .local_addr = { 127, 0, 0, 1 }, .peer_addr = { 127, 0, 0, 1 } };
	assert_int_equal(sock_diag_find(&w->diag, &flow, 0, &s), -ENOENT);
}

#define DIAG_TEST(name)                                                                            \
	cmocka_unit_test_setup_teardown(test_sock_diag__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAG_TEST(a_list_has_each_socket_once),
		DIAG_TEST(a_list_has_the_wanted_states_only),
		DIAG_TEST(an_ipv6_socket_with_ipv4_addresses_is_ipv4),
		DIAG_TEST(one_socket_is_found_with_and_without_its_cookie),
		DIAG_TEST(a_closed_socket_is_not_found),
		DIAG_TEST(a_listener_is_not_the_socket),
	};

	return cmocka_run_group_tests_name("sock_diag", tests, NULL, NULL);
}
