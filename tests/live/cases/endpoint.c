// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The actions of one end of a connection. Each is recorded in the endpoint.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE	/* accept4 */
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

_Noreturn void workload_die(int status, const char *what)
{
	fprintf(stderr, "workload: %s: %s\n", what, errno ? strerror(errno) : "unexpected result");
	_exit(status);
}

long long realtime_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

/* Brings lo up: it is down in a new network namespace. */
void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &ifr))
		workload_die(WORKLOAD_SKIP, "lo");
	if (!(ifr.ifr_flags & IFF_UP)) {
		ifr.ifr_flags |= IFF_UP;
		if (ioctl(fd, SIOCSIFFLAGS, &ifr))
			workload_die(WORKLOAD_SKIP, "bringing lo up");
	}
	close(fd);
}

void baton_give(const struct workload *w, enum who to)
{
	if (write(w->baton[to][1], "", 1) != 1)
		workload_die(1, "passing the baton");
}

void baton_take(const struct workload *w)
{
	char byte;
	ssize_t n;

	do
		n = read(w->baton[w->me][0], &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		workload_die(1, "receiving the baton");
}

/* Waits deliberately: this side keeps the connection open for the hold time. */
void workload_hold(struct workload *w)
{
	struct timespec left = {
		.tv_sec = w->hold_ms / 1000,
		.tv_nsec = w->hold_ms % 1000 * 1000000L,
	};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

/* Records which task acts for this end, and gives it a comm that no other process has. */
void endpoint_start(struct endpoint *e, const char *side, const char *comm)
{
	if (prctl(PR_SET_NAME, comm))
		workload_die(1, "PR_SET_NAME");
	prctl(PR_GET_NAME, e->comm);
	e->side = side;
	e->pid = getpid();
	e->tid = (pid_t)syscall(SYS_gettid);
	e->uid = getuid();
	e->exit_code = -1;
	e->signal = -1;
}

static socklen_t parse_address(const char *text, int port, struct sockaddr_storage *ss)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
		workload_die(1, text);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	return sizeof(*v6);
}

/* Formats the address as in the packets: a v4-mapped one as IPv4. Returns the family, 4 or 6. */
static int format_address(const struct sockaddr_storage *ss, char *text, int *port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)ss;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)ss;

	if (ss->ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, text, INET6_ADDRSTRLEN);
		*port = ntohs(v4->sin_port);
		return 4;
	}
	*port = ntohs(v6->sin6_port);
	if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], text, INET6_ADDRSTRLEN);
		return 4;
	}
	inet_ntop(AF_INET6, &v6->sin6_addr, text, INET6_ADDRSTRLEN);
	return 6;
}

static void note_names(struct endpoint *e)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss), cookie_len = sizeof(e->cookie);
	struct stat st;

	if (fstat(e->fd, &st))
		workload_die(1, "fstat");
	e->inode = st.st_ino;
	if (getsockname(e->fd, (struct sockaddr *)&ss, &len))
		workload_die(1, "getsockname");
	e->family = format_address(&ss, e->local_addr, &e->local_port);
	e->v4_mapped = ss.ss_family == AF_INET6 && e->family == 4;
	len = sizeof(ss);
	if (getpeername(e->fd, (struct sockaddr *)&ss, &len))
		workload_die(1, "getpeername");
	format_address(&ss, e->peer_addr, &e->peer_port);
	if (getsockopt(e->fd, SOL_SOCKET, SO_COOKIE, &e->cookie, &cookie_len))
		workload_die(1, "SO_COOKIE");
}

void endpoint_note_opened(struct endpoint *e, const char *how)
{
	e->opened = how;
	note_names(e);
}

void endpoint_note_end(struct endpoint *e)
{
	e->over_us = realtime_us();
}

static int tcp_socket(const struct workload *w, int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, w->c->protocol);

	if (fd < 0)
		workload_die(WORKLOAD_SKIP, "socket");
	return fd;
}

void server_listen(struct workload *w)
{
	struct sockaddr_storage ss;
	socklen_t len = parse_address(w->c->listen_addr, 0, &ss);
	char text[INET6_ADDRSTRLEN];
	int zero = 0;

	w->listener = tcp_socket(w, ss.ss_family);
	if (ss.ss_family == AF_INET6 &&
	    setsockopt(w->listener, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero)))
		workload_die(1, "IPV6_V6ONLY");
	if (w->c->rcvbuf && setsockopt(w->listener, SOL_SOCKET, SO_RCVBUF, &w->c->rcvbuf,
				       sizeof(w->c->rcvbuf)))
		workload_die(1, "SO_RCVBUF");
	if (bind(w->listener, (struct sockaddr *)&ss, len))
		workload_die(WORKLOAD_SKIP, w->c->listen_addr);
	if (listen(w->listener, WORKLOAD_MANY))
		workload_die(1, "listen");
	len = sizeof(ss);
	if (getsockname(w->listener, (struct sockaddr *)&ss, &len))
		workload_die(1, "getsockname");
	format_address(&ss, text, w->port);
}

void client_connect(const struct workload *w, struct endpoint *e)
{
	struct sockaddr_storage ss;
	socklen_t len = parse_address(w->c->connect_addr, *w->port, &ss);

	e->fd = tcp_socket(w, ss.ss_family);
	if (connect(e->fd, (struct sockaddr *)&ss, len))
		workload_die(1, "connect");
	endpoint_note_opened(e, "connect");
}

void server_accept(const struct workload *w, struct endpoint *e)
{
	e->fd = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC);
	if (e->fd < 0)
		workload_die(1, "accept");
	endpoint_note_opened(e, "accept");
}

void endpoint_send(struct endpoint *e, long len_bytes)
{
	static const char junk[4096];

	while (len_bytes > 0) {
		size_t want = len_bytes < (long)sizeof(junk) ? (size_t)len_bytes : sizeof(junk);
		ssize_t n = send(e->fd, junk, want, MSG_NOSIGNAL);

		if (n <= 0)
			workload_die(1, "send");
		e->sent += n;
		len_bytes -= n;
	}
}

void endpoint_recv(struct endpoint *e, long len_bytes)
{
	char junk[4096];

	while (len_bytes > 0) {
		size_t want = len_bytes < (long)sizeof(junk) ? (size_t)len_bytes : sizeof(junk);
		ssize_t n = recv(e->fd, junk, want, 0);

		if (n <= 0)
			workload_die(1, "recv");
		e->received += n;
		len_bytes -= n;
	}
}

/* Waits for data without reading it: after SHUT_RD neither recv() nor poll() would wait. */
void endpoint_await_unread(const struct endpoint *e, int len_bytes)
{
	int unread = 0;

	while (unread < len_bytes) {
		if (ioctl(e->fd, FIONREAD, &unread))
			workload_die(1, "FIONREAD");
		if (unread < len_bytes)
			poll(NULL, 0, 1);
	}
}

void endpoint_await_eof(const struct endpoint *e)
{
	char junk;

	errno = 0;
	if (recv(e->fd, &junk, 1, 0) != 0)
		workload_die(1, "waiting for the peer's FIN");
}

void endpoint_await_reset(const struct endpoint *e)
{
	char junk;

	errno = 0;
	if (recv(e->fd, &junk, 1, 0) != -1 || errno != ECONNRESET)
		workload_die(1, "waiting for the peer's RST");
}

/* Waits until the kernel gives up. */
void endpoint_await_timeout(struct endpoint *e)
{
	char junk;

	errno = 0;
	if (recv(e->fd, &junk, 1, 0) != -1 || errno != ETIMEDOUT)
		workload_die(1, "waiting for a timeout");
	endpoint_note_end(e);
}

/* Waits for a state as TCP_INFO reports it, for changes that recv() does not show. */
void endpoint_await_state(const struct endpoint *e, int state)
{
	struct tcp_info info;
	socklen_t len;

	for (;;) {
		len = sizeof(info);
		if (getsockopt(e->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			workload_die(1, "TCP_INFO");
		if (info.tcpi_state == state)
			return;
		poll(NULL, 0, 1);
	}
}

void endpoint_option(const struct endpoint *e, int level, int name, const void *v, socklen_t len)
{
	if (setsockopt(e->fd, level, name, v, len))
		workload_die(1, "setsockopt");
}

/* Reads the comm of this process, which is that of its first thread, also in another thread. */
static void read_process_comm(char comm[16])
{
	FILE *f = fopen("/proc/self/comm", "re");

	if (!f || fscanf(f, "%15[^\n]", comm) != 1)
		workload_die(1, "/proc/self/comm");
	fclose(f);
}

static void call_note(struct call *c, const char *call)
{
	*c = (struct call){
		.call = call, .how = -1, .fd = -1, .exit_code = -1, .pid = getpid(),
		.tid = (pid_t)syscall(SYS_gettid), .uid = getuid(),
	};
	prctl(PR_GET_NAME, c->comm);
	read_process_comm(c->process);
}

struct call *call_begin(struct endpoint *e, const char *call, int fd, const char *effect)
{
	struct call *c = &e->calls[e->nr_calls];

	if (e->nr_calls >= WORKLOAD_CALLS)
		workload_die(1, "more calls than can be recorded");
	call_note(c, call);
	c->fd = fd;
	c->effect = effect;
	c->hooked = true;
	if (e->trigger == TRIGGER_NONE && effect &&
	    (!strcmp(effect, "fin") || !strcmp(effect, "reset"))) {
		e->trigger = TRIGGER_CALL;
		e->trigger_call = e->nr_calls;
	}
	e->nr_calls++;
	c->begin_us = realtime_us();
	return c;
}

void call_end(struct call *c, int ret)
{
	c->end_us = realtime_us();
	c->ret = ret < 0 ? -errno : ret;
}

struct call *trigger_other(struct endpoint *e, const char *call)
{
	e->trigger = TRIGGER_OTHER;
	call_note(&e->other, call);
	return &e->other;
}

void endpoint_shutdown(struct endpoint *e, int how, const char *effect)
{
	struct call *c = call_begin(e, "shutdown", e->fd, effect);

	c->how = how;
	call_end(c, shutdown(e->fd, how));
	if (c->ret)
		workload_die(1, "shutdown");
}

void endpoint_shutdown_fails(struct endpoint *e, int how, int error)
{
	struct call *c = call_begin(e, "shutdown", e->fd, "none");

	c->how = how;
	call_end(c, shutdown(e->fd, how));
	if (c->ret != -error)
		workload_die(1, "a shutdown did not fail as required");
}

void endpoint_close_fd(struct endpoint *e, int fd, const char *effect)
{
	struct call *c = call_begin(e, "close", fd, effect);

	call_end(c, close(fd));
	if (c->ret)
		workload_die(1, "close");
}

void endpoint_close(struct endpoint *e, const char *effect)
{
	endpoint_close_fd(e, e->fd, effect);
}
