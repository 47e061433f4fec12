/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "redact_key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "exit_status.h"
#include "log.h"

#define KEY_MIN 16		/* bytes of the key of SipHash */
#define KEY_MAX 4096

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

static int draw_key(struct redactor *x)
{
	char secret[KEY_MIN];

	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret)) {
		log_error("cannot draw a random key for --redact: %s", strerror(errno));
		return EXIT_FAILED;
	}
	redactor_init(x, secret, sizeof(secret));
	explicit_bzero(secret, sizeof(secret));
	return EXIT_FINE;
}

int redact_key_read(struct redactor *x, const char *path)
{
	char secret[KEY_MAX + 1];
	ssize_t n;

	if (!path)
		return draw_key(x);
	n = read_file(path, secret, sizeof(secret));
	if (n < 0) {
		log_error("cannot read the key '%s' of --redact: %s", path, strerror((int)-n));
		return EXIT_INPUT;
	}
	if (n < KEY_MIN || n > KEY_MAX) {
		log_error("bad key '%s' of --redact: want a file of %d to %d bytes", path, KEY_MIN,
			  KEY_MAX);
		return EXIT_INPUT;
	}
	redactor_init(x, secret, (size_t)n);
	explicit_bzero(secret, sizeof(secret));
	return EXIT_FINE;
}
