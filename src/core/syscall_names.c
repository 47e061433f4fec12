/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "syscall_names.h"

#include <stddef.h>

#include <sys/syscall.h>

#define SYSCALL_NRS 1024

/* The Makefile makes both tables from the kernel headers. */
static const char *const names[SYSCALL_NRS] = {
#include "syscalls.inc"
};

static const char *const names_32[SYSCALL_NRS] = {
#include "syscalls_32.inc"
};

const char *syscall_name(int nr, bool compat)
{
	if (nr < 0 || nr >= SYSCALL_NRS)
		return NULL;
	return compat ? names_32[nr] : names[nr];
}
