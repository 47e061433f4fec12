// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The RSTs that we send, for every reason except those that need another process. */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cases.h"
#include "netns.h"
#include "raw_peer.h"

static void set_linger2(struct workload *w, int seconds)
{
	endpoint_option(w->self, IPPROTO_TCP, TCP_LINGER2, &seconds, sizeof(seconds));
}

static void linger2_shutdown(struct workload *w)
{
	set_linger2(w, -1);
	endpoint_shutdown(w->self, SHUT_WR, "fin");
	endpoint_await_state(w->self, TCP_FIN_WAIT2);
	endpoint_close(w->self, "reset");
}

static void linger2_close(struct workload *w)
{
	set_linger2(w, -1);
	endpoint_close(w->self, "fin");
}

static void read_eof_and_reset(struct workload *w)
{
	endpoint_await_eof(w->self);
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, NULL);
}

static void close_with_linger2(struct workload *w)
{
	set_linger2(w, 120);
	endpoint_close(w->self, "fin");
}

/* Writes after the client has closed and received our ACK. */
static void write_too_late(struct workload *w)
{
	endpoint_await_eof(w->self);
	netns_await_state(&w->ends[0], TCP_FIN_WAIT2);
	endpoint_send(w->self, 10);
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, NULL);
}

static void shut_rdwr_and_wait(struct workload *w)
{
	endpoint_shutdown(w->self, SHUT_RDWR, "fin");
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, NULL);
}

static void data_with_ack(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_close(w->self, "fin");
	raw_peer_expect(&p, TH_FIN);
	raw_peer_ack_received(&p);
	raw_peer_send(&p, TH_PUSH, 10);
	raw_peer_expect(&p, TH_RST);
	netns_await_gone(w->self);
}

static void data_fin_wait_1(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_close(w->self, "fin");
	raw_peer_expect(&p, TH_FIN);
	raw_peer_send(&p, TH_PUSH, 10);
	raw_peer_expect(&p, TH_RST);
	netns_await_gone(w->self);
}

/* The data is out of order, with a gap before it, so the timewait socket cannot accept it. */
static void data_before_fin(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_close(w->self, "fin");
	raw_peer_ack_fin(&p);
	netns_await_state(w->self, TCP_FIN_WAIT2);
	p.seq += 10;
	raw_peer_send(&p, TH_FIN, 0);
	raw_peer_expect(&p, TH_RST);
	netns_await_gone(w->self);
}

static void keep_alive(struct workload *w)
{
	const int on = 1, seconds = 1, probes = 2;

	endpoint_option(w->self, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds));
	endpoint_option(w->self, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof(seconds));
	endpoint_option(w->self, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
	endpoint_option(w->self, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

static void keepalive(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	keep_alive(w);
	endpoint_await_timeout(w->self);
	endpoint_close(w->self, NULL);
}

static void keepalive_fin_wait_2(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	keep_alive(w);
	endpoint_shutdown(w->self, SHUT_WR, "fin");
	raw_peer_ack_fin(&p);
	endpoint_await_timeout(w->self);
	endpoint_close(w->self, NULL);
}

static void user_timeout_idle(struct workload *w)
{
	const unsigned ms = 1500;
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	keep_alive(w);
	endpoint_option(w->self, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	endpoint_await_timeout(w->self);
	endpoint_close(w->self, NULL);
}

static void no_memory(struct workload *w)
{
	(void)w;
	workload_skip("tcp_max_orphans and tcp_mem apply to the whole host: cannot lower them");
}

#define SENT .ending = "reset-sent", .class = "reset", .initiator = "local"
#define LATE_DATA SENT, .reason = "data-after-close"
#define ORPHAN_STATES { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE" }

static const struct expected linger2 = {
	SENT, .reason = "linger2", .waves = "12", .states = ORPHAN_STATES,
};
static const struct expected late_data = { LATE_DATA, .waves = "12", .states = ORPHAN_STATES };
static const struct expected half_closed = {
	.ending = "reset-received", .class = "reset", .initiator = "peer", .waves = "12",
	.reason = "half-closed", .states = { "ESTABLISHED", "CLOSE_WAIT", "CLOSE" },
};

#define BY_TIMER .counters = { { "OutRsts", 1 }, { "TCPAbortOnTimeout", 1 }, { "EstabResets", 1 } }
#define ON_DATA { "OutRsts", 1 }, { "TCPAbortOnData", 1 }

const struct workload_case cases_reset[] = {
	{ V4, .name = "linger2-shutdown", .client = linger2_shutdown,
	  .server = read_eof_and_reset, .client_expected = &linger2,
	  .server_expected = &half_closed,
	  .counters = { { "EstabResets", 1 }, { "OutRsts", 1 }, { "TCPAbortOnLinger", 1 } },
	  .does = "TCP_LINGER2 < 0: SHUT_WR sends a FIN, close() in FIN_WAIT2 a RST" },
	{ V4, .name = "linger2-close", .client = linger2_close, .server = read_eof_and_reset,
	  .client_expected = &linger2, .server_expected = &half_closed,
	  .counters = { { "EstabResets", 1 }, ON_DATA },
	  .does = "TCP_LINGER2 < 0: close() sends a FIN, and we answer its ACK with a RST" },
	{ V4, .name = "late-data", .client = do_close_at_once, .server = write_too_late,
	  .client_expected = &late_data, .server_expected = &half_closed,
	  .counters = { { "EstabResets", 1 }, { "OutRsts", 1 }, { "TW", 1 } },
	  .does = "the peer writes after our close(), to the timewait socket" },
	{ V4, .name = "late-data-orphan", .client = close_with_linger2,
	  .server = write_too_late, .client_expected = &late_data, .server_expected = &half_closed,
	  .counters = { { "EstabResets", 1 }, ON_DATA },
	  .does = "the same while the socket still exists (TCP_LINGER2 of 120 s)" },
	{ V4, .name = "late-data-shut-rdwr", .client = shut_rdwr_and_wait,
	  .server = write_too_late, .client_expected = &late_data, .server_expected = &half_closed,
	  .counters = { { "EstabResets", 1 }, ON_DATA },
	  .does = "the same after SHUT_RDWR, with the descriptor still open" },
	{ .name = "late-data-with-ack", .client = data_with_ack, .client_expected = &late_data,
	  .counters = { ON_DATA }, .does = "data in the segment that acknowledges our FIN" },
	{ .name = "late-data-fin-wait-1", .client = data_fin_wait_1,
	  .client_expected = &(const struct expected){
		LATE_DATA, .waves = "1", .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .counters = { ON_DATA }, .does = "data instead of the ACK of our FIN" },
	{ .name = "late-data-missing", .client = data_before_fin, .client_expected = &late_data,
	  .counters = { { "OutRsts", 1 }, { "TW", 1 } },
	  .does = "the number of the peer's FIN shows that data before it was lost" },
	{ .name = "keepalive", .client = keepalive, BY_TIMER,
	  .client_expected = &(const struct expected){
		SENT, .reason = "keepalive", .states = RESET_STATES },
	  .does = "the peer is gone: keepalive gives up and sends a RST" },
	{ .name = "keepalive-fin-wait-2", .client = keepalive_fin_wait_2,
	  .client_expected = &(const struct expected){
		SENT, .reason = "keepalive", .waves = "12", .states = ORPHAN_STATES },
	  .counters = { { "OutRsts", 1 }, { "TCPAbortOnTimeout", 1 } },
	  .does = "the same after SHUT_WR" },
	{ .name = "user-timeout-idle", .client = user_timeout_idle, BY_TIMER,
	  .client_expected = &(const struct expected){
		SENT, .reason = "user-timeout", .states = RESET_STATES },
	  .does = "TCP_USER_TIMEOUT ends the keepalive probes: RST" },
	{ .name = "no-memory", .client = no_memory,
	  .does = "too many orphans: not possible here (see the story test no-memory)" },
	{ .name = NULL },
};
