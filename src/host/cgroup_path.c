/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cgroup_path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static char *path_by_handle(const struct cgroups *c, uint64_t id)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + sizeof(id)];
	} h = { .handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	char *path;
	int fd;

	memcpy(h.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(c->mount, &h.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	path = path_of(c, fd);
	close(fd);
	return path;
}

static void forget_known(struct cgroups *c)
{
	for (size_t i = 0; i < c->nr_known; i++)
		free(c->known[i].path);
	c->nr_known = 0;
}

static void note_known(struct cgroups *c, uint64_t id, const char *path)
{
	size_t cap = c->cap_known ? 2 * c->cap_known : 256;
	struct cgroup_entry *known;

	if (c->nr_known == c->cap_known) {
		known = realloc(c->known, cap * sizeof(*known));
		if (!known)
			return;
		c->known = known;
		c->cap_known = cap;
	}
	c->known[c->nr_known++] = (struct cgroup_entry){ .id = id, .path = strdup(path) };
}

/* All below the directory that fd opens, which it closes; path is its own, len bytes. */
static void scan(struct cgroups *c, int fd, char path[PATH_MAX], size_t len)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && (d = readdir(dir))) {
		size_t n = strlen(d->d_name);

		if (d->d_type != DT_DIR || !strcmp(d->d_name, ".") || !strcmp(d->d_name, "..") ||
		    len + n + 2 > PATH_MAX)
			continue;
		path[len] = '/';
		memcpy(path + len + 1, d->d_name, n + 1);
		note_known(c, d->d_ino, path);	/* kernfs: the inode's number is the id */
		scan(c, openat(dirfd(dir), d->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path,
		     len + n + 1);
	}
	if (dir)
		closedir(dir);
}

static int order_ids(const void *a, const void *b)
{
	const struct cgroup_entry *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

void cgroups_scan(struct cgroups *c)
{
	char path[PATH_MAX];
	struct stat root;

	forget_known(c);
	if (c->mount < 0 || fstat(c->mount, &root))
		return;
	note_known(c, root.st_ino, "/");
	scan(c, openat(c->mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), path, 0);
	qsort(c->known, c->nr_known, sizeof(*c->known), order_ids);
}

static const struct cgroup_entry *find_known(const struct cgroups *c, uint64_t id)
{
	struct cgroup_entry key = { .id = id };

	return c->nr_known ? bsearch(&key, c->known, c->nr_known, sizeof(key), order_ids) : NULL;
}

void cgroups_release(struct cgroups *c)
{
	for (unsigned i = 0; i < c->nr; i++)
		free(c->entry[i].path);
	forget_known(c);
	free(c->known);
	free(c->root);
	if (c->mount >= 0)
		close(c->mount);
}

char *cgroups_look_up(struct cgroups *c, uint64_t id)
{
	const struct cgroup_entry *known;
	char *path;

	if (!id || c->mount < 0 || !c->root)
		return NULL;
	path = path_by_handle(c, id);
	if (path)
		return path;
	known = find_known(c, id);
	if (!known && errno == EPERM) {
		cgroups_scan(c);
		known = find_known(c, id);
	}
	return known && known->path ? strdup(known->path) : NULL;
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
		path = keep(c, (struct cgroup_entry){ .id = id, .path = cgroups_look_up(c, id) });
	if (!pid || (path && strcmp(path, "/") != 0))
		return path;
	entry = find(c, id, pid);
	if (entry)
		return entry->path ? entry->path : path;
	path = keep(c, (struct cgroup_entry){ .id = id, .pid = pid, .path = path_by_pid(pid) });
	return path;
}
