/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "proc_exe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "time_units.h"

#define PROC_PATH 64
#define STAT_MAX 512		/* bytes, enough for 22 fields: a comm has at most 15 bytes */
#define START_FIELD 22		/* proc_pid_stat(5): start time, in ticks since boot */

/* Test whether the thread that made the call still exists: same comm, started before the call. */
static bool thread_is_still_there(const struct socket_call *a)
{
	char path[PROC_PATH], text[STAT_MAX], *p, *comm;
	size_t comm_len = strnlen((const char *)a->comm, EVENT_COMM_LEN);
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/stat", a->pid, a->tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	comm = strchr(text, '(');
	p = strrchr(text, ')');		/* a comm may contain any character */
	if (!comm || !p || (size_t)(p - comm - 1) != comm_len ||
	    memcmp(comm + 1, a->comm, comm_len))
		return false;
	for (unsigned field = 2; p && field < START_FIELD; field++)
		p = strchr(p + 1, ' ');
	return p && strtoull(p + 1, NULL, 10) * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK)) <=
		    a->ts_ns;
}

const char *proc_exe_path(struct proc_exe *x, const struct socket_call *a)
{
	char path[PROC_PATH];
	ssize_t len;

	if (a->trigger == TRIGGER_EXECVE || !a->pid || !thread_is_still_there(a))
		return NULL;
	snprintf(path, sizeof(path), "/proc/%u/exe", a->pid);
	len = readlink(path, x->path, sizeof(x->path) - 1);
	if (len <= 0)
		return NULL;
	x->path[len] = '\0';
	return x->path;
}
