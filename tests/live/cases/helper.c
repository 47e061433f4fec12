// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Another holder of a descriptor: a process forked from the client, or one of its threads.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

void helper_start(struct workload *w, void (*body)(struct workload *w))
{
	pid_t pid = fork();

	if (pid < 0)
		workload_die(1, "fork");
	w->pid[HELPER] = pid;
	if (pid > 0)
		return;
	w->me = HELPER;
	watchdog_start();
	prctl(PR_SET_NAME, "workload-hlp");
	body(w);
	_exit(0);
}

void helper_wait(const struct workload *w, int status)
{
	int got;

	while (waitpid(w->pid[HELPER], &got, 0) < 0)
		if (errno != EINTR)
			workload_die(1, "waitpid");
	errno = 0;
	if (got != status)
		workload_die(1, "the helper's exit status");
}

/* While a task is blocked, /proc shows the number of its system call. */
void task_await_call(pid_t tid, long nr)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	for (;;) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

		if (n < 0)
			workload_die(WORKLOAD_SKIP, path);
		close(fd);
		text[n] = '\0';
		if (text[0] != 'r' && strtol(text, NULL, 10) == nr)	/* not "running" */
			return;
		poll(NULL, 0, 1);
	}
}
