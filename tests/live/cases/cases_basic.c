// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The cases: the actions of each side, and the expected stories. When an action starts, the
 * connection is established and both sides have stored their addresses.
 *
 * Linux delays the ACK of a FIN (tcp_fin() enters pingpong mode): until the next jiffy if it never
 * received data, for 40 ms if it did. A close() in that time sends FIN and ACK in one segment.
 */
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"

const struct expected expected_active = {
	.ending = "four-way", .class = "clean", .initiator = "local", .states = ACTIVE_STATES,
	.hold_phase = "peer_hold", .closes_first = true,
};
const struct expected expected_passive = {
	.ending = "four-way", .class = "clean", .initiator = "peer", .states = PASSIVE_STATES,
	.hold_phase = "app_hold",
};
static const struct expected active_three = {
	.ending = "three-way", .class = "clean", .initiator = "local", .states = ACTIVE_STATES,
	.closes_first = true,
};
static const struct expected passive_three = {
	.ending = "three-way", .class = "clean", .initiator = "peer", .states = PASSIVE_STATES,
};
/*
 * All connections share one hold, so the hold of a single connection is longer by an unknown time.
 */
static const struct expected active_of_many = {
	.ending = "four-way", .class = "clean", .initiator = "local", .states = ACTIVE_STATES,
	.closes_first = true,
};
static const struct expected passive_of_many = {
	.ending = "four-way", .class = "clean", .initiator = "peer", .states = PASSIVE_STATES,
};
const struct expected expected_unread_data = {
	.ending = "reset-sent", .class = "reset", .initiator = "local", .reason = "unread-data",
	.states = RESET_STATES, .closes_first = true,
};
const struct expected expected_linger_zero = {
	.ending = "reset-sent", .class = "reset", .initiator = "local", .reason = "linger-zero",
	.states = RESET_STATES, .closes_first = true,
};
const struct expected expected_reset_received = {
	.ending = "reset-received", .class = "reset", .initiator = "peer",
	.reason = "established", .states = RESET_STATES,
};

void do_close_at_once(struct workload *w)
{
	endpoint_close(w->self, "fin");
}

void do_close_after_hold(struct workload *w)
{
	endpoint_await_eof(w->self);
	workload_hold(w);
	endpoint_close(w->self, "fin");
}

/* Exchanges data first: then the kernel delays its ACK by 40 ms, ample time for the server. */
static void talk_then_close(struct workload *w)
{
	endpoint_send(w->self, 100);
	endpoint_recv(w->self, 200);
	endpoint_close(w->self, "fin");
}

static void answer_then_follow(struct workload *w)
{
	endpoint_recv(w->self, 100);
	endpoint_send(w->self, 200);
	endpoint_await_eof(w->self);
	endpoint_close(w->self, "fin");
}

static void ask_and_half_close(struct workload *w)
{
	endpoint_send(w->self, 100);
	endpoint_shutdown(w->self, SHUT_WR, "fin");
	endpoint_recv(w->self, 1000);
	endpoint_await_eof(w->self);
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, "released");
}

/* A clean close that loses data: both FINs have gone, so the kernel sends no RST. */
static void ask_and_ignore_the_answer(struct workload *w)
{
	endpoint_send(w->self, 100);
	endpoint_shutdown(w->self, SHUT_WR, "fin");
	endpoint_await_state(w->self, TCP_CLOSE);
	w->self->received = 1000;
	w->self->lost = 1000;
	endpoint_close(w->self, "released");
}

static void answer_late(struct workload *w)
{
	endpoint_recv(w->self, 100);
	endpoint_await_eof(w->self);
	workload_hold(w);
	endpoint_send(w->self, 1000);
	endpoint_close(w->self, "fin");
}

static void shut_rd_and_read(struct workload *w)
{
	endpoint_shutdown(w->self, SHUT_RD, "none");
	baton_give(w, SERVER);
	endpoint_await_unread(w->self, 10);
	endpoint_recv(w->self, 10);
	endpoint_close(w->self, "fin");
}

static void send_against_shut_rd(struct workload *w)
{
	baton_take(w);
	endpoint_send(w->self, 10);
	do_close_after_hold(w);
}

static void shut_rdwr(struct workload *w)
{
	endpoint_shutdown(w->self, SHUT_RDWR, "fin");
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, "released");
}

/* Calls close() while the peer holds: the socket is in FIN_WAIT2 and leaves a timewait socket. */
static void shut_wr_then_close(struct workload *w)
{
	endpoint_shutdown(w->self, SHUT_WR, "fin");
	endpoint_await_state(w->self, TCP_FIN_WAIT2);
	endpoint_close(w->self, "released");
}

static void cork_and_close(struct workload *w)
{
	int on = 1;

	endpoint_option(w->self, IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
	endpoint_send(w->self, 500);
	w->self->unsent = 500;
	endpoint_close(w->self, "fin");
}

static void read_and_hold(struct workload *w)
{
	endpoint_recv(w->self, 500);
	do_close_after_hold(w);
}

static void exit_without_close(struct workload *w)
{
	w->self->trigger = TRIGGER_EXIT;
	exit(3);
}

static void wait_to_be_killed(struct workload *w)
{
	w->self->trigger = TRIGGER_SIGNAL;
	baton_give(w, PARENT);
	for (;;)
		pause();
}

static void kill_client(struct workload *w)
{
	baton_take(w);
	kill(w->pid[CLIENT], SIGKILL);
}

/* One process has both ends. */
static void both_ends(struct workload *w)
{
	struct endpoint *server = &w->ends[1];

	endpoint_start(server, "server", "workload-both");
	endpoint_start(w->self, "client", "workload-both");
	server_listen(w);
	client_connect(w, w->self);
	server_accept(w, server);
	close(w->listener);
	endpoint_close(w->self, "fin");
	endpoint_await_eof(server);
	workload_hold(w);
	endpoint_close(server, "fin");
}

static void send_ten_unread(struct workload *w)
{
	endpoint_send(w->self, 10);
	endpoint_await_reset(w->self);
	endpoint_close(w->self, NULL);
}

static void close_unread(struct workload *w)
{
	endpoint_await_unread(w->self, 10);
	w->self->received = 10;
	w->self->unread = 10;
	endpoint_close(w->self, "reset");
}

static void close_linger_zero(struct workload *w)
{
	const struct linger zero = { .l_onoff = 1, .l_linger = 0 };

	endpoint_option(w->self, SOL_SOCKET, SO_LINGER, &zero, sizeof(zero));
	endpoint_close(w->self, "reset");
}

void do_await_reset(struct workload *w)
{
	endpoint_await_reset(w->self);
	endpoint_close(w->self, NULL);
}

/* All connections are open before the first is closed. */
static void close_all(struct workload *w)
{
	for (int i = 0; i < w->connections; i++)
		endpoint_close(&w->ends[2 * i], "fin");
}

/*
 * Without the hold, close() on the server may race with the delayed ACK timer on another CPU. The
 * ACK is then sent after the FIN but with a lower sequence number. It reaches the client's timewait
 * socket, which answers, and the answer no longer finds a socket: a RST that belongs to neither
 * end.
 */
static void follow_all(struct workload *w)
{
	for (int i = 0; i < w->connections; i++)
		endpoint_await_eof(&w->ends[2 * i + 1]);
	workload_hold(w);
	for (int i = 0; i < w->connections; i++)
		endpoint_close(&w->ends[2 * i + 1], "fin");
}

const struct workload_case cases_basic[] = {
	{ LOCAL_FIRST, .name = "close-peer-later", .client = do_close_at_once,
	  .server = do_close_after_hold,
	  .does = "the client closes, the server holds, then closes" },
	{ V4, CLEAN_COUNTERS, .name = "peer-first", .client = do_close_after_hold,
	  .server = do_close_at_once, .client_expected = &expected_passive,
	  .server_expected = &expected_active,
	  .does = "the server closes first, the client holds, then closes" },
	{ V4, CLEAN_COUNTERS, .name = "three-way", .client = talk_then_close,
	  .server = answer_then_follow, .client_expected = &active_three,
	  .server_expected = &passive_three,
	  .does = "the server closes right after the client: FIN and ACK in one segment" },
	{ LOCAL_FIRST, .name = "shut-wr", .client = ask_and_half_close, .server = answer_late,
	  .does = "half-close: SHUT_WR, the server still answers, then closes, then close()" },
	{ LOCAL_FIRST, .name = "shut-wr-unread", .client = ask_and_ignore_the_answer,
	  .server = answer_late,
	  .does = "half-close: SHUT_WR, and close() after both FINs with the answer unread" },
	{ LOCAL_FIRST, .name = "shut-wr-close", .client = shut_wr_then_close,
	  .server = do_close_after_hold,
	  .does = "SHUT_WR, then close() while the peer still holds" },
	{ LOCAL_FIRST, .name = "shut-rd", .client = shut_rd_and_read,
	  .server = send_against_shut_rd,
	  .does = "SHUT_RD has no effect on the wire; then close()" },
	{ LOCAL_FIRST, .name = "shut-rdwr", .client = shut_rdwr, .server = do_close_after_hold,
	  .does = "SHUT_RDWR, the peer closes, then close()" },
	{ LOCAL_FIRST, .name = "fin-with-data", .client = cork_and_close,
	  .server = read_and_hold, .does = "the last data segment carries the FIN (TCP_CORK)" },
	{ LOCAL_FIRST, .name = "exit", .client = exit_without_close, .server = do_close_after_hold,
	  .client_status = W_EXITCODE(3, 0), .does = "the client exits (3) without close()" },
	{ LOCAL_FIRST, .name = "killed", .client = wait_to_be_killed,
	  .server = do_close_after_hold, .parent = kill_client, .client_status = SIGKILL,
	  .does = "the client is killed (SIGKILL)" },
	{ LOCAL_FIRST, .name = "both-ends", .client = both_ends,
	  .does = "one process is client and server" },
	{ .listen_addr = "::1", .connect_addr = "::1", CLEAN_COUNTERS, .name = "ipv6",
	  .client_expected = &expected_active, .server_expected = &expected_passive,
	  .client = do_close_at_once,
	  .server = do_close_after_hold, .does = "close-peer-later over IPv6" },
	{ .listen_addr = "::", .connect_addr = "127.0.0.1", CLEAN_COUNTERS, .name = "v4mapped",
	  .client_expected = &expected_active, .server_expected = &expected_passive,
	  .client = do_close_at_once,
	  .server = do_close_after_hold,
	  .does = "the server's socket is AF_INET6, the packets are IPv4" },
	{ V4, .counters = { { "TW", WORKLOAD_MANY } }, .name = "many", .client = close_all,
	  .server = follow_all, .client_expected = &active_of_many,
	  .server_expected = &passive_of_many,
	  .connections = WORKLOAD_MANY,
	  .does = "a thousand connections at once" },
	{ V4, .counters = { { "EstabResets", 2 }, { "OutRsts", 1 }, { "TCPAbortOnClose", 1 } },
	  .name = "unread-data", .client = close_unread, .server = send_ten_unread,
	  .client_expected = &expected_unread_data, .server_expected = &expected_reset_received,
	  .does = "close() with bytes unread: RST" },
	{ V4, .counters = { { "EstabResets", 2 }, { "OutRsts", 1 }, { "TCPAbortOnData", 1 } },
	  .name = "linger-zero", .client = close_linger_zero, .server = do_await_reset,
	  .client_expected = &expected_linger_zero, .server_expected = &expected_reset_received,
	  .does = "close() with SO_LINGER of 0 s: RST" },
	{ .name = NULL },
};
