/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "redact.h"

/*
 * Set the key of --redact from the contents of a file; path NULL: a random key. Returns an exit
 * status, with the reason logged.
 */
int redact_key_read(struct redactor *x, const char *path);
