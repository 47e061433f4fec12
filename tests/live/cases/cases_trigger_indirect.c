// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Indirect closes: of a descriptor passed over a unix socket, of a listener, and by the
 * administrator; and actions on the connection other than close() and shutdown().
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "netns.h"

static const struct expected disconnected = {
	.ending = "reset-sent", .class = "reset", .initiator = "local", .reason = "disconnect",
	.states = RESET_STATES, .closes_first = true,
};
static const struct expected destroyed = {
	.ending = "reset-sent", .class = "reset", .initiator = "local", .reason = "destroyed",
	.states = RESET_STATES, .closes_first = true,
};
static const struct expected not_accepted = {
	.ending = "reset-sent", .class = "reset", .initiator = "local", .reason = "not-accepted",
	.states = RESET_STATES, .closes_first = true,
};

static void unix_pair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		workload_die(WORKLOAD_SKIP, "a pair of unix sockets");
}

union rights {
	struct cmsghdr header;
	char room[CMSG_SPACE(2 * sizeof(int))];
};

static void pass_descriptors(int through, const int *fds, int count)
{
	union rights rights = { .header = {
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
		.cmsg_len = CMSG_LEN((size_t)count * sizeof(int)),
	} };
	struct iovec byte = { .iov_base = "", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &byte, .msg_iovlen = 1, .msg_control = &rights,
		.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int)),
	};

	memcpy(CMSG_DATA(&rights.header), fds, (size_t)count * sizeof(int));
	if (sendmsg(through, &msg, 0) != 1)
		workload_die(1, "passing a descriptor");
}

static int receive_descriptor(int from)
{
	union rights rights;
	char byte;
	struct iovec room = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &room, .msg_iovlen = 1, .msg_control = &rights,
		.msg_controllen = sizeof(rights),
	};
	int fd = -1;

	if (recvmsg(from, &msg, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&msg))
		workload_die(1, "receiving a descriptor");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/*
 * The helper closes its inherited descriptor, so that it holds the socket only by the passed one.
 */
static void close_what_comes(struct workload *w)
{
	int fd;

	endpoint_close(w->self, "none");
	baton_give(w, CLIENT);
	baton_take(w);
	fd = receive_descriptor(w->pair[1]);
	endpoint_close_fd(w->self, fd, "fin");
}

static void pass_then_close(struct workload *w)
{
	unix_pair(w->pair);
	helper_start(w, close_what_comes);
	baton_take(w);
	pass_descriptors(w->pair[0], &w->self->fd, 1);
	endpoint_close(w->self, "none");
	baton_give(w, HELPER);
	helper_wait(w, 0);
}

/*
 * Closing the unix socket closes the descriptors in its queue: the call is on another descriptor.
 */
static void close_what_holds_it(struct workload *w)
{
	int pair[2];

	unix_pair(pair);
	pass_descriptors(pair[0], &w->self->fd, 1);
	endpoint_close(w->self, "none");
	trigger_other(w->self, "close")->deferred = true;
	if (close(pair[1]) || close(pair[0]))
		workload_die(1, "close");
}

/*
 * Leaves a unix socket in its own queue, together with our TCP socket: the kernel's garbage
 * collector finds them. The collector is a kernel thread or, in kernels without one, the next task
 * that closes a unix socket: here our own second close().
 */
static void leave_to_collector(struct workload *w)
{
	bool thread = kernel_has_symbol("__unix_gc") || kernel_has_symbol("unix_schedule_gc");
	struct call *c;
	int pair[2];

	unix_pair(pair);
	pass_descriptors(pair[0], (int[]){ w->self->fd, pair[1] }, 2);
	c = trigger_other(w->self, thread ? "kernel|unix_gc" : "close|unix_gc");
	c->deferred = !thread;
	if (thread) {
		c->pid = c->tid = 0;
		strcpy(c->comm, "kworker*");
	}
	endpoint_close(w->self, "none");
	if (close(pair[1]) || close(pair[0]))
		workload_die(1, "close");
	baton_take(w);
}

static void follow_collector(struct workload *w)
{
	endpoint_await_eof(w->self);
	baton_give(w, CLIENT);
	workload_hold(w);
	endpoint_close(w->self, "fin");
}

/* The socket stays open, unconnected. Later actions on it are not part of the story. */
static void disconnect(struct workload *w)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	struct call *c = call_begin(w->self, "connect", w->self->fd, "reset");

	c->hooked = false;
	call_end(c, connect(w->self->fd, &nowhere, sizeof(nowhere)));
	if (c->ret)
		workload_die(1, "connect to AF_UNSPEC");
	endpoint_close(w->self, NULL);
}

static void await_destruction(struct workload *w)
{
	char junk;

	baton_give(w, PARENT);
	errno = 0;
	if (recv(w->self->fd, &junk, 1, 0) != -1 || errno != ECONNABORTED)
		workload_die(WORKLOAD_SKIP, "ss -K");
	endpoint_close(w->self, NULL);
}

/* ss, the administrator's tool, destroys the client's socket. */
static void destroy_client(struct workload *w)
{
	struct endpoint *e = &w->ends[0];
	char local[80], peer[80];
	struct call *c;
	pid_t pid;

	baton_take(w);
	snprintf(local, sizeof(local), "%s:%d", e->local_addr, e->local_port);
	snprintf(peer, sizeof(peer), "%s:%d", e->peer_addr, e->peer_port);
	pid = fork();
	if (pid < 0)
		workload_die(1, "fork");
	if (pid > 0) {
		if (waitpid(pid, NULL, 0) != pid)
			workload_die(1, "waitpid");
		return;
	}
	c = trigger_other(e, "sock_destroy");
	strcpy(c->comm, "ss");
	strcpy(c->process, "ss");
	if (dup2(w->null, STDOUT_FILENO) < 0)
		workload_die(1, "dup2");
	execlp("ss", "ss", "-K", "-tn", "src", local, "dst", peer, (char *)NULL);
	workload_die(WORKLOAD_SKIP, "ss");
}

/* Closing the listener resets unaccepted connections. Returns when all are in its queue. */
static void name_unaccepted(struct workload *w, const char *call, int fd, int how)
{
	struct pollfd ready = { .fd = w->listener, .events = POLLIN };

	baton_take(w);
	if (poll(&ready, 1, -1) != 1)
		workload_die(1, "waiting for connections");
	for (int i = 0; i < w->connections; i++) {
		struct endpoint *e = &w->ends[2 * i + 1];
		const struct endpoint *client = e - 1;
		struct call *c = trigger_other(e, call);

		c->fd = fd;
		c->how = how;
		e->opened = "accept";
		e->fd = -1;
		e->family = client->family;
		memcpy(e->local_addr, client->peer_addr, sizeof(e->local_addr));
		memcpy(e->peer_addr, client->local_addr, sizeof(e->peer_addr));
		e->local_port = client->peer_port;
		e->peer_port = client->local_port;
	}
}

static void close_listener(struct workload *w)
{
	name_unaccepted(w, "close", w->listener, -1);
	if (close(w->listener))
		workload_die(1, "close");
}

static void shut_listener(struct workload *w)
{
	name_unaccepted(w, "shutdown", w->listener, SHUT_RD);
	if (shutdown(w->listener, SHUT_RD))
		workload_die(1, "shutdown");
	if (close(w->listener))
		workload_die(1, "close");
}

static void exit_with_listener(struct workload *w)
{
	name_unaccepted(w, "exit", -1, -1);
	for (int i = 0; i < w->connections; i++)
		w->ends[2 * i + 1].other.exit_code = 0;
	_exit(0);
}

static void await_resets(struct workload *w)
{
	baton_give(w, SERVER);
	for (int i = 0; i < w->connections; i++) {
		endpoint_await_reset(&w->ends[2 * i]);
		endpoint_close(&w->ends[2 * i], NULL);
	}
}

#define RESET_COUNTERS(n) .counters = { { "EstabResets", 2 * (n) }, { "OutRsts", (n) } }
#define LISTENER_ENDS                                                                              \
	V4, RESET_COUNTERS(3),                                                                     \
		.client = await_resets, .client_expected = &expected_reset_received,               \
		.server_expected = &not_accepted, .connections = 3, .no_accept = true
#define SERVER_HOLDS LOCAL_FIRST, .server = do_close_after_hold

const struct workload_case cases_trigger_far[] = {
	{ SERVER_HOLDS, .name = "scm-passed", .client = pass_then_close,
	  .does = "another process receives the descriptor over a unix socket and closes it" },
	{ SERVER_HOLDS, .name = "scm-in-flight", .client = close_what_holds_it,
	  .does = "the unix socket is closed with the passed descriptor still in its queue" },
	{ LOCAL_FIRST, .server = follow_collector, .name = "scm-cycle",
	  .client = leave_to_collector,
	  .does = "the descriptor is queued with the unix socket itself: garbage collection" },
	{ V4, RESET_COUNTERS(1), .name = "connect-unspec", .client = disconnect,
	  .server = do_await_reset, .client_expected = &disconnected,
	  .server_expected = &expected_reset_received, .does = "connect() to AF_UNSPEC: RST" },
	{ V4, RESET_COUNTERS(1), .name = "sock-destroy", .client = await_destruction,
	  .parent = destroy_client, .server = do_await_reset, .client_expected = &destroyed,
	  .server_expected = &expected_reset_received, .does = "ss -K: RST" },
	{ LISTENER_ENDS, .name = "listener-closed", .server = close_listener,
	  .does = "close() of a listener with three connections in its queue: RSTs" },
	{ LISTENER_ENDS, .name = "listener-shut", .server = shut_listener,
	  .does = "the same with SHUT_RD" },
	{ LISTENER_ENDS, .name = "listener-exit", .server = exit_with_listener,
	  .does = "the same by exit of its process" },
	{ .name = NULL },
};
