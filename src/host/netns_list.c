/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "netns_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"

#define PROC_PATH 64
#define NAME_PATH 512

const char *netns_list_folder(unsigned i)
{
	static const char *const folders[] = { "/run/netns", "/run/docker/netns" };

	return i < COUNT(folders) ? folders[i] : NULL;
}

static int list_process(const struct netns_lister *l, pid_t pid)
{
	char path[PROC_PATH], name[PROC_PATH] = "";
	unsigned inum;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	if (readlink(path, name, sizeof(name) - 1) < 0) {
		if (l->hidden && (errno == EACCES || errno == EPERM))
			l->hidden(l->arg, errno);
		return 0;
	}
	return sscanf(name, "net:[%u]", &inum) == 1 ? l->found(l->arg, inum, path, pid) : 0;
}

int netns_list_processes(const struct netns_lister *l)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int err = 0;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0)	/* else not the folder of a process */
			err = list_process(l, pid);
	}
	closedir(proc);
	return err;
}

static int list_folder(const struct netns_lister *l, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int err = 0;

	if (!dir)
		return 0;
	while (!err && (entry = readdir(dir))) {
		char path[NAME_PATH];
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (!stat(path, &st))
			err = l->found(l->arg, (uint32_t)st.st_ino, path, 0);
	}
	closedir(dir);
	return err;
}

int netns_list_names(const struct netns_lister *l)
{
	const char *folder;
	int err = 0;

	for (unsigned i = 0; !err && (folder = netns_list_folder(i)); i++)
		err = list_folder(l, folder);
	return err;
}
