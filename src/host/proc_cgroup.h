/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The cgroup of a process by /proc/PID/cgroup (cgroups(7)), for tasks whose cgroup v2 says nothing:
 * hosts with cgroup v1, and those with both where an engine uses only v1. Their place is the path
 * in the hierarchy name=systemd, in which systemd and container engines put each process.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Find the path of a process in the text of /proc/PID/cgroup, which is changed: that of v2, unless
 * it is missing or "/"; then that of name=systemd; then that of v2 all the same. Returns a pointer
 * into text, NULL if there is none.
 */
char *proc_cgroup_find(char *text);

/* The same for a process; to free. NULL if there is none, or if the process is gone. */
char *proc_cgroup_read(uint32_t pid);

/* Does the host have the hierarchy name=systemd? */
bool proc_cgroup_has_v1(void);
