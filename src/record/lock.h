/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The lock of a recording that is being written. It belongs to the open file, so the kernel removes
 * it when the recorder ends, however it ends.
 */
#pragma once

#include <stdbool.h>

/*
 * Take the lock. Returns 0, also on a file system that has no locks; or -EBUSY if another recorder
 * has it.
 */
int record_lock(int fd);

/* Does a recorder have the lock? It is not taken, and fd may be open for reading only. */
bool record_is_locked(int fd);
