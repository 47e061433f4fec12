/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "exit_status.h"
#include "log.h"

/* Read up to len bytes. Returns their number or -errno. */
static ssize_t read_file(const char *path, char *bytes, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t at = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = read(fd, bytes + at, len - at);
		if (n > 0)
			at += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	n = n < 0 ? -errno : (ssize_t)at;
	close(fd);
	return n;
}

int key_file_read(char secret[KEY_FILE_MAX + 1], size_t *len, const char *path, const char *option)
{
	ssize_t n = read_file(path, secret, KEY_FILE_MAX + 1);

	if (n < 0) {
		log_error("cannot read the key '%s' of %s: %s", path, option, strerror((int)-n));
		return EXIT_INPUT;
	}
	if (n < KEY_FILE_MIN || n > KEY_FILE_MAX) {
		log_error("bad key '%s' of %s: want a file of %d to %d bytes", path, option,
			  KEY_FILE_MIN, KEY_FILE_MAX);
		return EXIT_INPUT;
	}
	*len = (size_t)n;
	return EXIT_FINE;
}
