/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The pieces of a rotated recording: PATH.1 is the latest, PATH.2 the one before.
 *
 * Only recordings are pieces. Other files with such names, and recordings that a recorder is still
 * writing, are never renamed, overwritten or removed: their numbers are left out.
 */
#pragma once

#include <stdint.h>

/* Rename PATH to PATH.1, PATH.1 to PATH.2 and so on. Nothing is removed. Returns 0 or -errno. */
int record_rotate(const char *path);

/*
 * Remove the pieces after the first `keep` (0: any number), and those that were last written more
 * than keep_ns ago (0: any time). PATH itself is never removed. Returns 0 or -errno.
 */
int record_retain(const char *path, unsigned keep, uint64_t keep_ns);
