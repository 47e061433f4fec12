/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdint.h>

/*
 * Find the wall-clock time, in nanoseconds since 1970, at which a recording ends, by reading it
 * with pread(2). Returns 0 if the file has no record, or cannot be read twice. What follows a
 * damage does not count.
 */
uint64_t record_find_end(int fd);
