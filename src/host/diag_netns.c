/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "diag_netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "array.h"

#define NAME_BYTES 280

static const char *const folders[] = { "/run/netns", "/run/docker/netns" };

struct diag_netns_entry {
	struct sock_diag diag;
	int pidfd;		/* of the process through which it was found; -1 none */
	char *name;		/* path through which it was found; NULL: a process, or our own */
};

/* Of diag_netns_open(). */
struct search {
	struct diag_netns *n;
	const struct filter *filter;
	int own;		/* our own namespace, to return to */
	uint32_t own_inum;
};

void diag_netns_init(struct diag_netns *n)
{
	*n = (struct diag_netns){ .epoll = -1, .inotify = -1 };
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void release_entry(struct diag_netns_entry *e)
{
	sock_diag_close(&e->diag);
	close_fd(&e->pidfd);
	free(e->name);
}

void diag_netns_release(struct diag_netns *n)
{
	for (size_t i = 0; i < n->nr; i++)
		release_entry(&n->entries[i]);
	free(n->entries);
	close_fd(&n->epoll);
	close_fd(&n->inotify);
	diag_netns_init(n);
}

struct sock_diag *diag_netns_find(const struct diag_netns *n, uint32_t netns)
{
	for (size_t i = 0; i < n->nr; i++)
		if (n->entries[i].diag.netns == netns)
			return &n->entries[i].diag;
	return NULL;
}

int diag_netns_fd(const struct diag_netns *n)
{
	return n->epoll;
}

static bool is_wanted(const struct search *s, uint32_t inum)
{
	const struct filter *f = s->filter;
	bool any = !f->active || !f->nr_netns;

	for (unsigned i = 0; !any && i < f->nr_netns; i++)
		any = f->netns[i] == inum;
	return any && !diag_netns_find(s->n, inum);
}

/*
 * Open a handle in the namespace at this path, and return to our own. Returns an error only if
 * returning failed; all other failures set *failed.
 */
static int open_inside(const struct search *s, const char *path, struct sock_diag *d, int *failed)
{
	int target = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	*failed = 0;
	if (target < 0 || fstat(target, &st) || setns(target, CLONE_NEWNET)) {
		*failed = -errno;
		close_fd(&target);
		return 0;
	}
	close(target);
	*failed = sock_diag_open(d, (uint32_t)st.st_ino);
	return setns(s->own, CLONE_NEWNET) ? -errno : 0;
}

static bool watch_fd(struct diag_netns *n, int fd)
{
	struct epoll_event e = { .events = EPOLLIN };

	return !epoll_ctl(n->epoll, EPOLL_CTL_ADD, fd, &e);
}

/* Watch the process or the name of a new entry, so that it does not keep its namespace for ever. */
static bool watch_entry(struct diag_netns *n, struct diag_netns_entry *e, pid_t pid,
			const char *name)
{
	if (!pid) {
		e->name = strdup(name);
		return e->name && n->inotify >= 0;
	}
	e->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return e->pidfd >= 0 && watch_fd(n, e->pidfd);
}

/* Add the namespace at this path, which belongs to a process, or is a name if pid is 0. */
static int add_namespace(struct search *s, uint32_t inum, const char *path, pid_t pid)
{
	struct diag_netns_entry e = { .diag.fd = -1, .pidfd = -1 };
	struct diag_netns *n = s->n;
	int err, failed;

	if (!is_wanted(s, inum))
		return 0;
	if (!ARRAY_GROW(n->entries, n->nr, n->cap, DIAG_NETNS_MAX))
		return 0;
	err = open_inside(s, path, &e.diag, &failed);
	if (!err && !failed && e.diag.netns == inum && watch_entry(n, &e, pid, path)) {
		n->entries[n->nr++] = e;
		return 0;
	}
	release_entry(&e);
	return err;
}

static int add_own(struct search *s)
{
	struct diag_netns_entry e = { .pidfd = -1 };
	int err;

	if (!is_wanted(s, s->own_inum))
		return 0;
	if (!ARRAY_GROW(s->n->entries, s->n->nr, s->n->cap, DIAG_NETNS_MAX))
		return -ENOMEM;
	err = sock_diag_open(&e.diag, s->own_inum);
	if (!err)
		s->n->entries[s->n->nr++] = e;
	return err;
}

/* Processes that may not be looked up are left out. The scan reports them (src/live/scan.c). */
static int add_namespaces_of_processes(struct search *s)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int err = 0;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc))) {
		char path[NAME_BYTES], name[NAME_BYTES] = "";
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		unsigned inum;

		if (pid <= 0)	/* not the folder of a process */
			continue;
		snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
		if (readlink(path, name, sizeof(name) - 1) > 0 &&
		    sscanf(name, "net:[%u]", &inum) == 1)
			err = add_namespace(s, inum, path, pid);
	}
	closedir(proc);
	return err;
}

static int add_named_namespaces(struct search *s, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int err = 0;

	if (!dir)
		return 0;
	while (!err && (entry = readdir(dir))) {
		char path[NAME_BYTES];
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (!stat(path, &st))
			err = add_namespace(s, (uint32_t)st.st_ino, path, 0);
	}
	closedir(dir);
	return err;
}

/* The folders are watched before they are read, so that no removal is missed. */
static int open_watches(struct diag_netns *n)
{
	n->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (n->epoll < 0)
		return -errno;
	n->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (n->inotify < 0)
		return 0;
	for (unsigned i = 0; i < COUNT(folders); i++)
		inotify_add_watch(n->inotify, folders[i], IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR);
	if (!watch_fd(n, n->inotify))
		close_fd(&n->inotify);
	return 0;
}

int diag_netns_open(struct diag_netns *n, const struct filter *filter)
{
	struct search s = { .n = n, .filter = filter };
	struct stat st;
	int err = open_watches(n);

	if (err)
		return err;
	s.own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (s.own < 0 || fstat(s.own, &st)) {
		err = -errno;
		close_fd(&s.own);
		return err;
	}
	s.own_inum = (uint32_t)st.st_ino;
	err = add_own(&s);
	/* names first: processes come and go */
	for (unsigned i = 0; !err && i < COUNT(folders); i++)
		err = add_named_namespaces(&s, folders[i]);
	if (!err)
		err = add_namespaces_of_processes(&s);
	close(s.own);
	return err;
}

/* A pidfd is readable when the process has exited, even before its parent waits for it. */
static bool has_exited(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static bool entry_is_gone(const struct diag_netns_entry *e)
{
	struct stat st;

	if (e->name)
		return stat(e->name, &st) || st.st_ino != e->diag.netns;
	return e->pidfd >= 0 && has_exited(e->pidfd);
}

void diag_netns_release_gone(struct diag_netns *n)
{
	struct epoll_event ready;
	char unread[4096];
	size_t kept = 0;

	if (epoll_wait(n->epoll, &ready, 1, 0) <= 0)
		return;
	while (n->inotify >= 0 && read(n->inotify, unread, sizeof(unread)) > 0)
		;
	for (size_t i = 0; i < n->nr; i++) {
		if (entry_is_gone(&n->entries[i]))
			release_entry(&n->entries[i]);
		else
			n->entries[kept++] = n->entries[i];
	}
	n->nr = kept;
}
