/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a child process that talks to the network gives up. All of it is permanent.
 *
 * The filter of system calls needs libseccomp; a build without it lacks the filter alone
 * (sandbox_stub.c).
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Does sandbox_filter_calls() do anything in this build? */
bool sandbox_has_filter(void);

/*
 * Close all descriptors except 0, 1 and 2 and those in `keep`, which is ascending; enter a process
 * group of its own; become nobody if this is root; drop all capabilities, also those that an exec
 * would regain; no core dump and no ptrace. The process is killed when `parent` ends; if that has
 * ended already, it exits here. Standard input and output become /dev/null. Returns 0 or -errno.
 */
int sandbox_enter(pid_t parent, const int *keep, unsigned nr_keep);

/*
 * Allow only the system calls of a network client: no exec, no new namespaces, no tracing, no
 * opening of files for writing. Returns 0 or -errno. Call it last; it holds for later threads too.
 */
int sandbox_filter_calls(void);
