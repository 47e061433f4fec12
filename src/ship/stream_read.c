/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream_read.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nats_client.h"
#include "stream_read_child.h"

bool stream_read_is_built_in(void)
{
	return nats_client_is_built_in();
}

int stream_reader_start(struct stream_reader *r, const struct stream_read_config *config,
			char why[STREAM_WHY_BYTES])
{
	char login_why[NATS_WHY_BYTES] = "";
	struct nats_login *login = nats_login_read(&config->from, login_why);
	pid_t parent = getpid();
	int fd[2], err = 0;

	*r = (struct stream_reader){ .fd = -1 };
	if (!login) {
		snprintf(why, STREAM_WHY_BYTES, "%s", login_why);
		return -EINVAL;
	}
	if (pipe2(fd, O_CLOEXEC)) {
		err = -errno;
		goto out;
	}
	r->pid = fork();
	if (r->pid == 0) {
		close(fd[0]);
		stream_read_run_child(fd[1], parent, login, config);
	}
	close(fd[1]);
	if (r->pid < 0) {
		err = -errno;
		r->pid = 0;
		close(fd[0]);
		goto out;
	}
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	r->fd = fd[0];
out:
	nats_login_free(login);
	if (err)
		snprintf(why, STREAM_WHY_BYTES, "cannot start the process that reads: %s",
			 strerror(-err));
	return err;
}

/* A child that is not this user any more ends because the pipe is closed. */
void stream_reader_stop(struct stream_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	if (r->pid > 0) {
		kill(r->pid, SIGKILL);
		waitpid(r->pid, NULL, 0);
	}
	*r = (struct stream_reader){ .fd = -1 };
}
