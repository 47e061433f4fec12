/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "redact_key.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "exit_status.h"
#include "key_file.h"
#include "log.h"

static int draw_key(struct redactor *x)
{
	char secret[KEY_FILE_MIN];

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
	char secret[KEY_FILE_MAX + 1];
	size_t len;
	int status;

	if (!path)
		return draw_key(x);
	status = key_file_read(secret, &len, path, "--redact");
	if (!status)
		redactor_init(x, secret, len);
	explicit_bzero(secret, sizeof(secret));
	return status;
}
