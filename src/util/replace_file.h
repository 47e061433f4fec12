/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Replaces a file atomically: a reader finds the old content or the new one, never a part.
 */
#pragma once

#include <stddef.h>

/*
 * Write `bytes` to a file beside `path`, PATH.tmp, with mode 0644, and rename it to `path`. A
 * PATH.tmp that is there already is removed. Returns 0 or -errno, and `path` is not changed then.
 */
int replace_file(const char *path, const void *bytes, size_t len);
