/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the file of a certificate or of a key into memory, while there is the privilege to do that.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

#define PEM_FILE_MAX (1u << 20)

/* Append the file. False: `why` names it and the reason. It does not check what is in it. */
bool pem_file_read(struct buf *b, const char *path, char *why, size_t why_size);
