/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "proc_cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES 16384	/* a line for each hierarchy: 13 controllers, v2, names */
#define SYSTEMD "name=systemd"

/* A line is "4:memory,pids:/docker/1234"; the one of v2 has no controllers: "0::/user.slice". */
static char *find_path(char *line, const char *hierarchy)
{
	char *controllers = strchr(line, ':'), *path;

	path = controllers ? strchr(controllers + 1, ':') : NULL;
	if (!path)
		return NULL;
	*path++ = '\0';
	return strcmp(controllers + 1, hierarchy) != 0 ? NULL : path;
}

char *proc_cgroup_find(char *text)
{
	char *v2 = NULL, *systemd = NULL, *line, *rest = text;

	while ((line = strsep(&rest, "\n"))) {
		char *path;

		if (!strncmp(line, "0::", 3))
			v2 = line + 3;
		else if ((path = find_path(line, SYSTEMD)))
			systemd = path;
	}
	return systemd && (!v2 || !strcmp(v2, "/")) ? systemd : v2;
}

/* Read the file of a process, "self" or a number, and end it with a NUL. */
static bool read_file(const char *process, char text[FILE_BYTES])
{
	char name[64];
	ssize_t n;
	int fd;

	snprintf(name, sizeof(name), "/proc/%s/cgroup", process);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, FILE_BYTES - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return true;
}

char *proc_cgroup_read(uint32_t pid)
{
	char number[16], text[FILE_BYTES], *path;

	snprintf(number, sizeof(number), "%u", pid);
	path = read_file(number, text) ? proc_cgroup_find(text) : NULL;
	return path ? strdup(path) : NULL;
}

bool proc_cgroup_has_v1(void)
{
	char text[FILE_BYTES];

	return read_file("self", text) && strstr(text, ":" SYSTEMD ":");
}
