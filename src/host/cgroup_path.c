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

#include "array.h"
#include "hash.h"
#include "proc_cgroup.h"
#include "time_units.h"

#define FILEID_KERNFS 0xfe	/* include/linux/exportfs.h: the handle is the 64-bit id */
#define MADE_ID (1ULL << 63)	/* in the ids of cgroup_paths_task_id(); the kernel counts from 1 */
#define CHECK_AGAIN_NS NS_PER_S	/* a process may move, and its id may be used again */

void cgroup_paths_init(struct cgroup_paths *c)
{
	FILE *mounts = setmntent("/proc/mounts", "re");
	struct stat root;
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
	c->has_v1 = proc_cgroup_has_v1();
	if (c->mount >= 0 && !fstat(c->mount, &root))
		c->root_id = root.st_ino;
}

/* Return the path of an open file relative to the mount, to free; NULL if it is outside. */
static char *read_path_of_fd(const struct cgroup_paths *c, int fd)
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

static char *find_path_by_handle(const struct cgroup_paths *c, uint64_t id)
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
	path = read_path_of_fd(c, fd);
	close(fd);
	return path;
}

static void forget_scanned(struct cgroup_paths *c)
{
	for (size_t i = 0; i < c->nr_scanned; i++)
		free(c->scanned[i].path);
	c->nr_scanned = 0;
}

static void add_scanned(struct cgroup_paths *c, uint64_t id, const char *path)
{
	size_t cap = c->cap_scanned ? 2 * c->cap_scanned : 256;
	struct cgroup_path_entry *scanned;

	if (c->nr_scanned == c->cap_scanned) {
		scanned = realloc(c->scanned, cap * sizeof(*scanned));
		if (!scanned)
			return;
		c->scanned = scanned;
		c->cap_scanned = cap;
	}
	c->scanned[c->nr_scanned++] = (struct cgroup_path_entry){ .id = id, .path = strdup(path) };
}

/* Add all directories below fd, and close it. `path` is the path of fd, len bytes long. */
static void scan_directory(struct cgroup_paths *c, int fd, char path[PATH_MAX], size_t len)
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
		add_scanned(c, d->d_ino, path);	/* kernfs: the inode number is the id */
		scan_directory(c, openat(dirfd(dir), d->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
			       path, len + n + 1);
	}
	if (dir)
		closedir(dir);
}

static int compare_ids(const void *a, const void *b)
{
	const struct cgroup_path_entry *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

void cgroup_paths_scan(struct cgroup_paths *c)
{
	char path[PATH_MAX];
	struct stat root;

	forget_scanned(c);
	if (c->mount < 0 || fstat(c->mount, &root))
		return;
	add_scanned(c, root.st_ino, "/");
	scan_directory(c, openat(c->mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), path, 0);
	array_sort(c->scanned, c->nr_scanned, sizeof(*c->scanned), compare_ids);
}

static const struct cgroup_path_entry *find_scanned(const struct cgroup_paths *c, uint64_t id)
{
	struct cgroup_path_entry key = { .id = id };

	if (!c->nr_scanned)
		return NULL;
	return bsearch(&key, c->scanned, c->nr_scanned, sizeof(key), compare_ids);
}

void cgroup_paths_release(struct cgroup_paths *c)
{
	for (unsigned i = 0; i < c->nr; i++)
		free(c->entry[i].path);
	forget_scanned(c);
	free(c->scanned);
	free(c->root);
	if (c->mount >= 0)
		close(c->mount);
}

/* Store an entry, whose path the cache then owns, in place of the oldest. Returns the path. */
static const char *cache_entry(struct cgroup_paths *c, struct cgroup_path_entry entry)
{
	unsigned i = c->nr < CGROUP_PATHS_MAX ? c->nr++ : c->oldest++ % CGROUP_PATHS_MAX;

	free(c->entry[i].path);
	c->entry[i] = entry;
	return entry.path;
}

static const struct cgroup_path_entry *find_cached(const struct cgroup_paths *c, uint64_t id,
						   uint32_t pid)
{
	for (unsigned i = c->nr; i-- > 0;)
		if (c->entry[i].id == id && c->entry[i].pid == pid)
			return &c->entry[i];
	return NULL;
}

static char *copy_cached_path(const struct cgroup_paths *c, uint64_t id)
{
	const struct cgroup_path_entry *entry = find_cached(c, id, 0);

	return entry && entry->path ? strdup(entry->path) : NULL;
}

char *cgroup_path_by_id(struct cgroup_paths *c, uint64_t id)
{
	const struct cgroup_path_entry *scanned;
	char *path;

	if (id & MADE_ID)
		return copy_cached_path(c, id);
	if (!id || c->mount < 0 || !c->root)
		return NULL;
	path = find_path_by_handle(c, id);
	if (path)
		return path;
	scanned = find_scanned(c, id);
	if (!scanned && errno == EPERM) {
		cgroup_paths_scan(c);
		scanned = find_scanned(c, id);
	}
	return scanned && scanned->path ? strdup(scanned->path) : NULL;
}

const char *cgroup_path_of_task(struct cgroup_paths *c, uint64_t id, uint32_t pid)
{
	const struct cgroup_path_entry *entry = find_cached(c, id, 0);
	struct cgroup_path_entry new = { .id = id };
	const char *path = NULL;

	if (entry) {
		path = entry->path;
	} else if (id) {
		new.path = cgroup_path_by_id(c, id);
		path = cache_entry(c, new);
	}
	if (!pid || (path && strcmp(path, "/") != 0))
		return path;
	entry = find_cached(c, id, pid);
	if (entry)
		return entry->path ? entry->path : path;
	new.pid = pid;
	new.path = proc_cgroup_read(pid);
	return cache_entry(c, new);
}

static uint64_t make_id(const char *path)
{
	uint64_t h = 0;

	for (; *path; path++)
		h = hash_fmix64(h + (uint8_t)*path);
	return h | MADE_ID;
}

/* The id for the path that /proc has of a process: 0 if it has none, or is gone. */
static uint64_t read_task_id(struct cgroup_paths *c, uint32_t pid)
{
	struct cgroup_path_entry new = { .path = proc_cgroup_read(pid) };

	if (!new.path || !strcmp(new.path, "/")) {
		free(new.path);
		return 0;
	}
	new.id = make_id(new.path);
	if (find_cached(c, new.id, 0))
		free(new.path);
	else
		cache_entry(c, new);
	return new.id;
}

uint64_t cgroup_paths_task_id(struct cgroup_paths *c, uint64_t id, uint32_t pid, uint64_t now_ns)
{
	struct cgroup_task *t = &c->task[pid % CGROUP_TASKS];
	uint64_t made;

	if (!c->has_v1 || !pid || (c->mount >= 0 && id && id != c->root_id))
		return id;
	if (t->pid == pid && now_ns < t->checked_ns + CHECK_AGAIN_NS)
		return t->id ?: id;
	made = read_task_id(c, pid);
	*t = (struct cgroup_task){ .id = made, .checked_ns = now_ns, .pid = pid };
	return made ?: id;
}
