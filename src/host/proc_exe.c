/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "proc_exe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pid_namespace.h"
#include "read_clock.h"
#include "time_units.h"

#define PROC_PATH 64
#define STAT_MAX 512		/* bytes, enough for 22 fields: a comm has at most 15 bytes */
#define START_FIELD 22		/* proc_pid_stat(5): start time, in ticks since boot */

void proc_exe_init(struct proc_exe *x)
{
	x->usable = proc_has_initial_pids("/proc");
}

/* Open the folder of a process in /proc. It stays that of this process when the id is reused. */
static int open_process(uint32_t pid)
{
	char path[PROC_PATH];

	snprintf(path, sizeof(path), "/proc/%u", pid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static ssize_t read_file(int folder, const char *name, char *text, size_t size)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -1;
	len = read(fd, text, size);
	close(fd);
	return len;
}

/*
 * Read a stat file: the start of the process or thread, 0 if it is gone. With a name, it also must
 * have that name.
 */
static uint64_t read_start(int folder, const char *file, const uint8_t *name)
{
	char text[STAT_MAX], *p, *comm;
	size_t len = name ? strnlen((const char *)name, EVENT_COMM_LEN) : 0;
	ssize_t n = read_file(folder, file, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	comm = strchr(text, '(');
	p = strrchr(text, ')');		/* a comm may contain any character */
	if (!comm || !p)
		return 0;
	if (name && ((size_t)(p - comm - 1) != len || memcmp(comm + 1, name, len)))
		return 0;
	for (unsigned field = 2; p && field < START_FIELD; field++)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p + 1, NULL, 10) : 0;
}

/*
 * Test whether the process still runs the program that it ran at the event. A process that started
 * before the event is the same one, and a program that replaced another has another name.
 */
static bool is_same_program(int folder, const struct event *e, const uint8_t *name,
			    uint64_t started)
{
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	char thread[PROC_PATH];

	if (!started || started * tick_ns > e->ts_ns)
		return false;
	if (name[0])
		return read_start(folder, "stat", name);
	snprintf(thread, sizeof(thread), "task/%u/stat", e->tid);
	return read_start(folder, thread, e->comm);
}

/* The first thread may have exited before the others, and then has no executable. */
static ssize_t read_link(struct proc_exe *x, int folder, uint32_t tid)
{
	ssize_t len = readlinkat(folder, "exe", x->path, sizeof(x->path) - 1);
	char thread[PROC_PATH];

	if (len > 0)
		return len;
	snprintf(thread, sizeof(thread), "task/%u/exe", tid);
	return readlinkat(folder, thread, x->path, sizeof(x->path) - 1);
}

bool proc_exe_read(struct proc_exe *x, const struct event *e, const uint8_t name[EVENT_COMM_LEN])
{
	int folder = x->usable ? open_process(e->pid) : -1;
	ssize_t len = -1;

	x->started = 0;
	x->cmdline_len = 0;
	if (folder < 0)
		return false;
	x->started = read_start(folder, "stat", NULL);
	if (is_same_program(folder, e, name, x->started))
		len = read_link(x, folder, e->tid);
	close(folder);
	x->path[len > 0 ? len : 0] = '\0';
	x->read_ns = read_clock_ns(CLOCK_BOOTTIME);
	return len > 0;
}

void proc_exe_read_cmdline(struct proc_exe *x, uint32_t pid)
{
	int folder = open_process(pid);
	ssize_t len = -1;

	if (folder < 0)
		return;
	if (read_start(folder, "stat", NULL) == x->started)
		len = read_file(folder, "cmdline", x->cmdline, sizeof(x->cmdline));
	close(folder);
	x->cmdline_len = len > 0 ? (size_t)len : 0;
}
