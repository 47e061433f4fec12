// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel gives up on a silent peer. The timeouts are set to about a second.
 */
#include <poll.h>
#include <unistd.h>

#include "cases.h"
#include "netns.h"
#include "raw_peer.h"

static void fin_wait_1(struct workload *w)
{
	struct raw_peer p;

	netns_set_sysctl("tcp_orphan_retries", "1");
	raw_peer_handshake(w, &p);
	endpoint_close(w->self, "fin");
	netns_await_gone(w->self);
}

static void fin_wait_1_held(struct workload *w)
{
	struct raw_peer p;

	netns_set_sysctl("tcp_retries2", "1");
	raw_peer_handshake(w, &p);
	endpoint_shutdown(w->self, SHUT_WR, "fin");
	endpoint_await_timeout(w->self);
	endpoint_close(w->self, NULL);
}

static void last_ack(struct workload *w)
{
	struct raw_peer p;

	netns_set_sysctl("tcp_orphan_retries", "1");
	raw_peer_handshake(w, &p);
	raw_peer_send(&p, TH_FIN, 0);
	endpoint_await_eof(w->self);
	raw_peer_expect(&p, TH_ACK);
	endpoint_close(w->self, "fin");
	netns_await_gone(w->self);
}

static void closing(struct workload *w)
{
	struct raw_peer p;

	netns_set_sysctl("tcp_orphan_retries", "1");
	raw_peer_handshake(w, &p);
	endpoint_close(w->self, "fin");
	raw_peer_expect(&p, TH_FIN);
	raw_peer_send(&p, TH_FIN, 0);
	netns_await_gone(w->self);
}

static void close_impatiently(struct workload *w)
{
	netns_set_sysctl("tcp_fin_timeout", "1");
	endpoint_close(w->self, "fin");
}

/* Closes so late that the client's socket is gone: the FIN is answered with a RST. */
static void close_far_too_late(struct workload *w)
{
	endpoint_await_eof(w->self);
	netns_await_state(&w->ends[0], TCP_FIN_WAIT2);
	netns_await_gone(&w->ends[0]);
	endpoint_close(w->self, "fin");
	netns_await_state(w->self, 0);
}

static void retransmission(struct workload *w)
{
	struct raw_peer p;

	netns_set_sysctl("tcp_retries2", "1");
	raw_peer_handshake(w, &p);
	endpoint_send(w->self, 100);
	endpoint_await_timeout(w->self);
	endpoint_close(w->self, NULL);
}

/* The peer's FIN arrived first, so a peer did start the close. */
static void retransmission_close_wait(struct workload *w)
{
	struct raw_peer p;

	netns_set_sysctl("tcp_retries2", "1");
	raw_peer_handshake(w, &p);
	raw_peer_send(&p, TH_FIN, 0);
	endpoint_await_eof(w->self);
	raw_peer_expect(&p, TH_ACK);
	endpoint_send(w->self, 100);
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_note_end(w->self);
	endpoint_close(w->self, NULL);
}

static void user_timeout(struct workload *w)
{
	const unsigned ms = 700;
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_option(w->self, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	endpoint_send(w->self, 100);
	endpoint_await_timeout(w->self);
	endpoint_close(w->self, NULL);
}

static void shut_window(struct workload *w, struct raw_peer *p)
{
	raw_peer_handshake(w, p);
	p->window = 0;
	raw_peer_send(p, TH_ACK, 0);
	endpoint_send(w->self, 100);
	w->self->sent -= 100;
	w->self->unsent = 100;
}

static void zero_window(struct workload *w)
{
	struct raw_peer p;

	netns_set_sysctl("tcp_retries2", "2");
	shut_window(w, &p);
	endpoint_await_timeout(w->self);
	endpoint_close(w->self, NULL);
}

/* Every probe is answered, so only TCP_USER_TIMEOUT ends the connection. */
static void zero_window_user_timeout(struct workload *w)
{
	struct pollfd over = { .fd = -1, .events = POLLIN };
	const unsigned ms = 1000;
	struct raw_peer p;

	shut_window(w, &p);
	endpoint_option(w->self, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	over.fd = w->self->fd;
	while (poll(&over, 1, 0) == 0) {
		struct pollfd probe = { .fd = p.tun, .events = POLLIN };

		if (poll(&probe, 1, 1) == 1) {
			raw_peer_expect(&p, 0);
			raw_peer_send(&p, TH_ACK, 0);
		}
	}
	endpoint_await_timeout(w->self);
	endpoint_close(w->self, NULL);
}

/* The FIN waits behind data for a window that never opens, so it is never sent. */
static void zero_window_fin(struct workload *w)
{
	struct raw_peer p;

	netns_set_sysctl("tcp_orphan_retries", "2");
	shut_window(w, &p);
	endpoint_close(w->self, "fin");
	netns_await_gone(w->self);
}

#define TIMED_OUT .ending = "timed-out", .class = "timeout"
#define EXPECTED &(const struct expected)
#define ABORT { "TCPAbortOnTimeout", 1 }

const struct workload_case cases_timeout[] = {
	{ .name = "timeout-fin-wait-1", .client = fin_wait_1, .counters = { ABORT },
	  .client_expected = EXPECTED{ TIMED_OUT, .initiator = "local", .reason = "fin-wait-1",
			       .waves = "1", .blame = "lost-fin",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .does = "close(); the FIN is never acknowledged" },
	{ .name = "timeout-fin-wait-1-held", .client = fin_wait_1_held, .counters = { ABORT },
	  .client_expected = EXPECTED{ TIMED_OUT, .initiator = "local", .reason = "fin-wait-1",
			       .waves = "1", .blame = "lost-fin",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .does = "SHUT_WR, the descriptor stays open; the FIN is never acknowledged" },
	{ .name = "timeout-last-ack", .client = last_ack, .counters = { ABORT },
	  .client_expected = EXPECTED{ TIMED_OUT, .initiator = "peer", .reason = "last-ack",
			       .waves = "123", .blame = "lost-fin", .states = PASSIVE_STATES },
	  .does = "the peer closes first; our FIN is never acknowledged" },
	{ .name = "timeout-closing", .client = closing, .counters = { ABORT },
	  .client_expected = EXPECTED{ TIMED_OUT, .initiator = "both", .reason = "closing",
			       .waves = "134", .blame = "lost-fin",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSING", "CLOSE" } },
	  .does = "both FINs cross; ours is never acknowledged" },
	{ V4, .name = "timeout-fin-wait-2", .tool = "--drain=5", .client = close_impatiently,
	  .server = close_far_too_late, .counters = { { "TWKilled", 1 }, { "OutRsts", 1 } },
	  .client_expected = EXPECTED{ TIMED_OUT, .initiator = "local", .reason = "fin-wait-2",
			       .waves = "12", .blame = "peer-app",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE" } },
	  .server_expected = EXPECTED{ .ending = "reset-received", .class = "reset",
			       .initiator = "peer", .reason = "closing", .waves = "123",
			       .blame = "local-app", .states = PASSIVE_STATES },
	  .does = "the peer does not close within tcp_fin_timeout" },
	{ .name = "timeout-retransmission", .client = retransmission,
	  .counters = { ABORT, { "EstabResets", 1 } },
	  .client_expected = EXPECTED{ TIMED_OUT, .initiator = "none", .reason = "retransmission",
			       .states = RESET_STATES },
	  .does = "data is never acknowledged" },
	{ .name = "timeout-close-wait", .client = retransmission_close_wait,
	  .counters = { ABORT, { "EstabResets", 1 } },
	  .client_expected = EXPECTED{ TIMED_OUT, .initiator = "peer", .reason = "retransmission",
			       .waves = "12", .states = { "ESTABLISHED", "CLOSE_WAIT", "CLOSE" } },
	  .does = "the peer closes; the data that we still send is never acknowledged" },
	{ .name = "timeout-user", .client = user_timeout,
	  .counters = { ABORT, { "EstabResets", 1 } },
	  .client_expected = EXPECTED{ TIMED_OUT, .initiator = "none", .reason = "user-timeout",
			       .states = RESET_STATES },
	  .does = "TCP_USER_TIMEOUT; data is never acknowledged" },
	{ .name = "timeout-zero-window", .client = zero_window,
	  .counters = { ABORT, { "EstabResets", 1 } },
	  .client_expected = EXPECTED{ TIMED_OUT, .initiator = "none", .reason = "zero-window",
			       .states = RESET_STATES },
	  .does = "the peer's window is closed, and no probe is answered" },
	{ .name = "timeout-zero-window-user", .client = zero_window_user_timeout,
	  .counters = { ABORT, { "EstabResets", 1 } },
	  .client_expected = EXPECTED{ TIMED_OUT, .initiator = "none", .reason = "user-timeout",
			       .states = RESET_STATES },
	  .does = "the peer's window is closed, every probe is answered; TCP_USER_TIMEOUT" },
	{ .name = "timeout-zero-window-fin", .client = zero_window_fin, .counters = { ABORT },
	  .client_expected = EXPECTED{ TIMED_OUT, .initiator = "local", .reason = "zero-window",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .does = "the FIN waits behind data for a window that never opens" },
	{ .name = NULL },
};
