/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "netns_names.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "time_units.h"

#define READ_AGAIN_NS NS_PER_S
#define NAMES_MAX 65536

static const char *const folders[] = { "/run/netns", "/var/run/netns" };

struct netns_name {
	uint64_t inum;
	char *text;
};

void netns_names_release(struct netns_names *n)
{
	for (size_t i = 0; i < n->nr; i++)
		free(n->name[i].text);
	free(n->name);
	*n = (struct netns_names){ 0 };
}

static void add_name(struct netns_names *n, uint64_t inum, const char *text)
{
	if (n->nr == n->cap) {
		size_t cap = n->cap ? 2 * n->cap : 16;
		struct netns_name *grown = realloc(n->name, cap * sizeof(*grown));

		if (!grown)
			return;
		n->name = grown;
		n->cap = cap;
	}
	n->name[n->nr] = (struct netns_name){ inum, strdup(text) };
	n->nr += n->name[n->nr].text != NULL;
}

/* Read a folder. A name that is not mounted (any more) is an empty file of another file system. */
static void read_folder(struct netns_names *n, const char *path, dev_t device)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	struct stat st;

	while (folder && n->nr < NAMES_MAX && (entry = readdir(folder)))
		if (entry->d_name[0] != '.' &&
		    !fstatat(dirfd(folder), entry->d_name, &st, 0) && st.st_dev == device)
			add_name(n, st.st_ino, entry->d_name);
	if (folder)
		closedir(folder);
}

static int compare_names(const void *a, const void *b)
{
	const struct netns_name *x = a, *y = b;
	int order = (x->inum > y->inum) - (x->inum < y->inum);

	return order ? order : strcmp(x->text, y->text);
}

static int compare_inums(const void *key, const void *item)
{
	uint64_t inum = *(const uint64_t *)key;
	const struct netns_name *y = item;

	return (inum > y->inum) - (inum < y->inum);
}

static uint64_t read_change_ns(const char *folder)
{
	struct stat st;

	if (stat(folder, &st))
		return 0;
	return (uint64_t)st.st_mtim.tv_sec * NS_PER_S + (uint64_t)st.st_mtim.tv_nsec;
}

static bool is_out_of_date(const struct netns_names *n, uint64_t now_ns)
{
	if (!n->read_ns || (now_ns > n->read_ns && now_ns - n->read_ns >= READ_AGAIN_NS))
		return true;
	return n->changed_ns[0] != read_change_ns(folders[0]) ||
	       n->changed_ns[1] != read_change_ns(folders[1]);
}

static void read_names(struct netns_names *n, uint64_t now_ns)
{
	struct stat own;

	netns_names_release(n);
	n->read_ns = now_ns;
	if (stat("/proc/self/ns/net", &own))
		return;
	for (unsigned i = 0; i < 2; i++) {
		n->changed_ns[i] = read_change_ns(folders[i]);
		read_folder(n, folders[i], own.st_dev);
	}
	if (n->nr)
		qsort(n->name, n->nr, sizeof(*n->name), compare_names);
}

const char *netns_names_find(struct netns_names *n, uint32_t inum, uint64_t now_ns)
{
	uint64_t key = inum;
	const struct netns_name *found;

	if (is_out_of_date(n, now_ns))
		read_names(n, now_ns);
	found = n->nr ? bsearch(&key, n->name, n->nr, sizeof(*n->name), compare_inums) : NULL;
	return found ? found->text : NULL;
}
