/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Looks up the name and the command line of a process that holds a socket, from /proc. Works only
 * while the process exists.
 *
 * The results are kept, at most PROC_NAMES_MAX; a later process takes the place of an earlier one.
 */
#pragma once

#include "stuck_table.h"

#define PROC_NAMES_MAX 256
#define PROC_CMDLINE_MAX 4096	/* bytes of a command line; the rest is left out */

struct proc_names_entry {
	uint32_t pid, tid;	/* pid 0: not used */
	bool known;		/* the holder was found, so the fields below are set */
	uint8_t process[EVENT_COMM_LEN];
	char *cmdline;		/* NULL: none, as in a kernel thread */
	size_t cmdline_len;
};

struct proc_names {
	struct proc_names_entry entry[PROC_NAMES_MAX];
};

/*
 * Look up the process of a holder. Returns false if it is unknown: the thread has ended, or its id
 * belongs to a thread of another name by now. The names are valid until the next call.
 */
bool proc_names_look_up(struct proc_names *n, const struct stuck_holder *o,
			struct process_names *names);

/* Forget everything, so that later calls look again, and free the memory. */
void proc_names_release(struct proc_names *n);
