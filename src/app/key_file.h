/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The secret of --redact-key and of --fleet-key: the contents of a file. */
#pragma once

#include <stddef.h>

#define KEY_FILE_MIN 16		/* bytes of the key of SipHash */
#define KEY_FILE_MAX 4096

/*
 * Read a secret, which the caller clears after use. option: for the messages. Returns an exit
 * status, with the reason logged, and the number of bytes in *len.
 */
int key_file_read(char secret[KEY_FILE_MAX + 1], size_t *len, const char *path, const char *option);
