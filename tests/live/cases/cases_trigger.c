// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Descriptors and shutdown(): which of several holders ends the connection, and with which call.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"

#ifndef SYS_close_range
#define SYS_close_range 436	/* since 5.9, alike everywhere */
#endif

#define FULL_WINDOW (256 * 1024)	/* bytes that a receive buffer of RCVBUF does not take */
#define RCVBUF 8192

const struct fate fate_active_no_hold = {
	.ending = "four-way", .class = "clean", .initiator = "local", .states = ACTIVE_STATES,
	.closes_first = true,
};
const struct fate fate_passive_no_hold = {
	.ending = "four-way", .class = "clean", .initiator = "peer", .states = PASSIVE_STATES,
};

/* The descriptors of one process. */
static void close_both_descriptors(struct deed *d)
{
	int other = fcntl(d->self->fd, F_DUPFD_CLOEXEC, 0);

	endpoint_close(d->self, "none");
	endpoint_close_fd(d->self, other, "fin");
}

static void close_none(struct deed *d)
{
	endpoint_close(d->self, "none");
	baton_give(d, CLIENT);
}

static void close_after_helper(struct deed *d)
{
	helper_start(d, close_none);
	baton_take(d);
	endpoint_close(d->self, "fin");
	helper_wait(d, 0);
}

static void close_when_told(struct deed *d)
{
	baton_take(d);
	endpoint_close(d->self, "fin");
}

static void close_before_helper(struct deed *d)
{
	helper_start(d, close_when_told);
	endpoint_close(d->self, "none");
	baton_give(d, HELPER);
	helper_wait(d, 0);
}

static void exit_when_told(struct deed *d)
{
	baton_take(d);
	trigger_other(d->self, "exit")->exit_code = 5;
	_exit(5);
}

static void close_before_helper_exits(struct deed *d)
{
	helper_start(d, exit_when_told);
	endpoint_close(d->self, "none");
	baton_give(d, HELPER);
	helper_wait(d, W_EXITCODE(5, 0));
}

/* shutdown() does not ask how many hold the socket. */
static void shut_and_close_none(struct deed *d)
{
	endpoint_shutdown(d->self, SHUT_RDWR, "fin");
	endpoint_close(d->self, "none");
	baton_give(d, CLIENT);
}

static void close_after_helper_shut(struct deed *d)
{
	helper_start(d, shut_and_close_none);
	baton_take(d);
	endpoint_await_state(d->self, TCP_CLOSE);
	endpoint_close(d->self, "released");
	helper_wait(d, 0);
}

static void shut_after_helper_closed(struct deed *d)
{
	helper_start(d, close_none);
	baton_take(d);
	endpoint_shutdown(d->self, SHUT_WR, "fin");
	endpoint_await_state(d->self, TCP_CLOSE);
	endpoint_close(d->self, "released");
	helper_wait(d, 0);
}

static void shut_rd_twice(struct deed *d)
{
	endpoint_shutdown(d->self, SHUT_RD, "none");
	endpoint_shutdown(d->self, SHUT_RD, "none");
	endpoint_close(d->self, "fin");
}

static void shut_twice(struct deed *d, int how)
{
	endpoint_shutdown(d->self, how, "fin");
	endpoint_await_state(d->self, TCP_FIN_WAIT2);
	endpoint_shutdown(d->self, how, "none");
	endpoint_await_state(d->self, TCP_CLOSE);
	endpoint_close(d->self, "released");
}

static void shut_wr_twice(struct deed *d)
{
	shut_twice(d, SHUT_WR);
}

static void shut_rdwr_twice(struct deed *d)
{
	shut_twice(d, SHUT_RDWR);
}

static void shut_when_ended(struct deed *d)
{
	endpoint_shutdown(d->self, SHUT_WR, "fin");
	endpoint_await_state(d->self, TCP_CLOSE);
	endpoint_shutdown_fails(d->self, SHUT_RDWR, ENOTCONN);
	endpoint_close(d->self, "released");
}

static void must_fail(int ret, int error)
{
	int was = errno;

	if (ret != -1 || was != error)
		deed_die(1, "a call that must fail");
}

/* No story comes of these, but the connection's own keeps the one that names its descriptor. */
static void fail_then_close(struct deed *d)
{
	int alone = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must_fail(shutdown(alone, SHUT_RDWR), ENOTCONN);
	close(alone);
	must_fail(shutdown(alone, SHUT_RDWR), EBADF);
	must_fail(close(alone), EBADF);
	must_fail(shutdown(d->baton[CLIENT][0], SHUT_RDWR), ENOTSOCK);
	endpoint_shutdown_fails(d->self, 7, EINVAL);
	endpoint_close(d->self, "fin");
}

/* The calls that no hook follows: what they returned is not seen. */
static void close_by_range(struct deed *d)
{
	struct call *c = call_begin(d->self, "close_range", DEED_UNTOLD, "fin");

	c->hooked = false;
	call_end(c, (int)syscall(SYS_close_range, d->self->fd, d->self->fd, 0));
	if (c->ret == -ENOSYS)
		deed_die(DEED_SKIP, "close_range");
}

static void overwrite(struct deed *d, const char *name, int flags)
{
	struct call *c = call_begin(d->self, name, d->self->fd, "fin");
	int with = d->baton[CLIENT][0];

	c->hooked = false;
	call_end(c, flags ? dup3(with, d->self->fd, flags) : dup2(with, d->self->fd));
	if (c->ret < 0)
		deed_die(1, name);
}

static void overwrite_by_dup2(struct deed *d)
{
#ifdef SYS_dup2
	overwrite(d, "dup2", 0);
#else
	overwrite(d, "dup3", 0);	/* newer architectures have no other: libc's dup2() is that */
#endif
}

static void overwrite_by_dup3(struct deed *d)
{
	overwrite(d, "dup3", O_CLOEXEC);
}

/* A mapping of the receive queue (TCP_ZEROCOPY_RECEIVE) holds the file too. */
static void unmap_last(struct deed *d)
{
	const size_t len = (size_t)sysconf(_SC_PAGESIZE);
	void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, d->self->fd, 0);

	if (map == MAP_FAILED)
		deed_die(DEED_SKIP, "mmap of a TCP socket");
	endpoint_close(d->self, "none");
	trigger_other(d->self, "munmap");
	if (munmap(map, len))
		deed_die(1, "munmap");
}

/* close() waits until the peer has taken all, and acknowledged the FIN. */
static void linger_on_full_window(struct deed *d)
{
	const struct linger wait = { .l_onoff = 1, .l_linger = 10 };
	long long given_us;
	struct call *c;
	int unsent;

	endpoint_option(d->self, SOL_SOCKET, SO_LINGER, &wait, sizeof(wait));
	endpoint_send(d->self, FULL_WINDOW);
	if (ioctl(d->self->fd, SIOCOUTQNSD, &unsent) || unsent < FULL_WINDOW / 2)
		deed_die(1, "filling the peer's window");
	d->self->unsent = unsent;
	given_us = deed_now_us();
	baton_give(d, SERVER);
	endpoint_close(d->self, "fin");
	c = &d->self->calls[0];
	/* the hold may begin before the call, at the baton */
	c->blocked_ms = d->hold_ms - 10 - (int)((c->begin_us - given_us) / 1000);
	if (c->end_us - c->begin_us < c->blocked_ms * 1000LL)
		deed_die(1, "a close() that lingers");
	baton_give(d, SERVER);
}

static void read_after_hold(struct deed *d)
{
	baton_take(d);
	deed_hold(d);
	endpoint_recv(d->self, FULL_WINDOW);
	endpoint_await_eof(d->self);
	baton_take(d);
	endpoint_close(d->self, "fin");
}

#define SERVER_HOLDS LOCAL_FIRST, .server = act_close_after_hold

const struct deed_case cases_trigger[] = {
	{ SERVER_HOLDS, .name = "dup", .client = close_both_descriptors,
	  .does = "two descriptors of one process: the second close() ends it" },
	{ SERVER_HOLDS, .name = "fork-parent-last", .client = close_after_helper,
	  .does = "a child closes its descriptor, then the parent" },
	{ SERVER_HOLDS, .name = "fork-child-last", .client = close_before_helper,
	  .does = "the parent closes its descriptor, then the child" },
	{ SERVER_HOLDS, .name = "fork-child-exits", .client = close_before_helper_exits,
	  .does = "the parent closes its descriptor, then the child exits (5)" },
	{ SERVER_HOLDS, .name = "fork-child-shuts", .client = close_after_helper_shut,
	  .does = "a child calls SHUT_RDWR and closes, the parent still holds a descriptor" },
	{ SERVER_HOLDS, .name = "shut-after-close", .client = shut_after_helper_closed,
	  .does = "a child closes its descriptor, then the parent calls SHUT_WR, then close()" },
	{ SERVER_HOLDS, .name = "shut-rd-twice", .client = shut_rd_twice,
	  .does = "SHUT_RD twice, then close()" },
	{ SERVER_HOLDS, .name = "shut-wr-twice", .client = shut_wr_twice,
	  .does = "SHUT_WR twice, the peer closes, then close()" },
	{ SERVER_HOLDS, .name = "shut-rdwr-twice", .client = shut_rdwr_twice,
	  .does = "SHUT_RDWR twice, the peer closes, then close()" },
	{ SERVER_HOLDS, .name = "shut-ended", .client = shut_when_ended,
	  .does = "SHUT_WR, the peer closes, SHUT_RDWR fails (ENOTCONN), then close()" },
	{ SERVER_HOLDS, .name = "shut-fails", .client = fail_then_close,
	  .does = "calls that fail (ENOTCONN, EBADF, ENOTSOCK, EINVAL), then close()" },
	{ SERVER_HOLDS, .name = "close-range", .client = close_by_range,
	  .does = "close_range()" },
	{ SERVER_HOLDS, .name = "dup2", .client = overwrite_by_dup2,
	  .does = "dup2() puts another file in the descriptor's place" },
	{ SERVER_HOLDS, .name = "dup3", .client = overwrite_by_dup3, .does = "the same by dup3()" },
	{ SERVER_HOLDS, .name = "munmap", .client = unmap_last,
	  .does = "close(), then munmap() of the socket's mapping, which still held it" },
	{ V4, CLEAN_COUNTERS, .name = "linger-wait", .client = linger_on_full_window,
	  .server = read_after_hold, .client_fate = &fate_active_no_hold,
	  .server_fate = &fate_passive_no_hold, .rcvbuf = RCVBUF,
	  .does = "close() with SO_LINGER of 10 s waits until the peer has read all" },
	{ .name = NULL },
};
