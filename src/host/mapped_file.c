/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "mapped_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

/*
 * Open a regular file, and nothing else: opening a device may have side effects. Returns a
 * descriptor or -errno.
 */
static int open_file(const char *path)
{
	struct stat st;
	int fd;

	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

static bool is_denied(int err)
{
	return err == -EACCES || err == -EPERM;
}

/* Return why a file could be opened neither through map_files nor by its name, given -errno. */
static enum file_problem explain_file(const struct proc_maps *maps, int link_err, int name_err)
{
	if (is_denied(name_err))
		return FILE_DENIED;
	if (name_err != -ENOENT && name_err != -ESRCH)
		return FILE_UNREADABLE;
	if (proc_maps_have_ended(maps))
		return FILE_ENDED;
	return is_denied(link_err) ? FILE_REPLACED : FILE_CHANGED;
}

int mapped_file_open(const struct proc_maps *maps, struct mapping *m, bool *same)
{
	char path[PATH_MAX + 64];
	struct stat st;
	int fd, link_err;

	snprintf(path, sizeof(path), "/proc/%u/map_files/%llx-%llx", maps->tid,
		 (unsigned long long)m->start, (unsigned long long)m->end);
	fd = open_file(path);
	*same = fd >= 0;
	m->problem = FILE_CHANGED;
	if (fd >= 0)
		return fd;
	link_err = fd;
	snprintf(path, sizeof(path), "/proc/%u/root%s", maps->tid, m->path);
	fd = open_file(path);
	*same = fd >= 0 && !fstat(fd, &st) && st.st_ino == m->inode && st.st_dev == m->device;
	if (fd < 0)
		m->problem = explain_file(maps, link_err, fd);
	else if (is_denied(link_err))
		m->problem = FILE_REPLACED;
	return fd;
}
