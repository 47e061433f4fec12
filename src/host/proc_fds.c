/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "proc_fds.h"

#include <dirent.h>
#include <errno.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid_namespace.h"

#define PROC_PATH 64
#define LINK_BYTES 64

/* The walk over all processes. */
struct walk {
	proc_fd_fn *fn;
	void *arg;
	unsigned hidden;
};

/* The number that a name begins with, 0 if it is no number: no process has the id 0. */
static uint32_t parse_id(const char *name)
{
	return name[0] >= '1' && name[0] <= '9' ? (uint32_t)strtoul(name, NULL, 10) : 0;
}

static void note_socket(const struct walk *w, int dir, const char *name, struct proc_fd *found)
{
	char link[LINK_BYTES];
	ssize_t n = readlinkat(dir, name, link, sizeof(link) - 1);
	unsigned long long inode;

	if (n <= 0)
		return;
	link[n] = '\0';
	if (sscanf(link, "socket:[%llu]", &inode) != 1)
		return;
	found->inode = inode;
	found->fd = atoi(name);
	w->fn(w->arg, found);
}

/* Look into the table of one thread. Returns the number of its descriptors, or -errno. */
static int look_into_thread(const struct walk *w, uint32_t pid, uint32_t tid)
{
	struct proc_fd found = { .pid = pid, .tid = tid };
	char path[PROC_PATH];
	struct dirent *entry;
	int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/fd", pid, tid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		note_socket(w, dirfd(dir), entry->d_name, &found);
		n++;
	}
	closedir(dir);
	return n;
}

static bool shares_table(uint32_t pid, uint32_t tid)
{
	return !syscall(SYS_kcmp, pid, tid, KCMP_FILES, 0, 0);
}

/* Look into the threads other than the first, which may have exited: then its table is empty. */
static void look_into_other_threads(const struct walk *w, uint32_t pid, bool leader_has_table)
{
	char path[PROC_PATH];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%u/task", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		uint32_t tid = parse_id(entry->d_name);

		if (tid && tid != pid && !(leader_has_table && shares_table(pid, tid)))
			look_into_thread(w, pid, tid);
	}
	closedir(dir);
}

static void look_into_process(struct walk *w, const char *name)
{
	uint32_t pid = parse_id(name);
	int n;

	if (!pid)
		return;
	n = look_into_thread(w, pid, pid);
	if (n == -EACCES || n == -EPERM)
		w->hidden += !proc_is_kernel_thread("/proc", name);
	else if (n != -ENOENT)
		look_into_other_threads(w, pid, n > 0);
}

int proc_fds_walk(proc_fd_fn *fn, void *arg, unsigned *hidden)
{
	struct walk w = { .fn = fn, .arg = arg };
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	*hidden = 0;
	if (!proc)
		return -errno;
	while ((entry = readdir(proc)))
		look_into_process(&w, entry->d_name);
	closedir(proc);
	*hidden = w.hidden;
	return 0;
}

static bool read_comm(uint8_t comm[EVENT_COMM_LEN], const char *path)
{
	FILE *f = fopen(path, "re");
	char name[EVENT_COMM_LEN + 1] = "";
	size_t n = f ? fread(name, 1, sizeof(name), f) : 0;

	if (f)
		fclose(f);
	if (!n || name[n - 1] != '\n')
		return false;
	memset(comm, 0, EVENT_COMM_LEN);
	memcpy(comm, name, n - 1);
	return true;
}

static bool read_uid(uint32_t *uid, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[256];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "Uid: %u", uid) == 1;
	if (f)
		fclose(f);
	return found;
}

bool proc_task_read(struct proc_task *task, uint32_t pid, uint32_t tid)
{
	char path[PROC_PATH];

	*task = (struct proc_task){ .pid = pid, .tid = tid };
	snprintf(path, sizeof(path), "/proc/%u/task/%u/status", pid, tid);
	if (!read_uid(&task->uid, path))
		return false;
	snprintf(path, sizeof(path), "/proc/%u/task/%u/comm", pid, tid);
	if (!read_comm(task->comm, path))
		return false;
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	read_comm(task->process, path);
	return true;
}
