/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The file of the program that acted, from /proc: as long as the process is there.
 */
#pragma once

#include <limits.h>

#include "story.h"

struct proc_exe {
	char path[PATH_MAX];	/* of the latest answer */
};

/*
 * "/usr/sbin/nginx", valid until the next; NULL not known: the process is gone, or another has its
 * number by now, or it became another program in that very act.
 */
const char *proc_exe_path(struct proc_exe *x, const struct socket_call *a);
