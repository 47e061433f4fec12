/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "held_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

void held_output_init(struct held_output *h)
{
	*h = (struct held_output){ .file = -1, .terminal = -1, .in = -1, .out = -1 };
}

/* Returns a copy of what fd was, for restore(); -1 if it was left as it is. */
static int replace(int fd, int by)
{
	int copy = by < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (copy >= 0 && dup2(by, fd) >= 0)
		return copy;
	if (copy >= 0)
		close(copy);
	return -1;
}

static void restore(int fd, int *copy)
{
	if (*copy < 0)
		return;
	dup2(*copy, fd);
	close(*copy);
	*copy = -1;
}

int held_output_begin(struct held_output *h)
{
	h->file = memfd_create("held output", MFD_CLOEXEC);
	if (h->file < 0 || fcntl(h->file, F_SETFL, O_APPEND))
		return -errno;
	fflush(stderr);
	if (isatty(STDERR_FILENO))
		h->terminal = replace(STDERR_FILENO, h->file);
	return 0;
}

void held_output_lend(struct held_output *h)
{
	int null = h->file < 0 ? -1 : open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0 && isatty(STDIN_FILENO))
		h->in = replace(STDIN_FILENO, null);
	if (null >= 0)
		close(null);
	if (isatty(STDOUT_FILENO))
		h->out = replace(STDOUT_FILENO, h->file);
}

void held_output_take_back(struct held_output *h)
{
	restore(STDIN_FILENO, &h->in);
	restore(STDOUT_FILENO, &h->out);
}

void held_output_forget(struct held_output *h)
{
	if (h->file >= 0 && ftruncate(h->file, 0))
		return;		/* then it is written twice */
}

void held_output_end(struct held_output *h)
{
	char bytes[4096];
	off_t at = 0;
	ssize_t n;

	restore(STDERR_FILENO, &h->terminal);
	while (h->file >= 0 && (n = pread(h->file, bytes, sizeof(bytes), at)) > 0) {
		if (write(STDERR_FILENO, bytes, (size_t)n) != n)
			break;	/* the terminal is gone */
		at += n;
	}
	if (h->file >= 0)
		close(h->file);
	h->file = -1;
}
