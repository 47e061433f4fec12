// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The peer's RST, in every state that the socket may be in, and RSTs that end nothing. */
#include <poll.h>
#include <unistd.h>

#include "cases.h"
#include "netns.h"
#include "raw_peer.h"

static void fin_and_ack(struct deed *d, struct peer *p)
{
	peer_send(p, TH_FIN, 0);
	endpoint_await_eof(d->self);
	peer_expect(p, TH_ACK);
}

static void rst_established(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	peer_send(&p, TH_RST, 0);
	endpoint_await_reset(d->self);
	endpoint_close(d->self, NULL);
}

static void rst_close_wait(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	fin_and_ack(d, &p);
	peer_send(&p, TH_RST, 0);
	endpoint_await_state(d->self, TCP_CLOSE);
	endpoint_close(d->self, NULL);
}

static void rst_fin_wait_1(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	endpoint_close(d->self, "fin");
	peer_expect(&p, TH_FIN);
	peer_send(&p, TH_RST, 0);
	host_await_gone(d->self);
}

static void rst_fin_wait_1_held(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	endpoint_shutdown(d->self, SHUT_WR, "fin");
	peer_expect(&p, TH_FIN);
	peer_send(&p, TH_RST, 0);
	endpoint_await_state(d->self, TCP_CLOSE);
	endpoint_close(d->self, NULL);
}

static void rst_fin_wait_2(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	endpoint_shutdown(d->self, SHUT_WR, "fin");
	peer_ack_fin(&p);
	endpoint_await_state(d->self, TCP_FIN_WAIT2);
	peer_send(&p, TH_RST, 0);
	endpoint_await_state(d->self, TCP_CLOSE);
	endpoint_close(d->self, NULL);
}

static void rst_closing(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	endpoint_close(d->self, "fin");
	peer_expect(&p, TH_FIN);
	peer_send(&p, TH_FIN, 0);
	peer_expect(&p, TH_ACK);
	host_await_state(d->self, TCP_CLOSING);
	peer_send(&p, TH_RST, 0);
	host_await_gone(d->self);
}

static void rst_last_ack(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	fin_and_ack(d, &p);
	endpoint_close(d->self, "fin");
	peer_expect(&p, TH_FIN);
	peer_send(&p, TH_RST, 0);
	host_await_gone(d->self);
}

static void rst_after_close(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	endpoint_close(d->self, "fin");
	peer_ack_fin(&p);
	host_await_state(d->self, TCP_FIN_WAIT2);
	peer_send(&p, TH_RST, 0);
	host_await_gone(d->self);
}

/* The socket itself is still in FIN_WAIT2, for TCP_LINGER2 is longer than a minisock lives. */
static void rst_orphan(struct deed *d)
{
	const int seconds = 120;
	struct peer p;

	peer_meet(d, &p);
	endpoint_option(d->self, IPPROTO_TCP, TCP_LINGER2, &seconds, sizeof(seconds));
	endpoint_close(d->self, "fin");
	peer_ack_fin(&p);
	host_await_state(d->self, TCP_FIN_WAIT2);
	peer_send(&p, TH_RST, 0);
	host_await_gone(d->self);
}

static void four_waves(struct deed *d, struct peer *p)
{
	endpoint_close(d->self, "fin");
	peer_ack_fin(p);
	host_await_state(d->self, TCP_FIN_WAIT2);
	peer_send(p, TH_FIN, 0);
	peer_expect(p, TH_ACK);
	host_await_state(d->self, TCP_TIME_WAIT);
}

static void rst_time_wait(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	four_waves(d, &p);
	peer_send(&p, TH_RST, 0);
	host_await_gone(d->self);
}

/* What the minisock has long had, or never could: none of it ends the wait for the FIN. */
static void late_noise(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	peer_send(&p, TH_PUSH, 10);
	endpoint_recv(d->self, 10);
	endpoint_close(d->self, "fin");
	peer_ack_fin(&p);
	host_await_state(d->self, TCP_FIN_WAIT2);
	p.seq -= 10;
	peer_send(&p, TH_PUSH, 10);
	p.seq -= 5;
	peer_send(&p, TH_RST, 0);
	p.seq += 5;
	host_await_state(d->self, TCP_FIN_WAIT2);
	deed_hold(d);
	peer_send(&p, TH_FIN, 0);
	host_await_state(d->self, TCP_TIME_WAIT);
}

/* In the window, but not where it has to be (RFC 5961): the kernel asks back. */
static void rst_challenged(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	p.seq += 100;
	peer_send(&p, TH_RST, 0);
	p.seq -= 100;
	peer_expect(&p, TH_ACK);
	four_waves(d, &p);
}

/* A SYN-ACK for what we did not send is answered by a RST; the next one is right. */
static void rst_syn_sent(struct deed *d)
{
	struct peer p;

	peer_open(&p);
	peer_meet_begin(d, &p);
	p.ack += 100;
	peer_send(&p, TH_SYN | TH_ACK, 0);
	peer_expect(&p, TH_RST);
	p.ack -= 100;
	p.seq--;
	peer_meet_end(d, &p);
	four_waves(d, &p);
}

#define CAME .ending = "reset-received", .class = "reset"
#define FATE &(const struct fate)
#define LONE_FOUR_WAY(n) FATE{								\
	.ending = "four-way", .class = "clean", .initiator = "local",			\
	.states = ACTIVE_STATES, .closes_first = true, .resets = (n) }

const struct deed_case cases_reset_in[] = {
	{ .name = "rst-established", .client = rst_established,
	  .client_fate = FATE{ CAME, .initiator = "peer", .reason = "established",
			       .states = RESET_STATES },
	  .counters = { { "EstabResets", 1 } }, .does = "the peer's RST in ESTABLISHED" },
	{ .name = "rst-close-wait", .client = rst_close_wait,
	  .client_fate = FATE{ CAME, .initiator = "peer", .reason = "half-closed", .waves = "12",
			       .states = { "ESTABLISHED", "CLOSE_WAIT", "CLOSE" } },
	  .counters = { { "EstabResets", 1 } }, .does = "the peer's FIN, then its RST" },
	{ .name = "rst-fin-wait-1", .client = rst_fin_wait_1,
	  .client_fate = FATE{ CAME, .initiator = "local", .reason = "closing", .waves = "1",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .does = "close(); the peer's answer is a RST" },
	{ .name = "rst-fin-wait-1-held", .client = rst_fin_wait_1_held,
	  .client_fate = FATE{ CAME, .initiator = "local", .reason = "closing", .waves = "1",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .does = "SHUT_WR; the peer's answer is a RST" },
	{ .name = "rst-fin-wait-2", .client = rst_fin_wait_2,
	  .client_fate = FATE{ CAME, .initiator = "local", .reason = "half-closed",
			       .waves = "12",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE" } },
	  .does = "SHUT_WR is acknowledged, then a RST comes" },
	{ .name = "rst-closing", .client = rst_closing,
	  .client_fate = FATE{ CAME, .initiator = "both", .reason = "closing", .waves = "134",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSING", "CLOSE" } },
	  .does = "both FINs cross, then a RST comes instead of the ACK" },
	{ .name = "rst-last-ack", .client = rst_last_ack,
	  .client_fate = FATE{ CAME, .initiator = "peer", .reason = "closing", .waves = "123",
			       .states = PASSIVE_STATES },
	  .does = "the peer closes first, and answers our FIN with a RST" },
	{ .name = "rst-after-close", .client = rst_after_close,
	  .client_fate = FATE{ CAME, .initiator = "local", .reason = "after-close",
			       .waves = "12",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE" } },
	  .counters = { { "TW", 1 } },
	  .does = "close() is acknowledged; a RST kills the minisock" },
	{ .name = "rst-orphan", .client = rst_orphan,
	  .client_fate = FATE{ CAME, .initiator = "local", .reason = "after-close",
			       .waves = "12",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE" } },
	  .does = "the same with a TCP_LINGER2 of 120 s: no minisock yet" },
	{ .name = "rst-time-wait", .client = rst_time_wait, .client_fate = LONE_FOUR_WAY(1),
	  .counters = { { "TW", 1 } }, .does = "four waves; then a RST kills the TIME_WAIT" },
	{ .name = "late-noise", .client = late_noise, .client_fate = LONE_FOUR_WAY(1),
	  .counters = { { "TW", 1 } },
	  .does = "old data and an old RST for the minisock end nothing; then four waves" },
	{ .name = "rst-challenged", .client = rst_challenged, .client_fate = LONE_FOUR_WAY(1),
	  .counters = { { "TW", 1 } }, .does = "a RST with a wrong number; then four waves" },
	{ .name = "rst-syn-sent", .client = rst_syn_sent, .client_fate = LONE_FOUR_WAY(1),
	  .counters = { { "TW", 1 }, { "OutRsts", 1 } },
	  .does = "we answer a wrong SYN-ACK with a RST; the next is right; four waves" },
	{ .name = NULL },
};
