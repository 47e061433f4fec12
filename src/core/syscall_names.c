/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "syscall_names.h"

#include <stddef.h>

#include <sys/syscall.h>

#define NAMES 1024

/* Both made from the kernel headers by the Makefile. */
static const char *const names[NAMES] = {
#include "syscalls.inc"
};

static const char *const names_32[NAMES] = {
#include "syscalls_32.inc"
};

const char *syscall_name(int nr, bool compat)
{
	if (nr < 0 || nr >= NAMES)
		return NULL;
	return compat ? names_32[nr] : names[nr];
}
