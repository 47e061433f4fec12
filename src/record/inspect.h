/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inspects a file that a recorder finds where it wants to write.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "run_info.h"

enum record_found {
	RECORD_FOUND_OTHER,	/* not a recording */
	RECORD_FOUND_WHOLE,	/* a recording of this host whose members are all intact */
	RECORD_FOUND_PIECE,	/* a recording that must not be continued: cut short, for example */
};

/* Does the file begin as a recording does? Reads with pread(2). */
bool record_has_magic(int fd);

/*
 * Read the file to its end. With RECORD_FOUND_WHOLE, *begun_wall_ns is the wall-clock time at which
 * it begins, 0 if it has no mark. meta: the host of the new recording.
 */
enum record_found record_inspect(int fd, const struct run_info *meta, int64_t *begun_wall_ns);
