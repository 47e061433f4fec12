// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where the kernel gives up. Its patience is set so that it lasts about a second; the peer is
 * silent.
 */
#include <poll.h>
#include <unistd.h>

#include "cases.h"
#include "netns.h"
#include "raw_peer.h"

static void fin_wait_1(struct deed *d)
{
	struct peer p;

	host_sysctl("tcp_orphan_retries", "1");
	peer_meet(d, &p);
	endpoint_close(d->self, "fin");
	host_await_gone(d->self);
}

static void fin_wait_1_held(struct deed *d)
{
	struct peer p;

	host_sysctl("tcp_retries2", "1");
	peer_meet(d, &p);
	endpoint_shutdown(d->self, SHUT_WR, "fin");
	endpoint_await_timeout(d->self);
	endpoint_close(d->self, NULL);
}

static void last_ack(struct deed *d)
{
	struct peer p;

	host_sysctl("tcp_orphan_retries", "1");
	peer_meet(d, &p);
	peer_send(&p, TH_FIN, 0);
	endpoint_await_eof(d->self);
	peer_expect(&p, TH_ACK);
	endpoint_close(d->self, "fin");
	host_await_gone(d->self);
}

static void closing(struct deed *d)
{
	struct peer p;

	host_sysctl("tcp_orphan_retries", "1");
	peer_meet(d, &p);
	endpoint_close(d->self, "fin");
	peer_expect(&p, TH_FIN);
	peer_send(&p, TH_FIN, 0);
	host_await_gone(d->self);
}

static void close_impatiently(struct deed *d)
{
	host_sysctl("tcp_fin_timeout", "1");
	endpoint_close(d->self, "fin");
}

/* So late that the client is no more: the FIN finds nobody, and a RST answers it. */
static void close_far_too_late(struct deed *d)
{
	endpoint_await_eof(d->self);
	host_await_state(&d->ends[0], TCP_FIN_WAIT2);
	host_await_gone(&d->ends[0]);
	endpoint_close(d->self, "fin");
	host_await_state(d->self, 0);
}

static void retransmission(struct deed *d)
{
	struct peer p;

	host_sysctl("tcp_retries2", "1");
	peer_meet(d, &p);
	endpoint_send(d->self, 100);
	endpoint_await_timeout(d->self);
	endpoint_close(d->self, NULL);
}

/* The peer's FIN came before: so somebody did ask for the end. */
static void retransmission_close_wait(struct deed *d)
{
	struct peer p;

	host_sysctl("tcp_retries2", "1");
	peer_meet(d, &p);
	peer_send(&p, TH_FIN, 0);
	endpoint_await_eof(d->self);
	peer_expect(&p, TH_ACK);
	endpoint_send(d->self, 100);
	endpoint_await_state(d->self, TCP_CLOSE);
	endpoint_over(d->self);
	endpoint_close(d->self, NULL);
}

static void user_timeout(struct deed *d)
{
	const unsigned ms = 700;
	struct peer p;

	peer_meet(d, &p);
	endpoint_option(d->self, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	endpoint_send(d->self, 100);
	endpoint_await_timeout(d->self);
	endpoint_close(d->self, NULL);
}

static void shut_window(struct deed *d, struct peer *p)
{
	peer_meet(d, p);
	p->window = 0;
	peer_send(p, TH_ACK, 0);
	endpoint_send(d->self, 100);
	d->self->sent -= 100;
	d->self->unsent = 100;
}

static void zero_window(struct deed *d)
{
	struct peer p;

	host_sysctl("tcp_retries2", "2");
	shut_window(d, &p);
	endpoint_await_timeout(d->self);
	endpoint_close(d->self, NULL);
}

/* Every probe is answered: only TCP_USER_TIMEOUT ends that. */
static void zero_window_user_timeout(struct deed *d)
{
	struct pollfd over = { .fd = -1, .events = POLLIN };
	const unsigned ms = 1000;
	struct peer p;

	shut_window(d, &p);
	endpoint_option(d->self, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	over.fd = d->self->fd;
	while (poll(&over, 1, 0) == 0) {
		struct pollfd probe = { .fd = p.tun, .events = POLLIN };

		if (poll(&probe, 1, 1) == 1) {
			peer_expect(&p, 0);
			peer_send(&p, TH_ACK, 0);
		}
	}
	endpoint_await_timeout(d->self);
	endpoint_close(d->self, NULL);
}

/* The FIN waits behind the data for a window that never opens: it never leaves. */
static void zero_window_fin(struct deed *d)
{
	struct peer p;

	host_sysctl("tcp_orphan_retries", "2");
	shut_window(d, &p);
	endpoint_close(d->self, "fin");
	host_await_gone(d->self);
}

#define TIMED_OUT .ending = "timed-out", .class = "timeout"
#define FATE &(const struct fate)
#define ABORT { "TCPAbortOnTimeout", 1 }

const struct deed_case cases_timeout[] = {
	{ .name = "timeout-fin-wait-1", .client = fin_wait_1, .counters = { ABORT },
	  .client_fate = FATE{ TIMED_OUT, .initiator = "local", .reason = "fin-wait-1",
			       .waves = "1", .blame = "lost-fin",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .does = "close(); the FIN is never acknowledged" },
	{ .name = "timeout-fin-wait-1-held", .client = fin_wait_1_held, .counters = { ABORT },
	  .client_fate = FATE{ TIMED_OUT, .initiator = "local", .reason = "fin-wait-1",
			       .waves = "1", .blame = "lost-fin",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .does = "SHUT_WR, the descriptor stays open; the FIN is never acknowledged" },
	{ .name = "timeout-last-ack", .client = last_ack, .counters = { ABORT },
	  .client_fate = FATE{ TIMED_OUT, .initiator = "peer", .reason = "last-ack",
			       .waves = "123", .blame = "lost-fin", .states = PASSIVE_STATES },
	  .does = "the peer closes first; our FIN is never acknowledged" },
	{ .name = "timeout-closing", .client = closing, .counters = { ABORT },
	  .client_fate = FATE{ TIMED_OUT, .initiator = "both", .reason = "closing",
			       .waves = "134", .blame = "lost-fin",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSING", "CLOSE" } },
	  .does = "both FINs cross; ours is never acknowledged" },
	{ V4, .name = "timeout-fin-wait-2", .tool = "--drain=5", .client = close_impatiently,
	  .server = close_far_too_late, .counters = { { "TWKilled", 1 }, { "OutRsts", 1 } },
	  .client_fate = FATE{ TIMED_OUT, .initiator = "local", .reason = "fin-wait-2",
			       .waves = "12", .blame = "peer-app",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE" } },
	  .server_fate = FATE{ .ending = "reset-received", .class = "reset",
			       .initiator = "peer", .reason = "closing", .waves = "123",
			       .blame = "local-app", .states = PASSIVE_STATES },
	  .does = "the peer never closes while the kernel remembers (tcp_fin_timeout)" },
	{ .name = "timeout-retransmission", .client = retransmission,
	  .counters = { ABORT, { "EstabResets", 1 } },
	  .client_fate = FATE{ TIMED_OUT, .initiator = "none", .reason = "retransmission",
			       .states = RESET_STATES },
	  .does = "data is never acknowledged" },
	{ .name = "timeout-close-wait", .client = retransmission_close_wait,
	  .counters = { ABORT, { "EstabResets", 1 } },
	  .client_fate = FATE{ TIMED_OUT, .initiator = "peer", .reason = "retransmission",
			       .waves = "12", .states = { "ESTABLISHED", "CLOSE_WAIT", "CLOSE" } },
	  .does = "the peer closes; what we still send is never acknowledged" },
	{ .name = "timeout-user", .client = user_timeout,
	  .counters = { ABORT, { "EstabResets", 1 } },
	  .client_fate = FATE{ TIMED_OUT, .initiator = "none", .reason = "user-timeout",
			       .states = RESET_STATES },
	  .does = "TCP_USER_TIMEOUT; data is never acknowledged" },
	{ .name = "timeout-zero-window", .client = zero_window,
	  .counters = { ABORT, { "EstabResets", 1 } },
	  .client_fate = FATE{ TIMED_OUT, .initiator = "none", .reason = "zero-window",
			       .states = RESET_STATES },
	  .does = "the peer's window is shut, and no probe is answered" },
	{ .name = "timeout-zero-window-user", .client = zero_window_user_timeout,
	  .counters = { ABORT, { "EstabResets", 1 } },
	  .client_fate = FATE{ TIMED_OUT, .initiator = "none", .reason = "user-timeout",
			       .states = RESET_STATES },
	  .does = "the peer's window is shut, every probe is answered; TCP_USER_TIMEOUT" },
	{ .name = "timeout-zero-window-fin", .client = zero_window_fin, .counters = { ABORT },
	  .client_fate = FATE{ TIMED_OUT, .initiator = "local", .reason = "zero-window",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .does = "the FIN waits behind data for a window that never opens" },
	{ .name = NULL },
};
