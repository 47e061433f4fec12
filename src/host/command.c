/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static __attribute__((noreturn)) void wait_and_exec(int gate, int failed, char **command)
{
	sigset_t none;
	char go;
	int err;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (read(gate, &go, 1) != 1)
		_exit(0);
	prctl(PR_SET_PDEATHSIG, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(command[0], command);
	err = errno;
	if (write(failed, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

int child_prepare(struct child *c, char **command)
{
	int gate[2], failed[2];

	memset(c, 0, sizeof(*c));
	if (pipe2(gate, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		close(gate[0]);
		close(gate[1]);
		return -errno;
	}
	c->pid = fork();
	if (!c->pid) {
		close(gate[1]);
		close(failed[0]);
		wait_and_exec(gate[0], failed[1], command);
	}
	close(gate[0]);
	close(failed[1]);
	c->gate = gate[1];
	c->failed = failed[0];
	return c->pid < 0 ? -errno : 0;
}

int child_start(struct child *c)
{
	int err = 0;
	ssize_t n;

	if (write(c->gate, "", 1) != 1)
		return -errno;
	close(c->gate);
	do {
		n = read(c->failed, &err, sizeof(err));	/* end of file: exec closed it */
	} while (n < 0 && errno == EINTR);
	close(c->failed);
	c->gate = c->failed = -1;
	if (n != sizeof(err))
		return 0;
	waitpid(c->pid, NULL, 0);
	c->pid = 0;
	return -err;
}

bool child_has_exited(struct child *c)
{
	int status;

	if (c->exited || !c->pid || waitpid(c->pid, &status, WNOHANG) != c->pid)
		return c->exited;
	c->exited = true;
	c->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return true;
}

bool child_is_running(const struct child *c)
{
	return c->pid && !c->exited;
}

void child_signal(const struct child *c, int signal)
{
	if (child_is_running(c))
		kill(c->pid, signal);
}

void child_release(struct child *c)
{
	if (!c->pid || c->gate < 0)
		return;
	close(c->gate);
	close(c->failed);
	waitpid(c->pid, NULL, 0);
	c->pid = 0;
}
