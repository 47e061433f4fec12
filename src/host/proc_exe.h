/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Looks up the executable of the program that made a call on a socket, from /proc. Works only while
 * the process exists.
 */
#pragma once

#include <limits.h>

#include "story.h"

struct proc_exe {
	char path[PATH_MAX];	/* the latest result */
};

/*
 * Return the path of the executable, for example "/usr/sbin/nginx", valid until the next call.
 * Returns NULL if it is unknown: the thread has ended, its id belongs to another thread by now, or
 * the call was an execve() that replaced the program.
 */
const char *proc_exe_path(struct proc_exe *x, const struct socket_call *a);
