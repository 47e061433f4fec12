// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Other entries into the kernel: the calls of a 32-bit program, and MPTCP, whose subflows are TCP
 * sockets without a descriptor.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "netns.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* The system call numbers of i386, arch/x86/entry/syscalls/syscall_32.tbl */
#define I386_CLOSE 6
#define I386_GETPID 20
#define I386_SOCKETCALL 102
#define I386_SHUTDOWN 373
#define SOCKETCALL_SHUTDOWN 13	/* linux/net.h SYS_SHUTDOWN */

/* Enters the kernel as a 32-bit program does, with the numbers and registers of i386. */
static long call_i386(long nr, long first, long second)
{
#ifdef __x86_64__
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(first), "c"(second)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
#else
	(void)nr;
	(void)first;
	(void)second;
	return -ENOSYS;
#endif
}

/* Skips the case without IA32 emulation, where the trap is a fault. */
static void need_i386(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(call_i386(I386_GETPID, 0, 0) != getpid());
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		workload_die(1, "fork");
	errno = ENOSYS;
	if (status)
		workload_die(WORKLOAD_SKIP, "no 32-bit calls in this kernel: int 0x80");
}

static struct call *call_begin_i386(struct workload *w, const char *name, const char *effect)
{
	struct call *c = call_begin(w->self, name, w->self->fd, effect);

	c->hooked = false;	/* the syscall tracepoints ignore 32-bit calls */
	return c;
}

static void call_end_i386(struct call *c, long ret)
{
	errno = (int)-ret;
	call_end(c, ret ? -1 : 0);
	if (ret)
		workload_die(1, "a 32-bit call");
}

static void close_i386(struct workload *w)
{
	struct call *c;

	need_i386();
	c = call_begin_i386(w, "close", "fin");
	call_end_i386(c, call_i386(I386_CLOSE, w->self->fd, 0));
}

static void shut_i386(struct workload *w)
{
	struct call *c;

	need_i386();
	c = call_begin_i386(w, "shutdown", "fin");
	c->how = SHUT_WR;
	call_end_i386(c, call_i386(I386_SHUTDOWN, w->self->fd, SHUT_WR));
	endpoint_await_eof(w->self);
	endpoint_close(w->self, "released");
}

/* socketcall() covers all socket calls: descriptor and direction are in the caller's memory. */
static void shut_socketcall(struct workload *w)
{
	uint32_t *args = MAP_FAILED;
	struct call *c;

	need_i386();
#ifdef MAP_32BIT
	args = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
		    -1, 0);
#endif
	if (args == MAP_FAILED)
		workload_die(WORKLOAD_SKIP, "memory below 4 GB");
	args[0] = (uint32_t)w->self->fd;
	args[1] = SHUT_RDWR;
	c = call_begin_i386(w, "shutdown", "fin");
	c->fd = c->how = WORKLOAD_ANY;
	call_end_i386(c, call_i386(I386_SOCKETCALL, SOCKETCALL_SHUTDOWN, (long)args));
	endpoint_await_eof(w->self);
	endpoint_close(w->self, "released");
}

/* Waits until the close has started. The tool then waits for its end. */
static void await_fin(const struct workload *w)
{
	int state;

	while ((state = netns_tcp_state(w->self)) == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT)
		poll(NULL, 0, 1);
}

/* A kernel thread closes the subflows later. If the story names a task, it is that thread. */
static void close_mptcp(struct workload *w)
{
	struct call *c = trigger_other(w->self, "kernel");

	w->self->cookie = 0;	/* it would be the cookie of the MPTCP socket */
	c->maybe = true;
	c->pid = c->tid = 0;
	strcpy(c->comm, "kworker*");
	if (close(w->self->fd))
		workload_die(1, "close");
	await_fin(w);
}

/* With unread data all subflows are reset within close() (MPTCP_RST, fast close). */
static void close_mptcp_unread(struct workload *w)
{
	struct call *c;

	endpoint_await_unread(w->self, 10);
	w->self->cookie = 0;
	w->self->received = 10;
	c = trigger_other(w->self, "close");
	c->fd = WORKLOAD_ANY;
	if (close(w->self->fd))
		workload_die(1, "close");
}

static void send_mptcp_unread(struct workload *w)
{
	w->self->cookie = 0;
	endpoint_send(w->self, 10);
	endpoint_await_reset(w->self);
	close(w->self->fd);
}

static void close_mptcp_after_hold(struct workload *w)
{
	endpoint_await_eof(w->self);
	workload_hold(w);
	close_mptcp(w);
}

/* The kernel decides when a subflow sends its FINs: the other FIN may carry the ACK of one. */
static const struct expected subflow_active = {
	.ending = "four-way|three-way", .class = "clean", .initiator = "local",
	.states = ACTIVE_STATES,
	.closes_first = true,
};
static const struct expected subflow_passive = {
	.ending = "four-way|three-way", .class = "clean", .initiator = "peer",
	.states = PASSIVE_STATES,
};

#define SERVER_HOLDS LOCAL_FIRST, .server = do_close_after_hold

const struct workload_case cases_trigger_odd[] = {
	{ SERVER_HOLDS, .name = "close-32bit", .client = close_i386,
	  .does = "close() as a 32-bit program calls it" },
	{ SERVER_HOLDS, .name = "shut-32bit", .client = shut_i386,
	  .does = "SHUT_WR as a 32-bit program calls it, then close()" },
	{ SERVER_HOLDS, .name = "shut-socketcall", .client = shut_socketcall,
	  .does = "SHUT_RDWR by the 32-bit socketcall(), then close()" },
	{ V4, CLEAN_COUNTERS, .name = "mptcp", .client = close_mptcp,
	  .server = close_mptcp_after_hold, .client_expected = &subflow_active,
	  .server_expected = &subflow_passive, .protocol = IPPROTO_MPTCP,
	  .does = "the one subflow of an MPTCP connection" },
	{ V4, .counters = { { "EstabResets", 2 }, { "OutRsts", 1 } }, .name = "mptcp-unread",
	  .client = close_mptcp_unread, .server = send_mptcp_unread,
	  .client_expected = &expected_unread_data, .server_expected = &expected_reset_received,
	  .protocol = IPPROTO_MPTCP, .does = "close() of an MPTCP socket with bytes unread: RST" },
	{ .name = NULL },
};
