/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Looks up the executable and the command line of a process from /proc. Works only while the
 * process exists, and only if /proc shows the process ids of the initial pid namespace, which
 * events have.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

#define PROC_CMDLINE_MAX 4096	/* bytes; a longer command line is cut */

struct proc_exe {
	bool usable;		/* /proc has the process ids of events */
	/* the latest result */
	uint64_t read_ns;	/* time of the lookup, CLOCK_BOOTTIME */
	uint64_t started;	/* start of the process, in ticks since boot; 0: it is gone */
	char path[PATH_MAX];	/* for example "/usr/sbin/nginx" */
	char cmdline[PROC_CMDLINE_MAX];	/* arguments, each with a NUL at its end */
	size_t cmdline_len;	/* bytes; 0: unknown, or none */
};

/* Find out whether /proc can be used. */
void proc_exe_init(struct proc_exe *x);

/*
 * Look up the process of the task of an event, which happened a moment ago. name: the name of the
 * process, "" if it is unknown. Returns false if the executable is unknown: the process has ended,
 * it runs another program by now, or it belongs to somebody else.
 */
bool proc_exe_read(struct proc_exe *x, const struct event *e, const uint8_t name[EVENT_COMM_LEN]);

/* Look up the command line of the process of the latest proc_exe_read(). */
void proc_exe_read_cmdline(struct proc_exe *x, uint32_t pid);
