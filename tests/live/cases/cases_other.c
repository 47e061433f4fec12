// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Endings of which no process and no segment tells the whole, and what is no ending at all. */
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

static void give_bucketless(struct deed *d)
{
	host_sysctl("tcp_max_tw_buckets", "0");
	endpoint_close(d->self, "fin");
}

static void close_when_gone(struct deed *d)
{
	endpoint_await_eof(d->self);
	host_await_gone(&d->ends[0]);
	deed_hold(d);
	endpoint_close(d->self, "fin");
	host_await_state(d->self, 0);
}

static void repair(struct deed *d)
{
	const int on = 1;
	struct peer p;

	peer_meet(d, &p);
	endpoint_option(d->self, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on));
	d->self->trigger = TRIGGER_CALL;
	endpoint_close(d->self, "none");
}

static void simultaneous(struct deed *d)
{
	struct peer p;

	peer_meet(d, &p);
	endpoint_close(d->self, "fin");
	peer_expect(&p, TH_FIN);
	peer_send(&p, TH_FIN, 0);
	host_await_state(d->self, TCP_CLOSING);
	peer_take(&p);
	peer_send(&p, TH_ACK, 0);
	host_await_state(d->self, TCP_TIME_WAIT);
}

/* Both FINs are on their way before either arrives; so are both ACKs. */
static void simultaneous_both(struct deed *d)
{
	struct frame fin[2], ack[2];
	struct peer p;

	mirror_meet(d, &p);
	for (int i = 0; i < 2; i++) {
		endpoint_close(&d->ends[i], "fin");
		mirror_hold(&p, &fin[i], TH_FIN);
	}
	for (int i = 0; i < 2; i++) {
		mirror_release(&p, &fin[i]);
		mirror_hold(&p, &ack[i], TH_ACK);
	}
	for (int i = 0; i < 2; i++)
		mirror_release(&p, &ack[i]);
	for (int i = 0; i < 2; i++)
		host_await_state(&d->ends[i], TCP_TIME_WAIT);
}

/* nft: of these segments only the first is lost. A segment without data is of 40 to 60 bytes. */
static void lose_first(const struct deed *d, const char *flags)
{
	char rule[128];

	snprintf(rule, sizeof(rule), "tcp dport %d tcp flags & (fin|syn) == %s quota until 70 "
		 "bytes drop\n", *d->port, flags);
	host_filter(rule);
}

static void close_losing_fin(struct deed *d)
{
	lose_first(d, "fin");
	endpoint_close(d->self, "fin");
}

static void close_once_waited_for(struct deed *d)
{
	endpoint_await_eof(d->self);
	host_await_state(&d->ends[0], TCP_FIN_WAIT2);
	endpoint_close(d->self, "fin");
}

/* From now on the client sends nothing but the ACK of the server's FIN. */
static void close_losing_last_ack(struct deed *d)
{
	endpoint_close(d->self, "fin");
	host_await_state(d->self, TCP_FIN_WAIT2);
	lose_first(d, "0");
	baton_give(d, SERVER);
}

static void close_twice_as_loud(struct deed *d)
{
	endpoint_await_eof(d->self);
	baton_take(d);
	endpoint_close(d->self, "fin");
	host_await_state(d->self, 0);
}

/* The client's, bound to an address of lo, with its data in the SYN. */
static void fast_connect(struct deed *d, struct endpoint *e, long len_bytes)
{
	struct sockaddr_in peer = { .sin_family = AF_INET };
	char junk[1000] = { 0 };

	inet_pton(AF_INET, d->c->connect_addr, &peer.sin_addr);
	peer.sin_port = htons((uint16_t)*d->port);
	e->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (e->fd < 0 || sendto(e->fd, junk, (size_t)len_bytes, MSG_FASTOPEN,
				(struct sockaddr *)&peer, sizeof(peer)) != len_bytes)
		deed_die(DEED_SKIP, "TCP Fast Open");
	e->sent = len_bytes;
	endpoint_opened(e, "connect");
}

/* Client and server without cookies (0x4, 0x200), every listener (0x400). */
#define FAST_OPEN "1543"

static void fast_open(struct deed *d)
{
	struct endpoint *server = &d->ends[1];

	host_sysctl("tcp_fastopen", FAST_OPEN);
	endpoint_become(server, "server", "deed-both");
	endpoint_become(d->self, "client", "deed-both");
	server_listen(d);
	fast_connect(d, d->self, 100);
	server_accept(d, server);
	close(d->listener);
	endpoint_recv(server, 100);
	endpoint_send(server, 200);
	endpoint_recv(d->self, 200);
	endpoint_close(d->self, "fin");
	endpoint_await_eof(server);
	deed_hold(d);
	endpoint_close(server, "fin");
}

/* The peer's SYN has ten bytes, which are read before the handshake is over. */
static void fast_accept(struct deed *d, struct peer *p)
{
	host_sysctl("tcp_fastopen", FAST_OPEN);
	peer_open(p);
	endpoint_become(d->self, "server", "deed-srv");
	server_listen(d);
	p->local_port = *d->port;
	peer_send(p, TH_SYN, 10);
	peer_expect(p, TH_SYN | TH_ACK);
	peer_take(p);
	server_accept(d, d->self);
	close(d->listener);
	endpoint_recv(d->self, 10);
}

static void fast_open_early(struct deed *d)
{
	struct peer p;

	fast_accept(d, &p);
	endpoint_close(d->self, "fin");
	peer_ack_fin(&p);
	host_await_state(d->self, TCP_FIN_WAIT2);
	deed_hold(d);
	peer_send(&p, TH_FIN, 0);
	host_await_state(d->self, TCP_TIME_WAIT);
}

/* Accepted, read, but never ESTABLISHED. */
static void fast_open_reset(struct deed *d)
{
	struct peer p;

	fast_accept(d, &p);
	peer_send(&p, TH_RST, 0);
	endpoint_await_state(d->self, TCP_CLOSE);
	endpoint_close(d->self, NULL);
}

static void listener_alone(struct deed *d)
{
	server_listen(d);
	close(d->listener);
	server_listen(d);
	shutdown(d->listener, SHUT_RD);
	close(d->listener);
}

/* One handshake is broken off by a RST, one never finished. */
static void half_open(struct deed *d)
{
	struct peer p;

	peer_open(&p);
	server_listen(d);
	p.local_port = *d->port;
	for (int i = 0; i < 2; i++) {
		peer_send(&p, TH_SYN, 0);
		peer_expect(&p, TH_SYN | TH_ACK);
		if (i == 0)
			peer_send(&p, TH_RST, 0);
		p.port++;
	}
	close(d->listener);
}

/*
 * Two handshakes, one place in the listener's queue: the peer takes it while our client's last ACK
 * is on its way, which f then is.
 */
static void fill_queue(struct deed *d, struct peer *p, struct frame *f)
{
	peer_open(p);
	endpoint_become(&d->ends[1], "server", "deed-both");
	server_listen(d);
	if (listen(d->listener, 0))
		deed_die(1, "listen");
	mirror_begin(d, p);
	mirror_hold(p, f, TH_ACK);
	peer_knock(d, p);
}

static void pass_reset(struct peer *p)
{
	struct frame f;

	mirror_hold(p, &f, TH_RST);
	mirror_release(p, &f);
}

static void finish_with_peer(struct endpoint *server, struct peer *p)
{
	endpoint_close(server, "fin");
	peer_ack_fin(p);
	host_await_state(server, TCP_FIN_WAIT2);
	peer_send(p, TH_FIN, 0);
	host_await_state(server, TCP_TIME_WAIT);
}

static void queue_full(struct deed *d)
{
	struct frame ack, reset;
	struct peer p;

	host_sysctl("tcp_abort_on_overflow", "1");
	fill_queue(d, &p, &ack);
	mirror_release(&p, &ack);
	if (!mirror_catch(&p, &reset, TH_RST))
		deed_skip("this kernel sends no RST when its queue is full (5.10 does not)");
	mirror_release(&p, &reset);
	endpoint_await_reset(d->self);
	endpoint_close(d->self, NULL);
	server_accept(d, &d->ends[1]);
	close(d->listener);
	finish_with_peer(&d->ends[1], &p);
}

/* Nobody tells the client; its FIN comes when the listener is gone. */
static void queue_full_silent(struct deed *d)
{
	struct frame ack, fin;
	struct peer p;

	fill_queue(d, &p, &ack);
	mirror_release(&p, &ack);
	endpoint_close(d->self, "fin");
	mirror_hold(&p, &fin, TH_FIN);
	server_accept(d, &d->ends[1]);
	close(d->listener);
	mirror_release(&p, &fin);
	pass_reset(&p);
	host_await_gone(d->self);
	finish_with_peer(&d->ends[1], &p);
}

#define RAW .listen_addr = LOCAL_ADDR
#define FATE &(const struct fate)
#define CLEAN(word, who) .ending = (word), .class = "clean", .initiator = (who)

static const struct fate crossed = {
	CLEAN("simultaneous", "both"),
	.states = { "ESTABLISHED", "FIN_WAIT1", "CLOSING", "TIME_WAIT" },
};
static const struct fate active = {
	CLEAN("four-way", "local"), .states = ACTIVE_STATES, .closes_first = true,
};
static const struct fate active_lost = {
	CLEAN("four-way", "local"), .states = ACTIVE_STATES, .closes_first = true,
	.blame = "lost-fin",
};
static const struct fate passive = { CLEAN("four-way", "peer"), .states = PASSIVE_STATES };
static const struct fate passive_lost = {
	CLEAN("four-way", "peer"), .states = PASSIVE_STATES, .blame = "lost-fin",
};

const struct deed_case cases_other[] = {
	{ V4, .name = "lost-fin", .client = close_losing_fin, .server = close_once_waited_for,
	  .client_fate = &active_lost, .server_fate = &passive, CLEAN_COUNTERS,
	  .does = "the first FIN is lost (nftables), the second arrives" },
	{ V4, .name = "lost-last-ack", .client = close_losing_last_ack,
	  .server = close_twice_as_loud, .client_fate = &active, .server_fate = &passive_lost,
	  CLEAN_COUNTERS, .does = "the ACK of the second FIN is lost: it is sent again" },
	{ .name = "simultaneous", .client = simultaneous, .client_fate = &crossed, CLEAN_COUNTERS,
	  .does = "both FINs cross, with a peer of our own making" },
	{ RAW, .name = "simultaneous-both", .client = simultaneous_both, .client_fate = &crossed,
	  .server_fate = &crossed, .counters = { { "TW", 2 } },
	  .does = "both FINs cross, both sockets are ours" },
	{ V4, .name = "time-wait-overflow", .tool = "--drain=5", .client = give_bucketless,
	  .server = close_when_gone,
	  .client_fate = FATE{ .ending = "aborted", .class = "aborted", .initiator = "local",
			       .reason = "time-wait-overflow", .waves = "12",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE" } },
	  .server_fate = FATE{ .ending = "reset-received", .class = "reset",
			       .initiator = "peer", .reason = "closing", .waves = "123",
			       .blame = "local-app", .states = PASSIVE_STATES },
	  .counters = { { "TCPTimeWaitOverflow", 1 }, { "OutRsts", 1 } },
	  .does = "tcp_max_tw_buckets is 0: the socket just goes" },
	{ .name = "repair", .client = repair,
	  .client_fate = FATE{ .ending = "aborted", .class = "aborted", .initiator = "local",
			       .reason = "repair", .states = RESET_STATES },
	  .counters = { { "EstabResets", 1 } },
	  .does = "close() in TCP_REPAIR mode sends nothing" },
	{ LOCAL_FIRST, .name = "fast-open", .client = fast_open,
	  .does = "TCP Fast Open: the data is in the SYN" },
	{ RAW, .name = "fast-open-early", .client = fast_open_early,
	  .client_fate = FATE{ CLEAN("four-way", "local"), .hold_phase = "peer_hold",
			       .states = { "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT" },
			       .closes_first = true },
	  CLEAN_COUNTERS, .does = "Fast Open, and close() before the handshake is over" },
	{ RAW, .name = "fast-open-reset", .client = fast_open_reset, .client_fate = FATE{ 0 },
	  .counters = { { "AttemptFails", 2 } },
	  .does = "Fast Open, and a RST before the handshake is over: never open" },
	{ V4, .name = "listener-alone", .client = listener_alone,
	  .does = "listeners without connections close: no story" },
	{ RAW, .name = "half-open", .client = half_open, .counters = { { "AttemptFails", 1 } },
	  .does = "handshakes that are never finished: no story" },
	{ RAW, .name = "queue-full", .client = queue_full,
	  .client_fate = FATE{ .ending = "reset-received", .class = "reset", .initiator = "peer",
			       .reason = "established", .states = RESET_STATES },
	  .server_fate = &active,
	  .counters = { { "OutRsts", 1 }, { "EstabResets", 1 }, { "TW", 1 } },
	  .does = "tcp_abort_on_overflow: the handshake was over for the client alone" },
	{ RAW, .name = "queue-full-silent", .client = queue_full_silent,
	  .client_fate = FATE{ .ending = "reset-received", .class = "reset", .reason = "closing",
			       .initiator = "local", .waves = "1",
			       .states = { "ESTABLISHED", "FIN_WAIT1", "CLOSE" } },
	  .server_fate = &active, .counters = { { "OutRsts", 1 }, { "TW", 1 } },
	  .does = "the same, and the server is silent until its listener is gone" },
	{ .name = NULL },
};
