/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const tracefs_mounts[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

/* Open tracefs without a mount point. Returns a descriptor of its root, or -errno. */
static int open_detached_tracefs(void)
{
	int fs = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC);
	int root;

	if (fs < 0)
		return -errno;
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) ||
	    (root = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0)) < 0)
		root = -errno;
	close(fs);
	return root;
}

static int read_event_id(int dir, const char *path)
{
	char text[16] = "";
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return n > 0 ? (int)strtol(text, NULL, 10) : -EIO;
}

int tracefs_event_id(const char *group, const char *event)
{
	int id = -ENOENT, root;
	char path[256];

	for (unsigned i = 0; i < sizeof(tracefs_mounts) / sizeof(*tracefs_mounts); i++) {
		snprintf(path, sizeof(path), "%s/events/%s/%s/id", tracefs_mounts[i], group, event);
		id = read_event_id(AT_FDCWD, path);
		if (id > 0)
			return id;
	}
	root = open_detached_tracefs();
	if (root < 0)
		return root == -EPERM ? root : id;	/* EPERM: not readable, mounted or not */
	snprintf(path, sizeof(path), "events/%s/%s/id", group, event);
	id = read_event_id(root, path);
	close(root);
	return id;
}
