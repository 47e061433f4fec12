/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whose process ids are where. Events have the ids of the initial pid namespace. System calls take
 * those of the namespace of this process, and /proc shows those of the namespace that mounted it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define INITIAL_PID_NS "pid:[4026531836]"	/* PROC_PID_INIT_INO of linux/proc_ns.h */

/* Test whether this process is in the initial pid namespace. `proc` is the mount point: "/proc". */
bool pid_namespace_is_initial(const char *proc);

/* The inode number of the pid namespace of this process, 0 if it is unknown. */
uint32_t pid_namespace_inode(const char *proc);

/* Test whether a mount of procfs certainly shows the ids of the initial pid namespace. */
bool proc_has_initial_pids(const char *proc);

/* Test whether the process `pid` is a kernel thread: these are in the initial namespace alone. */
bool proc_is_kernel_thread(const char *proc, const char *pid);
