/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

int output_open(struct output *o, const char *path)
{
	memset(o, 0, sizeof(*o));
	o->fd = STDOUT_FILENO;
	if (!path)
		return 0;
	o->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return o->fd < 0 ? -errno : 0;
}

/* Wait until fd is writable. Needed if another process has made the descriptor non-blocking. */
static bool wait_until_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, -1) > 0 || errno == EINTR;
}

bool output_flush(struct output *o)
{
	const char *p = o->buf.data;
	size_t left = o->buf.len;

	if (o->buf.failed && !o->error)
		o->error = ENOMEM;
	while (left && !o->error) {
		ssize_t n = write(o->fd, p, left);

		if (n >= 0) {
			p += n;
			left -= (size_t)n;
		} else if (errno == EAGAIN && wait_until_writable(o->fd)) {
			continue;
		} else if (errno != EINTR) {
			o->error = errno;
		}
	}
	buf_reset(&o->buf);
	return !o->error;
}

bool output_flush_if_full(struct output *o)
{
	return o->buf.len < OUTPUT_FULL_BYTES ? !o->error : output_flush(o);
}

bool output_close(struct output *o)
{
	output_flush(o);
	if (o->fd != STDOUT_FILENO && o->fd >= 0 && close(o->fd) && !o->error)
		o->error = errno;
	o->fd = -1;
	buf_release(&o->buf);
	return !o->error;
}
