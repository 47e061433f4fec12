/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "frame.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define READ_BYTES 65536

/* Return 1 and a frame if the buffer has all of it, 0 if not, or -EBADMSG. */
static int take_frame(struct frame_reader *r, struct ship_frame *frame, const uint8_t **bytes)
{
	const char *start = r->buf.data + r->taken;
	size_t left = r->buf.len - r->taken;

	if (left < sizeof(*frame))
		return 0;
	memcpy(frame, start, sizeof(*frame));
	if (frame->size > FRAME_BYTES_MAX || frame->kind < FRAME_SEGMENT ||
	    frame->kind > FRAME_FAILED || !memchr(frame->host, 0, sizeof(frame->host)))
		return -EBADMSG;
	if (left - sizeof(*frame) < frame->size)
		return 0;
	*bytes = (const uint8_t *)start + sizeof(*frame);
	r->taken += sizeof(*frame) + frame->size;
	return 1;
}

static void move_to_front(struct frame_reader *r)
{
	if (!r->taken)
		return;
	memmove(r->buf.data, r->buf.data + r->taken, r->buf.len - r->taken);
	r->buf.len -= r->taken;
	r->taken = 0;
}

int frame_read(struct frame_reader *r, struct ship_frame *frame, const uint8_t **bytes)
{
	for (;;) {
		int rc = r->buf.len ? take_frame(r, frame, bytes) : 0;
		ssize_t n;

		if (rc)
			return rc;
		if (r->over)
			return r->buf.len > r->taken ? -EBADMSG : -1;
		move_to_front(r);
		if (!buf_room(&r->buf, READ_BYTES))
			return -ENOMEM;
		n = read(r->fd, r->buf.data + r->buf.len, READ_BYTES);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		r->over = n == 0;
		r->buf.len += (size_t)n;
	}
}

void frame_reader_release(struct frame_reader *r)
{
	buf_release(&r->buf);
	r->taken = 0;
}

static int wait_to_write(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

int frame_write(int fd, const struct ship_frame *frame, const void *bytes)
{
	size_t done = 0, size = sizeof(*frame) + frame->size;

	while (done < size) {
		size_t head = done < sizeof(*frame) ? sizeof(*frame) - done : 0;
		size_t body = done < sizeof(*frame) ? 0 : done - sizeof(*frame);
		struct iovec io[] = {
			{ .iov_base = (char *)(uintptr_t)frame + done, .iov_len = head },
			{ .iov_base = (char *)(uintptr_t)bytes + body,
			  .iov_len = frame->size - body },
		};
		ssize_t n = writev(fd, head ? io : io + 1, head ? 2 : 1);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EAGAIN) {
			if (wait_to_write(fd))
				return -errno;
		} else if (n < 0 && errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}
