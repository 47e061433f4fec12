/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pid_namespace.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KTHREADD "2"		/* the parent of all kernel threads */
#define TASK_KTHREAD 0x00200000u	/* PF_KTHREAD of linux/sched.h */

bool pid_namespace_is_initial(const char *proc)
{
	char path[PATH_MAX], name[64] = "";

	snprintf(path, sizeof(path), "%s/self/ns/pid", proc);
	return readlink(path, name, sizeof(name) - 1) > 0 && !strcmp(name, INITIAL_PID_NS);
}

uint32_t pid_namespace_inode(const char *proc)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/self/ns/pid", proc);
	return stat(path, &st) ? 0 : (uint32_t)st.st_ino;
}

bool proc_is_kernel_thread(const char *proc, const char *pid)
{
	char path[PATH_MAX], line[512], *fields;
	unsigned flags = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/stat", proc, pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	fields = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	/* ") S ppid pgrp session tty tpgid flags" */
	return fields && sscanf(fields, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       flags & TASK_KTHREAD;
}

bool proc_has_initial_pids(const char *proc)
{
	/* A process is seen only by the procfs of its own namespace and of those above it. */
	return pid_namespace_is_initial(proc) || proc_is_kernel_thread(proc, KTHREADD);
}
