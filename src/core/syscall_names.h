/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names of system calls by number, of the machine that this was built for. Pure.
 */
#pragma once

#include <stdbool.h>

/*
 * "recvfrom", or NULL if the number is none that the kernel headers of the build knew. compat: the
 * number is of the machine's 32-bit table.
 */
const char *syscall_name(int nr, bool compat);
