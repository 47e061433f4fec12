// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Connections that never opened: told with --all, else not. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cases.h"
#include "netns.h"
#include "raw_peer.h"

/* The socket's own names are of no use before it is open, and gone after. */
static void attempt(struct deed *d, struct peer *p)
{
	struct endpoint *e = d->self;
	socklen_t len = sizeof(e->cookie);

	peer_open(p);
	peer_meet_begin(d, p);
	e->family = 4;
	strcpy(e->local_addr, LOCAL_ADDR);
	strcpy(e->peer_addr, PEER_ADDR);
	e->local_port = p->local_port;
	e->peer_port = p->port;
	if (getsockopt(e->fd, SOL_SOCKET, SO_COOKIE, &e->cookie, &len))
		deed_die(1, "SO_COOKIE");
}

static void await_error(struct deed *d, int want)
{
	struct pollfd fd = { .fd = d->self->fd, .events = POLLOUT };
	socklen_t len = sizeof(errno);

	if (poll(&fd, 1, -1) != 1 || getsockopt(fd.fd, SOL_SOCKET, SO_ERROR, &errno, &len))
		deed_die(1, "SO_ERROR");
	if (errno != want)
		deed_die(1, "waiting for connect() to fail");
	endpoint_over(d->self);
	endpoint_close(d->self, NULL);
}

static void refused(struct deed *d)
{
	struct peer p;

	attempt(d, &p);
	peer_send(&p, TH_RST | TH_ACK, 0);
	await_error(d, ECONNREFUSED);
}

static void syn_timeout(struct deed *d)
{
	struct peer p;

	host_sysctl("tcp_syn_retries", "1");
	host_sysctl_if("tcp_syn_linear_timeouts", "0");
	attempt(d, &p);
	await_error(d, ETIMEDOUT);
}

static void closed_early(struct deed *d)
{
	struct peer p;

	attempt(d, &p);
	d->self->trigger = TRIGGER_CALL;
	endpoint_close(d->self, "none");
}

#define NEVER .ending = "never-open", .class = "failed", .states = { "SYN_SENT", "CLOSE" }

static const struct fate hidden = { .ending = NULL };
static const struct fate by_peer = { NEVER, .initiator = "peer" };
static const struct fate by_nobody = { NEVER, .initiator = "none" };
static const struct fate by_us = { NEVER, .initiator = "local" };

#define REFUSED .client = refused, .counters = { { "AttemptFails", 1 } }
#define SYN_TIMEOUT .client = syn_timeout,						\
	.counters = { { "AttemptFails", 1 }, { "TCPAbortOnTimeout", 1 } }
#define CLOSED_EARLY .client = closed_early

const struct deed_case cases_never[] = {
	{ REFUSED, .name = "refused", .client_fate = &hidden,
	  .does = "connect() is refused: not told" },
	{ REFUSED, .name = "refused-all", .tool = "--all", .client_fate = &by_peer,
	  .does = "connect() is refused, and --all asks for it" },
	{ SYN_TIMEOUT, .name = "syn-timeout", .client_fate = &hidden,
	  .does = "the SYN is never answered: not told" },
	{ SYN_TIMEOUT, .name = "syn-timeout-all", .tool = "--all", .client_fate = &by_nobody,
	  .does = "the SYN is never answered, and --all asks for it" },
	{ CLOSED_EARLY, .name = "syn-sent-close", .client_fate = &hidden,
	  .does = "close() before the handshake is over: not told" },
	{ CLOSED_EARLY, .name = "syn-sent-close-all", .tool = "--all", .client_fate = &by_us,
	  .does = "close() before the handshake is over, and --all asks for it" },
	{ .name = NULL },
};
