/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pem_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 4096

/* Returns 0 or -errno. */
static int read_all(struct buf *b, int fd)
{
	ssize_t n = 1;
	char *to;

	while (n > 0 && b->len <= PEM_FILE_MAX) {
		to = buf_room(b, CHUNK);
		if (!to)
			return -ENOMEM;
		n = read(fd, to, CHUNK);
		b->len += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		return -errno;
	return n ? -EFBIG : 0;
}

bool pem_file_read(struct buf *b, const char *path, char *why, size_t why_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : read_all(b, fd);

	if (fd >= 0)
		close(fd);
	if (!err && b->len)
		return true;
	snprintf(why, why_size, "cannot read '%.150s': %s", path,
		 err ? strerror(-err) : "it is empty");
	return false;
}
