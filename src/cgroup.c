/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cgroup.h"

#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILEID_KERNFS 0xfe	/* include/linux/exportfs.h: the handle is the 64-bit id */
#define LINE_BYTES (PATH_MAX + 256)

void cgroups_init(struct cgroups *c)
{
	FILE *mounts = setmntent("/proc/mounts", "re");
	struct mntent *m;

	memset(c, 0, sizeof(*c));
	c->mount = -1;
	while (mounts && c->mount < 0 && (m = getmntent(mounts))) {
		if (strcmp(m->mnt_type, "cgroup2") != 0)
			continue;
		c->mount = open(m->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (c->mount >= 0)
			c->root = strdup(m->mnt_dir);
	}
	if (mounts)
		endmntent(mounts);
}

void cgroups_release(struct cgroups *c)
{
	for (unsigned i = 0; i < c->nr; i++)
		free(c->entry[i].path);
	free(c->root);
	if (c->mount >= 0)
		close(c->mount);
}

/* The path of an open file, below the mount; NULL outside of it. */
static char *path_of(const struct cgroups *c, int fd)
{
	char link[64], path[PATH_MAX];
	size_t root = strlen(c->root);
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return NULL;
	path[n] = '\0';
	if (strncmp(path, c->root, root) != 0 || (path[root] && path[root] != '/'))
		return NULL;
	return strdup(path[root] ? path + root : "/");
}

static char *path_by_id(const struct cgroups *c, uint64_t id)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + sizeof(id)];
	} h = { .handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	char *path;
	int fd;

	if (!id || c->mount < 0 || !c->root)
		return NULL;
	memcpy(h.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(c->mount, &h.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	path = path_of(c, fd);
	close(fd);
	return path;
}

/* "4:memory:/docker/1234": the first hierarchy in which it is not at the root, else "/". */
static char *path_by_pid(uint32_t pid)
{
	char name[64], line[LINE_BYTES], *found = NULL;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%u/cgroup", pid);
	f = fopen(name, "re");
	if (!f)
		return NULL;
	while ((!found || !strcmp(found, "/")) && fgets(line, sizeof(line), f)) {
		char *path = strchr(line, ':');

		path = path ? strchr(path + 1, ':') : NULL;
		if (!path)
			continue;
		path[strcspn(path, "\n")] = '\0';
		free(found);
		found = strdup(path + 1);
	}
	fclose(f);
	return found;
}

static const char *keep(struct cgroups *c, struct cgroup_entry entry)
{
	unsigned i = c->nr < CGROUP_MAX ? c->nr++ : c->oldest++ % CGROUP_MAX;

	free(c->entry[i].path);
	c->entry[i] = entry;
	return entry.path;
}

static const struct cgroup_entry *find(const struct cgroups *c, uint64_t id, uint32_t pid)
{
	for (unsigned i = c->nr; i-- > 0;)
		if (c->entry[i].id == id && c->entry[i].pid == pid)
			return &c->entry[i];
	return NULL;
}

const char *cgroups_path(struct cgroups *c, uint64_t id, uint32_t pid)
{
	const struct cgroup_entry *entry = find(c, id, 0);
	const char *path = NULL;

	if (entry)
		path = entry->path;
	else if (id)
		path = keep(c, (struct cgroup_entry){ .id = id, .path = path_by_id(c, id) });
	if (!pid || (path && strcmp(path, "/") != 0))
		return path;
	entry = find(c, id, pid);
	if (entry)
		return entry->path ? entry->path : path;
	path = keep(c, (struct cgroup_entry){ .id = id, .pid = pid, .path = path_by_pid(pid) });
	return path;
}
