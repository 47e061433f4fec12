// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One end of a connection: waits for its turn, prints its line of truth, then acts.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"

#define CHUNK_BYTES 4096

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

_Noreturn void soak_die(const char *what)
{
	fprintf(stderr, "soak: %s: %s\n", what, errno ? strerror(errno) : "unexpected result");
	_exit(1);
}

/* Names the task after its worker, so that the comm in a story identifies the worker. */
void soak_become(const char *kind, uint32_t worker)
{
	char comm[16];

	snprintf(comm, sizeof(comm), "%s-%u", kind, worker);
	if (prctl(PR_SET_NAME, comm))
		soak_die("PR_SET_NAME");
}

static _Noreturn void end_die(const struct end *e, const char *what)
{
	int error = errno;

	fprintf(stderr, "soak: %u.%u %s [%s | %s] first %d: ", e->plan.worker, e->plan.nr,
		e->side == CLIENT ? "client" : "server", action_name(e->plan.action[0]),
		action_name(e->plan.action[1]), e->plan.first);
	errno = error;
	soak_die(what);
}

static void require(const struct end *e, bool done, const char *what)
{
	if (!done)
		end_die(e, what);
}

static void sleep_ms(int ms)
{
	struct timespec left = { .tv_nsec = ms * 1000000L };

	while (ms && nanosleep(&left, &left) && errno == EINTR)
		;
}

/* Sleeps as briefly as the kernel permits, so that both sides wake at about the same time. */
static void nap(int times)
{
	const struct timespec shortest = { .tv_nsec = 1 };

	while (times-- > 0)
		nanosleep(&shortest, NULL);
}

static void send_junk(const struct end *e, long len_bytes)
{
	static const char junk[CHUNK_BYTES];

	while (len_bytes > 0) {
		size_t want = len_bytes < CHUNK_BYTES ? (size_t)len_bytes : CHUNK_BYTES;
		ssize_t n = send(e->fd, junk, want, MSG_NOSIGNAL);

		require(e, n > 0, "send");
		len_bytes -= n;
	}
}

static void recv_junk(const struct end *e, long len_bytes)
{
	char junk[CHUNK_BYTES];

	while (len_bytes > 0) {
		size_t want = len_bytes < CHUNK_BYTES ? (size_t)len_bytes : CHUNK_BYTES;
		ssize_t n = recv(e->fd, junk, want, 0);

		require(e, n > 0, "recv");
		len_bytes -= n;
	}
}

static void await_eof(const struct end *e)
{
	char junk;

	errno = 0;
	require(e, recv(e->fd, &junk, 1, 0) == 0, "waiting for the peer's FIN");
}

static void await_reset(const struct end *e)
{
	char junk;

	errno = 0;
	require(e, recv(e->fd, &junk, 1, 0) == -1 && errno == ECONNRESET,
	     "waiting for the peer's RST");
}

static void await_unread(const struct end *e)
{
	struct pollfd ready = { .fd = e->fd, .events = POLLIN };
	int low = SOAK_UNREAD;

	require(e, !setsockopt(e->fd, SOL_SOCKET, SO_RCVLOWAT, &low, sizeof(low)), "SO_RCVLOWAT");
	require(e, poll(&ready, 1, -1) == 1 && ready.revents == POLLIN, "waiting for data");
}

/* Waits for the peer's FIN without reading the data before it. */
static void await_hangup(const struct end *e)
{
	struct pollfd ready = { .fd = e->fd, .events = POLLRDHUP };

	require(e, poll(&ready, 1, -1) == 1 && ready.revents == POLLRDHUP,
	     "waiting for the peer's FIN behind data");
}

/* Sends the ACK now. The kernel would otherwise send it with our FIN (tcp_sock_set_quickack). */
static void ack_now(const struct end *e)
{
	int on = 1;

	require(e, !setsockopt(e->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on)), "TCP_QUICKACK");
}

static void wait_as_first(const struct end *e)
{
	const struct plan *p = &e->plan;

	if (p->action[0] == ACTION_UNREAD)
		await_unread(e);
	else if (!action_resets(p->action[0]) && p->action[1] == ACTION_UNREAD)
		send_junk(e, SOAK_UNREAD);
	sleep_ms(p->hold_ms[0]);
}

static void wait_as_second(const struct end *e)
{
	const struct plan *p = &e->plan;

	if (p->action[1] == ACTION_UNREAD) {
		await_hangup(e);
		send_junk(e, p->answer_bytes);
		sleep_ms(p->hold_ms[1]);
		return;
	}
	await_eof(e);
	if (p->ack_at_once)
		ack_now(e);
	sleep_ms(p->hold_ms[1]);
	if (plan_has_answer(p))
		send_junk(e, p->answer_bytes);
}

/* Returns when this side's own action is due. */
static void wait_turn(const struct end *e)
{
	if (e->plan.first == FIRST_AT_ONCE)
		nap(e->plan.hold_ms[e->side]);
	else if (plan_goes_first(&e->plan, e->side))
		wait_as_first(e);
	else
		wait_as_second(e);
}

static void print_call(const struct end *e, const char *call, int how, int fd)
{
	const struct caller a = { .call = call, .how = how, .fd = fd, .exit_code = -1,
				  .signal = -1 };

	truth_print(e, &a);
}

static void print_end_of_process(const struct end *e, const char *call, int code, int signal)
{
	const struct caller a = { .call = call, .how = -1, .fd = -1, .exit_code = code,
				  .signal = signal };

	truth_print(e, &a);
}

static void do_close(const struct end *e, int fd)
{
	require(e, !close(fd), "close");
}

static void close_last(const struct end *e)
{
	print_call(e, "close", -1, e->fd);
	do_close(e, e->fd);
}

static void shut_and_close(const struct end *e, int how)
{
	if (how == SHUT_RD)
		print_call(e, "close", -1, e->fd);
	else
		print_call(e, "shutdown", how, e->fd);
	require(e, !shutdown(e->fd, how), "shutdown");
	do_close(e, e->fd);
}

static void half_close(const struct end *e)
{
	print_call(e, "shutdown", SHUT_WR, e->fd);
	require(e, !shutdown(e->fd, SHUT_WR), "shutdown");
	if (plan_has_answer(&e->plan))
		recv_junk(e, e->plan.answer_bytes);
	if (action_resets(e->plan.action[1]))
		await_reset(e);
	else
		await_eof(e);
	do_close(e, e->fd);
}

static void dup_and_close(const struct end *e)
{
	int copy = dup(e->fd);

	require(e, copy >= 0, "dup");
	print_call(e, "close", -1, copy);
	do_close(e, e->fd);
	do_close(e, copy);
}

static void dup_over(const struct end *e, bool three)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	require(e, null >= 0, "/dev/null");
#ifdef SYS_dup2
	print_call(e, three ? "dup3" : "dup2", -1, e->fd);
#else
	print_call(e, "dup3", -1, e->fd);
#endif
	if (three)
		require(e, dup3(null, e->fd, O_CLOEXEC) == e->fd, "dup3");
	else
		require(e, dup2(null, e->fd) == e->fd, "dup2");
	close(e->fd);
	close(null);
}

static void close_range_of_one(const struct end *e)
{
	print_call(e, "close_range", -1, -1);
	require(e, !syscall(SYS_close_range, e->fd, e->fd, 0), "close_range");
}

static void close_linger_zero(const struct end *e)
{
	const struct linger zero = { .l_onoff = 1, .l_linger = 0 };

	require(e, !setsockopt(e->fd, SOL_SOCKET, SO_LINGER, &zero, sizeof(zero)), "SO_LINGER");
	close_last(e);
}

static void disconnect(const struct end *e)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	print_call(e, "connect", -1, e->fd);
	require(e, !connect(e->fd, &nobody, sizeof(nobody)), "connect to AF_UNSPEC");
	do_close(e, e->fd);
}

static _Noreturn void wait_to_be_killed(const struct end *e, int ready)
{
	print_end_of_process(e, "signal", -1, SIGKILL);
	require(e, write(ready, "", 1) == 1, "reporting that the child is ready");
	for (;;)
		pause();
}

static _Noreturn void exec_over(const struct end *e)
{
	print_call(e, "execve", -1, -1);
	execl("/proc/self/exe", "soak", "--nothing", NULL);
	end_die(e, "execve");
}

static void perform(const struct end *e)
{
	switch (plan_action(&e->plan, e->side)) {
	case ACTION_SHUT_WR:
		shut_and_close(e, SHUT_WR);
		break;
	case ACTION_SHUT_RDWR:
		shut_and_close(e, SHUT_RDWR);
		break;
	case ACTION_SHUT_RD:
		shut_and_close(e, SHUT_RD);
		break;
	case ACTION_DUP:
		dup_and_close(e);
		break;
	case ACTION_DUP2:
		dup_over(e, false);
		break;
	case ACTION_DUP3:
		dup_over(e, true);
		break;
	case ACTION_CLOSE_RANGE:
		close_range_of_one(e);
		break;
	case ACTION_HALF_CLOSE:
		half_close(e);
		break;
	case ACTION_LINGER_ZERO:
		close_linger_zero(e);
		break;
	case ACTION_DISCONNECT:
		disconnect(e);
		break;
	default:
		close_last(e);
		break;
	}
}

/* The child's part. A byte in baton means that the parent has closed its copy. */
static _Noreturn void child_run(const struct end *e, int baton, int ready)
{
	uint8_t action = plan_action(&e->plan, e->side);
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	soak_become("soak-child", e->plan.worker);
	if (action == ACTION_FORK_PARENT) {
		do_close(e, e->fd);
		_exit(0);
	}
	require(e, read(baton, &byte, 1) == 1, "receiving the baton");
	wait_turn(e);
	if (action == ACTION_EXIT) {
		print_end_of_process(e, "exit", e->plan.exit_code, -1);
		_exit(e->plan.exit_code);
	}
	if (action == ACTION_KILLED)
		wait_to_be_killed(e, ready);
	if (action == ACTION_EXECVE)
		exec_over(e);
	close_last(e);
	_exit(0);
}

static void reap(const struct end *e, pid_t child, int expected)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(child, &status, 0);
	while (pid < 0 && errno == EINTR);
	errno = 0;
	require(e, pid == child && status == expected, "the child's exit status");
}

static void run_with_child(const struct end *e)
{
	uint8_t action = plan_action(&e->plan, e->side);
	int baton[2], ready[2];
	pid_t child;
	char byte;

	require(e, !pipe2(baton, O_CLOEXEC) && !pipe2(ready, O_CLOEXEC), "pipe");
	child = fork();
	require(e, child >= 0, "fork");
	if (!child)
		child_run(e, baton[0], ready[1]);
	if (action == ACTION_FORK_PARENT) {
		reap(e, child, 0);
		wait_turn(e);
		close_last(e);
	} else {
		do_close(e, e->fd);
		require(e, write(baton[1], "", 1) == 1, "passing the baton");
	}
	if (action == ACTION_KILLED) {
		require(e, read(ready[0], &byte, 1) == 1, "the child is not ready");
		require(e, !kill(child, SIGKILL), "kill");
	}
	if (action != ACTION_FORK_PARENT)
		reap(e, child, action == ACTION_KILLED ? SIGKILL :
		     action == ACTION_EXIT ? W_EXITCODE(e->plan.exit_code, 0) : 0);
	for (int i = 0; i < 2; i++) {
		close(baton[i]);
		close(ready[i]);
	}
}

/* Counts the bytes that each side sends besides the plan and its receipt. */
static void count_bytes(struct end *e)
{
	const struct plan *p = &e->plan;
	bool first = plan_goes_first(p, e->side);
	long by_first = 0, by_second = 0;

	if (p->first == FIRST_AT_ONCE)
		return;
	if (p->action[0] == ACTION_UNREAD)
		by_second = SOAK_UNREAD;
	else if (!action_resets(p->action[0]) && p->action[1] == ACTION_UNREAD)
		by_first = SOAK_UNREAD;
	if (plan_has_answer(p))
		by_second = p->answer_bytes;
	e->sent += first ? by_first : by_second;
	e->received += first ? by_second : by_first;
}

void end_run(struct end *e)
{
	const struct plan *p = &e->plan;

	count_bytes(e);
	if (!plan_goes_first(p, e->side) && p->first != FIRST_AT_ONCE &&
	    action_resets(p->action[0])) {
		truth_print(e, NULL);
		if (p->action[0] == ACTION_UNREAD)
			send_junk(e, SOAK_UNREAD);
		await_reset(e);
		do_close(e, e->fd);
	} else if (action_forks(plan_action(p, e->side))) {
		run_with_child(e);
	} else {
		wait_turn(e);
		perform(e);
	}
}
