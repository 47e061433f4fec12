// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Closes that neither a process nor a segment explains completely, and events that are not closes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cases.h"
#include "netns.h"
#include "raw_peer.h"

static void close_without_tw_buckets(struct workload *w)
{
	netns_set_sysctl("tcp_max_tw_buckets", "0");
	endpoint_close(w->self, "fin");
}

static void close_when_gone(struct workload *w)
{
	endpoint_await_eof(w->self);
	netns_await_gone(&w->ends[0]);
	workload_hold(w);
	endpoint_close(w->self, "fin");
	netns_await_state(w->self, 0);
}

static void repair(struct workload *w)
{
	const int on = 1;
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_option(w->self, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on));
	w->self->trigger = TRIGGER_CALL;
	endpoint_close(w->self, "none");
}

static void simultaneous(struct workload *w)
{
	struct raw_peer p;

	raw_peer_handshake(w, &p);
	endpoint_close(w->self, "fin");
	raw_peer_expect(&p, TH_FIN);
	raw_peer_send(&p, TH_FIN, 0);
	netns_await_state(w->self, TCP_CLOSING);
	raw_peer_ack_received(&p);
	raw_peer_send(&p, TH_ACK, 0);
	netns_await_state(w->self, TCP_TIME_WAIT);
}

/* Both FINs are sent before either arrives, and so are both ACKs. */
static void simultaneous_both(struct workload *w)
{
	struct frame fin[2], ack[2];
	struct raw_peer p;

	mirror_connect(w, &p);
	for (int i = 0; i < 2; i++) {
		endpoint_close(&w->ends[i], "fin");
		mirror_hold(&p, &fin[i], TH_FIN);
	}
	for (int i = 0; i < 2; i++) {
		mirror_release(&p, &fin[i]);
		mirror_hold(&p, &ack[i], TH_ACK);
	}
	for (int i = 0; i < 2; i++)
		mirror_release(&p, &ack[i]);
	for (int i = 0; i < 2; i++)
		netns_await_state(&w->ends[i], TCP_TIME_WAIT);
}

/* Drops only the first of these segments with nft. A segment without data has 40 to 60 bytes. */
static void lose_first(const struct workload *w, const char *flags)
{
	char rule[128];

	snprintf(rule, sizeof(rule), "tcp dport %d tcp flags & (fin|syn) == %s quota until 70 "
		 "bytes drop\n", *w->port, flags);
	netns_add_filter(rule);
}

static void close_losing_fin(struct workload *w)
{
	lose_first(w, "fin");
	endpoint_close(w->self, "fin");
}

static void close_once_waited_for(struct workload *w)
{
	endpoint_await_eof(w->self);
	netns_await_state(&w->ends[0], TCP_FIN_WAIT2);
	endpoint_close(w->self, "fin");
}

/* From now on the only segment that the client sends is the ACK of the server's FIN. */
static void close_losing_last_ack(struct workload *w)
{
	endpoint_close(w->self, "fin");
	netns_await_state(w->self, TCP_FIN_WAIT2);
	lose_first(w, "0");
	baton_give(w, SERVER);
}

static void close_after_repeated_fin(struct workload *w)
{
	endpoint_await_eof(w->self);
	baton_take(w);
	endpoint_close(w->self, "fin");
	netns_await_state(w->self, 0);
}

/* Connects the client, bound to an address of lo, with data in the SYN. */
static void fast_connect(struct workload *w, struct endpoint *e, long len_bytes)
{
	struct sockaddr_in peer = { .sin_family = AF_INET };
	char junk[1000] = { 0 };

	inet_pton(AF_INET, w->c->connect_addr, &peer.sin_addr);
	peer.sin_port = htons((uint16_t)*w->port);
	e->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (e->fd < 0 || sendto(e->fd, junk, (size_t)len_bytes, MSG_FASTOPEN,
				(struct sockaddr *)&peer, sizeof(peer)) != len_bytes)
		workload_die(WORKLOAD_SKIP, "TCP Fast Open");
	e->sent = len_bytes;
	endpoint_note_opened(e, "connect");
}

/* Client and server without Fast Open cookies (0x4, 0x200), every listener (0x400). */
#define FAST_OPEN "1543"

static void fast_open(struct workload *w)
{
	struct endpoint *server = &w->ends[1];

	netns_set_sysctl("tcp_fastopen", FAST_OPEN);
	endpoint_start(server, "server", "workload-both");
	endpoint_start(w->self, "client", "workload-both");
	server_listen(w);
	fast_connect(w, w->self, 100);
	server_accept(w, server);
	close(w->listener);
	endpoint_recv(server, 100);
	endpoint_send(server, 200);
	endpoint_recv(w->self, 200);
	endpoint_close(w->self, "fin");
	endpoint_await_eof(server);
	workload_hold(w);
	endpoint_close(server, "fin");
}

/* Accepts a SYN with ten bytes of data, and reads them before the handshake is over. */
static void fast_accept(struct workload *w, struct raw_peer *p)
{
	netns_set_sysctl("tcp_fastopen", FAST_OPEN);
	raw_peer_open(p);
	endpoint_start(w->self, "server", w->names.server);
	server_listen(w);
	p->local_port = *w->port;
	raw_peer_send(p, TH_SYN, 10);
	raw_peer_expect(p, TH_SYN | TH_ACK);
	raw_peer_ack_received(p);
	server_accept(w, w->self);
	close(w->listener);
	endpoint_recv(w->self, 10);
}

static void fast_open_early(struct workload *w)
{
	struct raw_peer p;

	fast_accept(w, &p);
	endpoint_close(w->self, "fin");
	raw_peer_ack_fin(&p);
	netns_await_state(w->self, TCP_FIN_WAIT2);
	workload_hold(w);
	raw_peer_send(&p, TH_FIN, 0);
	netns_await_state(w->self, TCP_TIME_WAIT);
}

/* The socket is accepted and read, but never ESTABLISHED. */
static void fast_open_reset(struct workload *w)
{
	struct raw_peer p;

	fast_accept(w, &p);
	raw_peer_send(&p, TH_RST, 0);
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, "none");
}

static void listener_alone(struct workload *w)
{
	server_listen(w);
	close(w->listener);
	server_listen(w);
	shutdown(w->listener, SHUT_RD);
	close(w->listener);
}

/* One handshake is aborted by a RST, another is never finished. */
static void half_open(struct workload *w)
{
	struct raw_peer p;

	raw_peer_open(&p);
	server_listen(w);
	p.local_port = *w->port;
	for (int i = 0; i < 2; i++) {
		raw_peer_send(&p, TH_SYN, 0);
		raw_peer_expect(&p, TH_SYN | TH_ACK);
		if (i == 0)
			raw_peer_send(&p, TH_RST, 0);
		p.port++;
	}
	close(w->listener);
}

/*
 * Starts two handshakes while the listener's queue has one free place. The peer takes the place
 * while the last ACK of our client is in flight. Stores that ACK in *f.
 */
static void fill_queue(struct workload *w, struct raw_peer *p, struct frame *f)
{
	raw_peer_open(p);
	endpoint_start(&w->ends[1], "server", "workload-both");
	server_listen(w);
	if (listen(w->listener, 0))
		workload_die(1, "listen");
	mirror_connect_begin(w, p);
	mirror_hold(p, f, TH_ACK);
	raw_peer_connect(w, p);
}

static void pass_reset(struct raw_peer *p)
{
	struct frame f;

	mirror_hold(p, &f, TH_RST);
	mirror_release(p, &f);
}

static void finish_with_peer(struct endpoint *server, struct raw_peer *p)
{
	endpoint_close(server, "fin");
	raw_peer_ack_fin(p);
	netns_await_state(server, TCP_FIN_WAIT2);
	raw_peer_send(p, TH_FIN, 0);
	netns_await_state(server, TCP_TIME_WAIT);
}

static void queue_full(struct workload *w)
{
	struct frame ack, reset;
	struct raw_peer p;

	netns_set_sysctl("tcp_abort_on_overflow", "1");
	fill_queue(w, &p, &ack);
	mirror_release(&p, &ack);
	if (!mirror_try_hold(&p, &reset, TH_RST))
		workload_skip("this kernel sends no RST when its queue is full (5.10 does not)");
	mirror_release(&p, &reset);
	endpoint_await_reset(w->self);
	endpoint_close(w->self, NULL);
	server_accept(w, &w->ends[1]);
	close(w->listener);
	finish_with_peer(&w->ends[1], &p);
}

/* The client is not informed; its FIN arrives after the listener is closed. */
static void queue_full_silent(struct workload *w)
{
	struct frame ack, fin;
	struct raw_peer p;

	fill_queue(w, &p, &ack);
	mirror_release(&p, &ack);
	endpoint_close(w->self, "fin");
	mirror_hold(&p, &fin, TH_FIN);
	server_accept(w, &w->ends[1]);
	close(w->listener);
	mirror_release(&p, &fin);
	pass_reset(&p);
	netns_await_gone(w->self);
	finish_with_peer(&w->ends[1], &p);
}

#define RAW .listen_addr = LOCAL_ADDR
#define EXPECTED &(const struct expected)
#define CLEAN(word, who) .ending = (word), .class = "clean", .initiator = (who)

static const struct expected crossed = {
	CLEAN("simultaneous", "both"),
	.states = { "ESTABLISHED", "FIN_WAIT1", "CLOSING", "TIME_WAIT" },
};
static const struct expected active = {
	CLEAN("four-way", "local"), .states = ACTIVE_STATES, .closes_first = true,
};
static const struct expected active_lost = {
	CLEAN("four-way", "local"), .states = ACTIVE_STATES, .closes_first = true,
	.blame = "lost-fin",
};
static const struct expected passive = { CLEAN("four-way", "peer"), .states = PASSIVE_STATES };
static const struct expected passive_lost = {
	CLEAN("four-way", "peer"), .states = PASSIVE_STATES, .blame = "lost-fin",
};

const struct workload_case cases_other[] = {
	{ V4, .name = "lost-fin", .client = close_losing_fin, .server = close_once_waited_for,
	  .client_expected = &active_lost, .server_expected = &passive, CLEAN_COUNTERS,
	  .does = "the first FIN is lost (nftables), the second arrives" },
	{ V4, .name = "lost-last-ack", .client = close_losing_last_ack,
	  .server = close_after_repeated_fin, .client_expected = &active,
	  .server_expected = &passive_lost,
	  CLEAN_COUNTERS, .does = "the ACK of the second FIN is lost: the FIN is sent again" },
	{ .name = "simultaneous", .client = simultaneous, .client_expected = &crossed,
	  CLEAN_COUNTERS,
	  .does = "both FINs cross, with a raw peer" },
	{ RAW, .name = "simultaneous-both", .client = simultaneous_both,
	  .client_expected = &crossed,
	  .server_expected = &crossed, .counters = { { "TW", 2 } },
	  .does = "both FINs cross, both sockets are ours" },
	{ V4, .name = "time-wait-overflow", .tool = "--drain=5", .client = close_without_tw_buckets,
	  .server = close_when_gone,
	  .client_expected = EXPECTED{ .ending = "aborted", .class = "aborted",
				       .initiator = "local",
			       .reason = "time-wait-overflow", .waves = "12",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE" } },
	  .server_expected = EXPECTED{ .ending = "reset-received", .class = "reset",
			       .initiator = "peer", .reason = "closing", .waves = "123",
			       .blame = "local-app", .states = PASSIVE_STATES },
	  .counters = { { "TCPTimeWaitOverflow", 1 }, { "OutRsts", 1 } },
	  .does = "tcp_max_tw_buckets is 0: no timewait socket" },
	{ .name = "repair", .client = repair,
	  .client_expected = EXPECTED{ .ending = "aborted", .class = "aborted",
				       .initiator = "local",
			       .reason = "repair", .states = RESET_STATES },
	  .counters = { { "EstabResets", 1 } },
	  .does = "close() in TCP_REPAIR mode sends nothing" },
	{ LOCAL_FIRST, .name = "fast-open", .client = fast_open,
	  .does = "TCP Fast Open: the data is in the SYN" },
	{ RAW, .name = "fast-open-early", .client = fast_open_early,
	  .client_expected = EXPECTED{ CLEAN("four-way", "local"), .hold_phase = "peer_hold",
			       .states = { "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT" },
			       .closes_first = true },
	  CLEAN_COUNTERS, .does = "Fast Open, and close() before the handshake is over" },
	{ RAW, .name = "fast-open-reset", .client = fast_open_reset,
	  .client_expected = EXPECTED{ .ending = "reset-received", .class = "reset",
				       .initiator = "peer",
			       .reason = "established", .states = { "SYN_RECV", "CLOSE" } },
	  .counters = { { "AttemptFails", 2 } },
	  .does = "Fast Open, and a RST before the handshake is over: a program had it" },
	{ V4, .name = "listener-alone", .client = listener_alone,
	  .does = "listeners without connections close: no story" },
	{ RAW, .name = "half-open", .client = half_open, .counters = { { "AttemptFails", 1 } },
	  .does = "handshakes that are never finished: no story" },
	{ RAW, .name = "queue-full", .client = queue_full,
	  .client_expected = EXPECTED{ .ending = "reset-received", .class = "reset",
				       .initiator = "peer",
			       .reason = "established", .states = RESET_STATES },
	  .server_expected = &active,
	  .counters = { { "OutRsts", 1 }, { "EstabResets", 1 }, { "TW", 1 } },
	  .does = "tcp_abort_on_overflow: the handshake is complete only for the client" },
	{ RAW, .name = "queue-full-silent", .client = queue_full_silent,
	  .client_expected = EXPECTED{ .ending = "reset-received", .class = "reset",
				       .reason = "closing",
			       .initiator = "local", .waves = "1",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .server_expected = &active, .counters = { { "OutRsts", 1 }, { "TW", 1 } },
	  .does = "the same, and the server is silent until its listener is gone" },
	{ .name = NULL },
};
