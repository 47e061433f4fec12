// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Connections that never opened: reported only with --all. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cases.h"
#include "netns.h"
#include "raw_peer.h"

/*
 * Stores the addresses explicitly: the socket does not have them before it opens or after it fails.
 */
static void attempt(struct workload *w, struct raw_peer *p)
{
	struct endpoint *e = w->self;
	socklen_t len = sizeof(e->cookie);

	raw_peer_open(p);
	raw_peer_handshake_begin(w, p);
	e->family = 4;
	strcpy(e->local_addr, LOCAL_ADDR);
	strcpy(e->peer_addr, PEER_ADDR);
	e->local_port = p->local_port;
	e->peer_port = p->port;
	if (getsockopt(e->fd, SOL_SOCKET, SO_COOKIE, &e->cookie, &len))
		workload_die(1, "SO_COOKIE");
}

static void await_error(struct workload *w, int want)
{
	struct pollfd fd = { .fd = w->self->fd, .events = POLLOUT };
	socklen_t len = sizeof(errno);

	if (poll(&fd, 1, -1) != 1 || getsockopt(fd.fd, SOL_SOCKET, SO_ERROR, &errno, &len))
		workload_die(1, "SO_ERROR");
	if (errno != want)
		workload_die(1, "waiting for connect() to fail");
	endpoint_note_end(w->self);
	endpoint_close(w->self, NULL);
}

static void refused(struct workload *w)
{
	struct raw_peer p;

	attempt(w, &p);
	raw_peer_send(&p, TH_RST | TH_ACK, 0);
	await_error(w, ECONNREFUSED);
}

/* Connects to a port where nobody listens; binds first, so that the address is known. */
static void refused_on_loopback(struct workload *w)
{
	struct endpoint *e = w->self;
	struct sockaddr_in to = { .sin_family = AF_INET }, from = to;
	socklen_t len = sizeof(from), cookie_len = sizeof(e->cookie);

	endpoint_start(e, "client", w->names.client);
	server_listen(w);
	close(w->listener);
	from.sin_addr.s_addr = to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons((uint16_t)*w->port);
	e->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (e->fd < 0 || bind(e->fd, (struct sockaddr *)&from, len) ||
	    getsockname(e->fd, (struct sockaddr *)&from, &len))
		workload_die(1, "bind");
	e->family = 4;
	strcpy(e->local_addr, "127.0.0.1");
	strcpy(e->peer_addr, "127.0.0.1");
	e->local_port = ntohs(from.sin_port);
	e->peer_port = *w->port;
	if (getsockopt(e->fd, SOL_SOCKET, SO_COOKIE, &e->cookie, &cookie_len))
		workload_die(1, "SO_COOKIE");
	if (!connect(e->fd, (struct sockaddr *)&to, sizeof(to)) || errno != ECONNREFUSED)
		workload_die(1, "waiting for connect() to be refused");
	endpoint_note_end(e);
	endpoint_close(e, NULL);
}

static void syn_timeout(struct workload *w)
{
	struct raw_peer p;

	netns_set_sysctl("tcp_syn_retries", "1");
	netns_set_sysctl_if_present("tcp_syn_linear_timeouts", "0");
	attempt(w, &p);
	await_error(w, ETIMEDOUT);
}

static void closed_early(struct workload *w)
{
	struct raw_peer p;

	attempt(w, &p);
	w->self->trigger = TRIGGER_CALL;
	endpoint_close(w->self, "none");
}

#define NEVER .ending = "never-open", .class = "failed", .states = { "SYN_SENT", "CLOSE" }

static const struct expected hidden = { .ending = NULL };
static const struct expected by_peer = { NEVER, .initiator = "peer", .reason = "refused" };
static const struct expected by_nobody = { NEVER, .initiator = "none", .reason = "timed-out" };
static const struct expected by_us = { NEVER, .initiator = "local", .reason = "closed" };

#define REFUSED .client = refused, .counters = { { "AttemptFails", 1 } }
#define SYN_TIMEOUT .client = syn_timeout,						\
	.counters = { { "AttemptFails", 1 }, { "TCPAbortOnTimeout", 1 } }
#define CLOSED_EARLY .client = closed_early

const struct workload_case cases_never[] = {
	{ REFUSED, .name = "refused", .client_expected = &hidden,
	  .does = "connect() is refused: not told" },
	{ REFUSED, .name = "refused-all", .tool = "--all", .client_expected = &by_peer,
	  .does = "connect() is refused: reported with --all" },
	{ V4, .name = "refused-port", .client = refused_on_loopback, .client_expected = &hidden,
	  .counters = { { "AttemptFails", 1 }, { "OutRsts", 1 } },
	  .does = "connect() to a port of loopback where nobody listens: not told" },
	{ V4, .name = "refused-port-all", .tool = "--all", .client = refused_on_loopback,
	  .client_expected = &by_peer, .counters = { { "AttemptFails", 1 }, { "OutRsts", 1 } },
	  .does = "connect() to a port of loopback where nobody listens: reported with --all" },
	{ SYN_TIMEOUT, .name = "syn-timeout", .client_expected = &hidden,
	  .does = "the SYN is never answered: not reported" },
	{ SYN_TIMEOUT, .name = "syn-timeout-all", .tool = "--all", .client_expected = &by_nobody,
	  .does = "the SYN is never answered: reported with --all" },
	{ CLOSED_EARLY, .name = "syn-sent-close", .client_expected = &hidden,
	  .does = "close() before the handshake is over: not reported" },
	{ CLOSED_EARLY, .name = "syn-sent-close-all", .tool = "--all", .client_expected = &by_us,
	  .does = "close() before the handshake is over: reported with --all" },
	{ .name = NULL },
};
