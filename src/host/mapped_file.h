/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Opens the file that a process has mapped, for its symbols.
 */
#pragma once

#include <stdbool.h>

#include "proc_maps.h"

/* Why the file of a mapping is not used. */
enum file_problem { FILE_DENIED, FILE_ENDED, FILE_REPLACED, FILE_CHANGED, FILE_UNREADABLE };

/*
 * Open a mapped file through map_files, which works even if it was removed; if that fails, by its
 * name in the mount namespace of the process. Sets *same if it is certainly the mapped file, and
 * m->problem to what is wrong if it is not, or cannot be opened. Returns a descriptor or -errno.
 */
int mapped_file_open(const struct proc_maps *maps, struct mapping *m, bool *same);
