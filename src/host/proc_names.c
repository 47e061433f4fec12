/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "proc_names.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROC_PATH 64

/* Read at most max bytes of a file of /proc. Returns their number, 0 if there are none. */
static size_t read_file(const char *path, char *bytes, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return 0;
	while (len < max && (n = read(fd, bytes + len, max - len)) > 0)
		len += (size_t)n;
	close(fd);
	return len;
}

/* Read a name without the newline at its end, NUL-padded. */
static bool read_comm(const char *path, uint8_t comm[EVENT_COMM_LEN])
{
	char text[EVENT_COMM_LEN + 1];
	size_t len = read_file(path, text, sizeof(text));

	memset(comm, 0, EVENT_COMM_LEN);
	if (!len || text[len - 1] != '\n')
		return false;
	memcpy(comm, text, len - 1);
	return true;
}

/* The arguments end with NUL each; some programs write a text without any. */
static void read_cmdline(struct proc_names_entry *e)
{
	char path[PROC_PATH], text[PROC_CMDLINE_MAX];
	size_t len;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/cmdline", e->pid, e->tid);
	len = read_file(path, text, sizeof(text));
	while (len && !text[len - 1])
		len--;
	e->cmdline = len ? malloc(len) : NULL;
	if (!e->cmdline)
		return;
	for (size_t i = 0; i < len; i++)
		e->cmdline[i] = text[i] ? text[i] : ' ';
	e->cmdline_len = len;
}

static void fill_entry(struct proc_names_entry *e, const struct stuck_holder *o)
{
	uint8_t comm[EVENT_COMM_LEN];
	char path[PROC_PATH];

	free(e->cmdline);
	*e = (struct proc_names_entry){ .pid = o->pid, .tid = o->tid };
	snprintf(path, sizeof(path), "/proc/%u/task/%u/comm", o->pid, o->tid);
	if (!read_comm(path, comm) || memcmp(comm, o->comm, sizeof(comm)) != 0)
		return;
	snprintf(path, sizeof(path), "/proc/%u/comm", o->pid);
	e->known = read_comm(path, e->process);
	if (e->known)
		read_cmdline(e);
}

bool proc_names_look_up(struct proc_names *n, const struct stuck_holder *o,
			struct process_names *names)
{
	struct proc_names_entry *e = &n->entry[o->pid % PROC_NAMES_MAX];

	if (!o->pid)
		return false;
	if (e->pid != o->pid || e->tid != o->tid)
		fill_entry(e, o);
	if (!e->known)
		return false;
	memcpy(names->process, e->process, sizeof(names->process));
	names->cmdline = e->cmdline;
	names->cmdline_len = e->cmdline_len;
	return true;
}

void proc_names_release(struct proc_names *n)
{
	for (unsigned i = 0; i < PROC_NAMES_MAX; i++)
		free(n->entry[i].cmdline);
	*n = (struct proc_names){ 0 };
}
