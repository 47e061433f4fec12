/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "notify.h"

static __attribute__((noreturn)) void wait_and_exec(int start_pipe, int exec_error_pipe,
						    char **argv)
{
	sigset_t none;
	char go;
	int err;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (read(start_pipe, &go, 1) != 1)
		_exit(0);
	prctl(PR_SET_PDEATHSIG, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	notify_hide();
	execvp(argv[0], argv);
	err = errno;
	if (write(exec_error_pipe, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

int command_prepare(struct command *c, char **argv)
{
	int start_pipe[2], exec_error_pipe[2];

	memset(c, 0, sizeof(*c));
	if (pipe2(start_pipe, O_CLOEXEC))
		return -errno;
	if (pipe2(exec_error_pipe, O_CLOEXEC)) {
		close(start_pipe[0]);
		close(start_pipe[1]);
		return -errno;
	}
	c->pid = fork();
	if (!c->pid) {
		close(start_pipe[1]);
		close(exec_error_pipe[0]);
		wait_and_exec(start_pipe[0], exec_error_pipe[1], argv);
	}
	close(start_pipe[0]);
	close(exec_error_pipe[1]);
	c->start_pipe = start_pipe[1];
	c->exec_error_pipe = exec_error_pipe[0];
	return c->pid < 0 ? -errno : 0;
}

int command_start(struct command *c)
{
	int err = 0;
	ssize_t n;

	if (write(c->start_pipe, "", 1) != 1)
		return -errno;
	close(c->start_pipe);
	do {
		/* A successful exec closes the pipe: end of file. */
		n = read(c->exec_error_pipe, &err, sizeof(err));
	} while (n < 0 && errno == EINTR);
	close(c->exec_error_pipe);
	c->start_pipe = c->exec_error_pipe = -1;
	if (n != sizeof(err))
		return 0;
	waitpid(c->pid, NULL, 0);
	c->pid = 0;
	return -err;
}

bool command_has_exited(struct command *c)
{
	int status;

	if (c->exited || !c->pid || waitpid(c->pid, &status, WNOHANG) != c->pid)
		return c->exited;
	c->exited = true;
	c->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return true;
}

bool command_is_running(const struct command *c)
{
	return c->pid && !c->exited;
}

void command_signal(const struct command *c, int signal)
{
	if (command_is_running(c))
		kill(c->pid, signal);
}

void command_release(struct command *c)
{
	if (!c->pid || c->start_pipe < 0)
		return;
	close(c->start_pipe);
	close(c->exec_error_pipe);
	waitpid(c->pid, NULL, 0);
	c->pid = 0;
}
