/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "proc_cmdline.h"

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

/* Is the thread still there, by its name? Its id may belong to another one by now. */
static bool thread_is_still_there(const struct stuck_holder *o)
{
	char path[PROC_PATH], comm[EVENT_COMM_LEN + 1];
	size_t len;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/comm", o->pid, o->tid);
	len = read_file(path, comm, sizeof(comm));
	return len && comm[len - 1] == '\n' &&
	       len - 1 == strnlen((const char *)o->comm, sizeof(o->comm)) &&
	       !memcmp(comm, o->comm, len - 1);
}

/*
 * The arguments end with NUL each; some programs write a text without any. Asked of the thread,
 * because a leader that has exited has no memory.
 */
static void read_cmdline(struct proc_cmdline *x)
{
	char path[PROC_PATH], text[PROC_CMDLINE_MAX];
	size_t len;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/cmdline", x->pid, x->tid);
	len = read_file(path, text, sizeof(text));
	while (len && !text[len - 1])
		len--;
	x->text = len ? malloc(len) : NULL;
	if (!x->text)
		return;
	for (size_t i = 0; i < len; i++)
		x->text[i] = text[i] ? text[i] : ' ';
	x->len = len;
}

const char *proc_cmdline_look_up(struct proc_cmdlines *c, const struct stuck_holder *o, size_t *len)
{
	struct proc_cmdline *x = &c->item[o->pid % PROC_CMDLINES];

	if (!o->pid)
		return NULL;
	if (x->pid != o->pid || x->tid != o->tid) {
		free(x->text);
		*x = (struct proc_cmdline){ .pid = o->pid, .tid = o->tid };
		if (thread_is_still_there(o))
			read_cmdline(x);
	}
	*len = x->len;
	return x->text;
}

void proc_cmdlines_release(struct proc_cmdlines *c)
{
	for (unsigned i = 0; i < PROC_CMDLINES; i++)
		free(c->item[i].text);
	*c = (struct proc_cmdlines){ 0 };
}
