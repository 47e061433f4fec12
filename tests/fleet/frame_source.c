/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Takes the place of stream_read.c in a copy of the tool, build/replay_frames: --replay
 * nats://file/PATH reads the frames of a file. Its child does what the one that reads a stream
 * does: it leaves out other partitions and what is too old, and with `follow` waits for more.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame.h"
#include "stream_read.h"

#define PREFIX "nats://file/"
#define WAIT_US 5000

bool stream_read_is_built_in(void)
{
	return true;
}

static bool is_wanted(const struct ship_frame *f, const struct stream_read_config *config)
{
	if (f->kind != FRAME_SEGMENT)
		return true;
	if (config->partitions && !(config->partitions >> f->partition % 64 & 1))
		return false;
	return !config->since_ns || f->broker_ns >= config->since_ns;
}

static void read_fully(int fd, void *bytes, size_t len, bool follow)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = read(fd, (char *)bytes + at, len - at);

		if (n < 0 || (!n && !follow))
			_exit(n < 0);
		if (!n)
			usleep(WAIT_US);
		at += (size_t)n;
	}
}

static void copy_frames(int file, int to, const struct stream_read_config *config)
{
	static uint8_t bytes[FRAME_BYTES_MAX];
	struct ship_frame f;

	for (;;) {
		read_fully(file, &f, sizeof(f), config->follow);
		if (f.size > sizeof(bytes))
			_exit(1);
		read_fully(file, bytes, f.size, config->follow);
		if (is_wanted(&f, config) && frame_write(to, &f, bytes))
			_exit(1);
		if (f.kind == FRAME_CAUGHT_UP && !config->follow)
			_exit(0);
	}
}

int stream_reader_start(struct stream_reader *r, const struct stream_read_config *config,
			char why[STREAM_WHY_BYTES])
{
	int file = open(config->from.url + strlen(PREFIX), O_RDONLY | O_CLOEXEC), ends[2];

	if (file < 0 || pipe2(ends, O_CLOEXEC)) {
		snprintf(why, STREAM_WHY_BYTES, "%s", strerror(errno));
		return -EIO;
	}
	r->pid = fork();
	if (!r->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		close(ends[0]);
		copy_frames(file, ends[1], config);
	}
	close(file);
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	r->fd = ends[0];
	return 0;
}

void stream_reader_stop(struct stream_reader *r)
{
	if (r->pid > 0) {
		kill(r->pid, SIGKILL);
		waitpid(r->pid, NULL, 0);
	}
	r->pid = 0;
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}
