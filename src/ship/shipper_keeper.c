/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "read_clock.h"
#include "sandbox.h"
#include "shipper_process.h"

#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 10000
#define LONG_LIFE_NS (30 * NS_PER_S)	/* after it, the next pause is the shortest again */

static int send_worker(int control, int fd, pid_t worker)
{
	struct keeper_message message = { .worker = worker };
	struct iovec io = { .iov_base = &message, .iov_len = sizeof(message) };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} rights = { 0 };
	struct msghdr head = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = rights.bytes,
			       .msg_controllen = sizeof(rights.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&head);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(control, &head, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Wait until the worker has ended. False: the parent has ended, or wants this to end. */
static bool wait_for_worker(int control, pid_t worker)
{
	int pidfd = (int)syscall(SYS_pidfd_open, worker, 0);
	struct pollfd fds[] = { { .fd = control, .events = POLLIN },
				{ .fd = pidfd, .events = POLLIN } };

	while (poll(fds, pidfd < 0 ? 1 : 2, -1) < 0 && errno == EINTR)
		;
	if (pidfd >= 0)
		close(pidfd);
	if (fds[0].revents)
		kill(worker, SIGKILL);	/* it has no state that is not in the spool */
	waitpid(worker, NULL, 0);
	return !fds[0].revents;
}

static pid_t start_worker(int control, const struct transport *transport, void *t)
{
	pid_t keeper = getpid(), worker;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
		return -1;
	worker = fork();
	if (worker == 0)
		shipper_run_worker(fd[1], keeper, transport, t);
	close(fd[1]);
	if (worker > 0)
		send_worker(control, fd[0], worker);	/* if it fails, control is closed */
	close(fd[0]);
	return worker;
}

void shipper_run_keeper(int control, pid_t parent, const struct transport *transport, void *t)
{
	struct pollfd stop = { .fd = control, .events = POLLIN };
	int pause_ms, next_ms = PAUSE_MIN_MS;

	prctl(PR_SET_NAME, "tcpclose-keeper");
	if (sandbox_enter(parent, &control, 1))
		_exit(1);
	do {
		uint64_t begun_ns = read_clock_ns(CLOCK_BOOTTIME);
		pid_t worker = start_worker(control, transport, t);

		if (worker > 0 && !wait_for_worker(control, worker))
			break;
		if (read_clock_ns(CLOCK_BOOTTIME) - begun_ns > LONG_LIFE_NS)
			next_ms = PAUSE_MIN_MS;
		pause_ms = next_ms;
		next_ms = next_ms * 2 < PAUSE_MAX_MS ? next_ms * 2 : PAUSE_MAX_MS;
	} while (poll(&stop, 1, pause_ms) <= 0);
	_exit(0);
}
