/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Holds many connections open: bench_hold ENDPOINTS
 *
 * Both ends of each connection are on this host, in a network namespace of their own, in as many
 * processes as the limit of descriptors requires. Prints {"endpoints":N} when all are established,
 * and closes them at the end of standard input. Exit status: 0, 1 on any error, 64 usage, 77 not
 * permitted.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netns.h"

#define SPARE 32	/* descriptors for other purposes */
#define PAIRS_MAX 20000	/* per process: there are 28,000 ephemeral ports */

static struct sockaddr_in address_of(unsigned nr)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(9000),
				     .sin_addr.s_addr = htonl(0x7f010000u + nr + 1) };
}

/* Opens both ends of each connection, to an address that only this process uses. */
static void open_pairs(unsigned nr, unsigned long pairs)
{
	struct sockaddr_in to = address_of(nr);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (listener < 0 || bind(listener, (struct sockaddr *)&to, sizeof(to)) ||
	    listen(listener, 16))
		err(1, "listen");
	for (unsigned long i = 0; i < pairs; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
			err(1, "connect");
		if (accept4(listener, NULL, NULL, SOCK_CLOEXEC) < 0)
			err(1, "accept");
	}
}

/* Starts a process that opens its share, reports that, and holds the share until it is killed. */
static pid_t hold_pairs(unsigned nr, unsigned long pairs, int ready_fd)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	open_pairs(nr, pairs);
	if (write(ready_fd, ".", 1) != 1)
		err(1, "write");
	for (;;)
		pause();
}

static unsigned long pairs_per_process(void)
{
	struct rlimit limit;
	unsigned long pairs;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		err(1, "getrlimit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "setrlimit");
	pairs = ((unsigned long)limit.rlim_cur - SPARE) / 2;
	return pairs < PAIRS_MAX ? pairs : PAIRS_MAX;
}

static int wait_and_end(const pid_t *children, unsigned n, int told, unsigned long endpoints)
{
	char byte;

	for (unsigned i = 0; i < n; i++)
		if (read(told, &byte, 1) != 1)
			errx(1, "a process could not open its connections");
	printf("{\"endpoints\":%lu}\n", endpoints);
	fflush(stdout);
	while (getchar() != EOF)
		;
	for (unsigned i = 0; i < n; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long pairs = argc == 2 ? strtoul(argv[1], NULL, 10) / 2 : 0, left = pairs, most;
	pid_t children[256];
	unsigned n = 0;
	int ready_fd[2];

	if (!pairs) {
		fputs("usage: bench_hold ENDPOINTS\n", stderr);
		return 64;
	}
	most = pairs_per_process();
	if (pairs > most * (sizeof(children) / sizeof(*children)))
		errx(1, "too many endpoints for the limit of descriptors (RLIMIT_NOFILE)");
	enter_netns();
	if (pipe(ready_fd))
		err(1, "pipe");
	while (left) {
		unsigned long share = left < most ? left : most;

		children[n] = hold_pairs(n, share, ready_fd[1]);
		n++;
		left -= share;
	}
	close(ready_fd[1]);
	return wait_and_end(children, n, ready_fd[0], pairs * 2);
}
