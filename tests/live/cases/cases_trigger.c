// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Descriptors and shutdown(): which of several holders closes the connection, and with which call.
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
#define SYS_close_range 436	/* since 5.9, the same on every architecture */
#endif

#define FULL_WINDOW (256 * 1024)	/* bytes: more than a receive buffer of RCVBUF holds */
#define RCVBUF 8192

const struct expected expected_active_no_hold = {
	.ending = "four-way", .class = "clean", .initiator = "local", .states = ACTIVE_STATES,
	.closes_first = true,
};
const struct expected expected_passive_no_hold = {
	.ending = "four-way", .class = "clean", .initiator = "peer", .states = PASSIVE_STATES,
};

/* Closes two descriptors of one process. */
static void close_both_descriptors(struct workload *w)
{
	int other = fcntl(w->self->fd, F_DUPFD_CLOEXEC, 0);

	endpoint_close(w->self, "none");
	endpoint_close_fd(w->self, other, "fin");
}

static void close_none(struct workload *w)
{
	endpoint_close(w->self, "none");
	baton_give(w, CLIENT);
}

static void close_after_helper(struct workload *w)
{
	helper_start(w, close_none);
	baton_take(w);
	endpoint_close(w->self, "fin");
	helper_wait(w, 0);
}

static void close_when_told(struct workload *w)
{
	baton_take(w);
	endpoint_close(w->self, "fin");
}

static void close_before_helper(struct workload *w)
{
	helper_start(w, close_when_told);
	endpoint_close(w->self, "none");
	baton_give(w, HELPER);
	helper_wait(w, 0);
}

static void exit_when_told(struct workload *w)
{
	baton_take(w);
	trigger_other(w->self, "exit")->exit_code = 5;
	_exit(5);
}

static void close_before_helper_exits(struct workload *w)
{
	helper_start(w, exit_when_told);
	endpoint_close(w->self, "none");
	baton_give(w, HELPER);
	helper_wait(w, W_EXITCODE(5, 0));
}

/* shutdown() takes effect however many processes hold the socket. */
static void shut_and_close_none(struct workload *w)
{
	endpoint_shutdown(w->self, SHUT_RDWR, "fin");
	endpoint_close(w->self, "none");
	baton_give(w, CLIENT);
}

static void close_after_helper_shut(struct workload *w)
{
	helper_start(w, shut_and_close_none);
	baton_take(w);
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, "released");
	helper_wait(w, 0);
}

static void shut_after_helper_closed(struct workload *w)
{
	helper_start(w, close_none);
	baton_take(w);
	endpoint_shutdown(w->self, SHUT_WR, "fin");
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, "released");
	helper_wait(w, 0);
}

static void shut_rd_twice(struct workload *w)
{
	endpoint_shutdown(w->self, SHUT_RD, "none");
	endpoint_shutdown(w->self, SHUT_RD, "none");
	endpoint_close(w->self, "fin");
}

static void shut_twice(struct workload *w, int how)
{
	endpoint_shutdown(w->self, how, "fin");
	endpoint_await_state(w->self, TCP_FIN_WAIT2);
	endpoint_shutdown(w->self, how, "none");
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_close(w->self, "released");
}

static void shut_wr_twice(struct workload *w)
{
	shut_twice(w, SHUT_WR);
}

static void shut_rdwr_twice(struct workload *w)
{
	shut_twice(w, SHUT_RDWR);
}

static void shut_when_ended(struct workload *w)
{
	endpoint_shutdown(w->self, SHUT_WR, "fin");
	endpoint_await_state(w->self, TCP_CLOSE);
	endpoint_shutdown_fails(w->self, SHUT_RDWR, ENOTCONN);
	endpoint_close(w->self, "released");
}

static void expect_failure(int ret, int error)
{
	int was = errno;

	if (ret != -1 || was != error)
		workload_die(1, "a call did not fail as required");
}

/* These calls cause no story. The story of the connection lists the one with its descriptor. */
static void fail_then_close(struct workload *w)
{
	int alone = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	expect_failure(shutdown(alone, SHUT_RDWR), ENOTCONN);
	close(alone);
	expect_failure(shutdown(alone, SHUT_RDWR), EBADF);
	expect_failure(close(alone), EBADF);
	expect_failure(shutdown(w->baton[CLIENT][0], SHUT_RDWR), ENOTSOCK);
	endpoint_shutdown_fails(w->self, 7, EINVAL);
	endpoint_close(w->self, "fin");
}

/* No hook follows these calls, so their return values are unknown. */
static void close_by_range(struct workload *w)
{
	struct call *c = call_begin(w->self, "close_range", WORKLOAD_ANY, "fin");

	c->hooked = false;
	call_end(c, (int)syscall(SYS_close_range, w->self->fd, w->self->fd, 0));
	if (c->ret == -ENOSYS)
		workload_die(WORKLOAD_SKIP, "close_range");
}

static void overwrite(struct workload *w, const char *name, int flags)
{
	struct call *c = call_begin(w->self, name, w->self->fd, "fin");
	int with = w->baton[CLIENT][0];

	c->hooked = false;
	call_end(c, flags ? dup3(with, w->self->fd, flags) : dup2(with, w->self->fd));
	if (c->ret < 0)
		workload_die(1, name);
}

static void overwrite_by_dup2(struct workload *w)
{
#ifdef SYS_dup2
	overwrite(w, "dup2", 0);
#else
	overwrite(w, "dup3", 0);	/* on newer architectures libc's dup2() calls dup3() */
#endif
}

static void overwrite_by_dup3(struct workload *w)
{
	overwrite(w, "dup3", O_CLOEXEC);
}

/* A mapping of the receive queue (TCP_ZEROCOPY_RECEIVE) holds the file too. */
static void unmap_last(struct workload *w)
{
	const size_t len = (size_t)sysconf(_SC_PAGESIZE);
	void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, w->self->fd, 0);

	if (map == MAP_FAILED)
		workload_die(WORKLOAD_SKIP, "mmap of a TCP socket");
	endpoint_close(w->self, "none");
	trigger_other(w->self, "munmap");
	if (munmap(map, len))
		workload_die(1, "munmap");
}

/* close() waits until the peer has received all data and acknowledged the FIN. */
static void linger_on_full_window(struct workload *w)
{
	const struct linger wait = { .l_onoff = 1, .l_linger = 10 };
	long long given_us;
	struct call *c;
	int unsent;

	endpoint_option(w->self, SOL_SOCKET, SO_LINGER, &wait, sizeof(wait));
	endpoint_send(w->self, FULL_WINDOW);
	if (ioctl(w->self->fd, SIOCOUTQNSD, &unsent) || unsent < FULL_WINDOW / 2)
		workload_die(1, "filling the peer's window");
	w->self->unsent = unsent;
	given_us = realtime_us();
	baton_give(w, SERVER);
	endpoint_close(w->self, "fin");
	c = &w->self->calls[0];
	/* The hold may start before the call, with the baton. */
	c->blocked_ms = w->hold_ms - 10 - (int)((c->begin_us - given_us) / 1000);
	if (c->end_us - c->begin_us < c->blocked_ms * 1000LL)
		workload_die(1, "a close() that lingers");
	baton_give(w, SERVER);
}

static void read_after_hold(struct workload *w)
{
	baton_take(w);
	workload_hold(w);
	endpoint_recv(w->self, FULL_WINDOW);
	endpoint_await_eof(w->self);
	baton_take(w);
	endpoint_close(w->self, "fin");
}

#define SERVER_HOLDS LOCAL_FIRST, .server = do_close_after_hold

const struct workload_case cases_trigger[] = {
	{ SERVER_HOLDS, .name = "dup", .client = close_both_descriptors,
	  .does = "two descriptors of one process: the second close() closes the connection" },
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
	  .does = "dup2() replaces the descriptor by another file" },
	{ SERVER_HOLDS, .name = "dup3", .client = overwrite_by_dup3,
	  .does = "the same with dup3()" },
	{ SERVER_HOLDS, .name = "munmap", .client = unmap_last,
	  .does = "close(), then munmap() of a mapping that still held the socket" },
	{ V4, CLEAN_COUNTERS, .name = "linger-wait", .client = linger_on_full_window,
	  .server = read_after_hold, .client_expected = &expected_active_no_hold,
	  .server_expected = &expected_passive_no_hold, .rcvbuf = RCVBUF,
	  .does = "close() with SO_LINGER of 10 s waits until the peer has read all" },
	{ .name = NULL },
};
