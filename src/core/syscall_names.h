/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names of system calls by number, for the architecture that the tool was built for. Pure.
 */
#pragma once

#include <stdbool.h>

/*
 * Return a name such as "recvfrom", or NULL if the kernel headers of the build did not know the
 * number. compat: the number belongs to the architecture's 32-bit table.
 */
const char *syscall_name(int nr, bool compat);
