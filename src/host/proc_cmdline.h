/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Looks up the command line of a process that holds a socket, from /proc. Works only while the
 * process exists.
 *
 * The results are kept, at most PROC_CMDLINES; a later process takes the place of an earlier one.
 */
#pragma once

#include "stuck_table.h"

#define PROC_CMDLINES 256
#define PROC_CMDLINE_MAX 4096	/* bytes of a command line; the rest is left out */

struct proc_cmdline {
	uint32_t pid, tid;	/* pid 0: not used */
	char *text;		/* NULL: unknown, or none as in a kernel thread */
	size_t len;
};

struct proc_cmdlines {
	struct proc_cmdline item[PROC_CMDLINES];
};

/*
 * Return the arguments of a holder's process, separated by spaces, and their length in bytes; valid
 * until the next call. Returns NULL if they are unknown: the thread has ended, its id belongs to a
 * thread of another name by now, or there are none.
 */
const char *proc_cmdline_look_up(struct proc_cmdlines *c, const struct stuck_holder *o,
				 size_t *len);

/* Forget everything, so that later calls look again, and free the memory. */
void proc_cmdlines_release(struct proc_cmdlines *c);
