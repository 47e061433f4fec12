/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* Make a new file, whatever link somebody may have put in its place. */
static int write_new_file(const char *path, const void *bytes, size_t len)
{
	int fd, err;

	if (unlink(path) && errno != ENOENT)
		return -errno;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	err = fchmod(fd, 0644) ? -errno : write_all(fd, bytes, len);
	if (close(fd) && !err)
		err = -errno;
	return err;
}

int replace_file(const char *path, const void *bytes, size_t len)
{
	char *temporary;
	int err;

	if (asprintf(&temporary, "%s.tmp", path) < 0)
		return -ENOMEM;
	err = write_new_file(temporary, bytes, len);
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		unlink(temporary);
	free(temporary);
	return err;
}
