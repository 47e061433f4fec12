// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The peer's RST in every state of the socket, and RSTs that do not end the connection. */
#include <poll.h>
#include <unistd.h>

#include "cases.h"
#include "netns.h"
#include "raw_peer.h"

static void fin_and_ack(struct workload *w, struct raw_peer *p)
{
	raw_peer_send(p, TH_FIN, 0);
	endpoint_await_eof(w->self);
	raw_peer_expect(p, TH_ACK);
}

static void rst_established(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	raw_peer_send(&p, TH_RST, 0);
	endpoint_await_reset(w->self);
	endpoint_close(w->self, NULL);
}

static void rst_close_wait(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	fin_and_ack(w, &p);
	raw_peer_send(&p, TH_RST, 0);
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, NULL);
}

static void rst_fin_wait_1(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_close(w->self, "fin");
	raw_peer_expect(&p, TH_FIN);
	raw_peer_send(&p, TH_RST, 0);
	netns_await_gone(w->self);
}

static void rst_fin_wait_1_held(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_shutdown(w->self, SHUT_WR, "fin");
	raw_peer_expect(&p, TH_FIN);
	raw_peer_send(&p, TH_RST, 0);
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, NULL);
}

static void rst_fin_wait_2(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_shutdown(w->self, SHUT_WR, "fin");
	raw_peer_ack_fin(&p);
	endpoint_await_state(w->self, TCP_FIN_WAIT2);
	raw_peer_send(&p, TH_RST, 0);
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, NULL);
}

static void rst_closing(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_close(w->self, "fin");
	raw_peer_expect(&p, TH_FIN);
	raw_peer_send(&p, TH_FIN, 0);
	raw_peer_expect(&p, TH_ACK);
	netns_await_state(w->self, TCP_CLOSING);
	raw_peer_send(&p, TH_RST, 0);
	netns_await_gone(w->self);
}

static void rst_last_ack(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	fin_and_ack(w, &p);
	endpoint_close(w->self, "fin");
	raw_peer_expect(&p, TH_FIN);
	raw_peer_send(&p, TH_RST, 0);
	netns_await_gone(w->self);
}

static void rst_after_close(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_close(w->self, "fin");
	raw_peer_ack_fin(&p);
	netns_await_state(w->self, TCP_FIN_WAIT2);
	raw_peer_send(&p, TH_RST, 0);
	netns_await_gone(w->self);
}

/* The socket stays in FIN_WAIT2: TCP_LINGER2 is longer than the lifetime of a timewait socket. */
static void rst_orphan(struct workload *w)
{
	const int seconds = 120;
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_option(w->self, IPPROTO_TCP, TCP_LINGER2, &seconds, sizeof(seconds));
	endpoint_close(w->self, "fin");
	raw_peer_ack_fin(&p);
	netns_await_state(w->self, TCP_FIN_WAIT2);
	raw_peer_send(&p, TH_RST, 0);
	netns_await_gone(w->self);
}

static void four_waves(struct workload *w, struct raw_peer *p)
{
	endpoint_close(w->self, "fin");
	raw_peer_ack_fin(p);
	netns_await_state(w->self, TCP_FIN_WAIT2);
	raw_peer_send(p, TH_FIN, 0);
	raw_peer_expect(p, TH_ACK);
	netns_await_state(w->self, TCP_TIME_WAIT);
}

static void rst_time_wait(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	four_waves(w, &p);
	raw_peer_send(&p, TH_RST, 0);
	netns_await_gone(w->self);
}

/* Old or invalid segments for the timewait socket: none of them ends the wait for the FIN. */
static void late_noise(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	raw_peer_send(&p, TH_PUSH, 10);
	endpoint_recv(w->self, 10);
	endpoint_close(w->self, "fin");
	raw_peer_ack_fin(&p);
	netns_await_state(w->self, TCP_FIN_WAIT2);
	p.seq -= 10;
	raw_peer_send(&p, TH_PUSH, 10);
	p.seq -= 5;
	raw_peer_send(&p, TH_RST, 0);
	p.seq += 5;
	netns_await_state(w->self, TCP_FIN_WAIT2);
	workload_hold(w);
	raw_peer_send(&p, TH_FIN, 0);
	netns_await_state(w->self, TCP_TIME_WAIT);
}

/*
 * The RST is in the window but its number is not exact: the kernel sends a challenge ACK (RFC
 * 5961).
 */
static void rst_challenged(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	p.seq += 100;
	raw_peer_send(&p, TH_RST, 0);
	p.seq -= 100;
	raw_peer_expect(&p, TH_ACK);
	four_waves(w, &p);
}

/* The first SYN-ACK has a wrong number and is answered with a RST; the next one is correct. */
static void rst_syn_sent(struct workload *w)
{
	struct raw_peer p;

	raw_peer_open(&p);
	raw_peer_handshake_begin(w, &p);
	p.ack += 100;
	raw_peer_send(&p, TH_SYN | TH_ACK, 0);
	raw_peer_expect(&p, TH_RST);
	p.ack -= 100;
	p.seq--;
	raw_peer_handshake_end(w, &p);
	four_waves(w, &p);
}

#define CAME .ending = "reset-received", .class = "reset"
#define EXPECTED &(const struct expected)
#define LONE_FOUR_WAY(n) EXPECTED{								\
	.ending = "four-way", .class = "clean", .initiator = "local",			\
	.states = ACTIVE_STATES, .closes_first = true, .resets = (n) }

const struct workload_case cases_reset_in[] = {
	{ .name = "rst-established", .client = rst_established,
	  .client_expected = EXPECTED{ CAME, .initiator = "peer", .reason = "established",
			       .states = RESET_STATES },
	  .counters = { { "EstabResets", 1 } }, .does = "the peer's RST in ESTABLISHED" },
	{ .name = "rst-close-wait", .client = rst_close_wait,
	  .client_expected = EXPECTED{ CAME, .initiator = "peer", .reason = "half-closed",
				       .waves = "12",
			       .states = { "ESTABLISHED", "CLOSE_WAIT", "CLOSE" } },
	  .counters = { { "EstabResets", 1 } }, .does = "the peer sends a FIN, then a RST" },
	{ .name = "rst-fin-wait-1", .client = rst_fin_wait_1,
	  .client_expected = EXPECTED{ CAME, .initiator = "local", .reason = "closing",
				       .waves = "1",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .does = "close(); the peer's answer is a RST" },
	{ .name = "rst-fin-wait-1-held", .client = rst_fin_wait_1_held,
	  .client_expected = EXPECTED{ CAME, .initiator = "local", .reason = "closing",
				       .waves = "1",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .does = "SHUT_WR; the peer's answer is a RST" },
	{ .name = "rst-fin-wait-2", .client = rst_fin_wait_2,
	  .client_expected = EXPECTED{ CAME, .initiator = "local", .reason = "half-closed",
			       .waves = "12",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE" } },
	  .does = "SHUT_WR is acknowledged, then a RST arrives" },
	{ .name = "rst-closing", .client = rst_closing,
	  .client_expected = EXPECTED{ CAME, .initiator = "both", .reason = "closing",
				       .waves = "134",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSING", "CLOSE" } },
	  .does = "both FINs cross, then a RST arrives instead of the ACK" },
	{ .name = "rst-last-ack", .client = rst_last_ack,
	  .client_expected = EXPECTED{ CAME, .initiator = "peer", .reason = "closing",
				       .waves = "123",
			       .states = PASSIVE_STATES },
	  .does = "the peer closes first, and answers our FIN with a RST" },
	{ .name = "rst-after-close", .client = rst_after_close,
	  .client_expected = EXPECTED{ CAME, .initiator = "local", .reason = "after-close",
			       .waves = "12",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE" } },
	  .counters = { { "TW", 1 } },
	  .does = "close() is acknowledged; a RST ends the timewait socket" },
	{ .name = "rst-orphan", .client = rst_orphan,
	  .client_expected = EXPECTED{ CAME, .initiator = "local", .reason = "after-close",
			       .waves = "12",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE" } },
	  .does = "the same with TCP_LINGER2 of 120 s: no timewait socket yet" },
	{ .name = "rst-time-wait", .client = rst_time_wait, .client_expected = LONE_FOUR_WAY(1),
	  .counters = { { "TW", 1 } }, .does = "four waves; then a RST ends TIME_WAIT" },
	{ .name = "late-noise", .client = late_noise, .client_expected = LONE_FOUR_WAY(1),
	  .counters = { { "TW", 1 } },
	  .does = "old data and an old RST for the timewait socket are ignored; then four waves" },
	{ .name = "rst-challenged", .client = rst_challenged, .client_expected = LONE_FOUR_WAY(1),
	  .counters = { { "TW", 1 } }, .does = "a RST with a wrong number; then four waves" },
	{ .name = "rst-syn-sent", .client = rst_syn_sent, .client_expected = LONE_FOUR_WAY(1),
	  .counters = { { "TW", 1 }, { "OutRsts", 1 } },
	  .does = "we answer a wrong SYN-ACK with a RST, the next is correct; four waves" },
	{ .name = NULL },
};
