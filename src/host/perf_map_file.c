/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "perf_map_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "read_clock.h"
#include "time_units.h"

#define PROC_PATH 64
#define START_FIELD 22		/* proc_pid_stat(5): start time, in ticks since boot */
/* The start is in ticks, and the time of a file in those of the kernel's timer. */
#define TIME_ERROR_NS (100 * NS_PER_MS)

/* Open a file of /proc/PID as a stream; NULL if it cannot. */
static FILE *open_stream(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (!f && fd >= 0)
		close(fd);
	return f;
}

/* Read the fields of the first line of a file in /proc/PID that begins with `key`. */
static bool read_field(int folder, const char *name, const char *key, char *fields, size_t size)
{
	FILE *f = open_stream(folder, name);
	char *line = NULL;
	size_t cap = 0;
	bool found = false;

	while (f && !found && getline(&line, &cap, f) > 0) {
		found = !strncmp(line, key, strlen(key));
		if (found)
			snprintf(fields, size, "%s", line + strlen(key));
	}
	free(line);
	if (f)
		fclose(f);
	return found;
}

/* "NStgid:\t4711\t12\t1": the pid in the namespace of /proc, then those of the inner ones. */
static bool read_pids(struct perf_map_process *p)
{
	char fields[512], *number = fields, *end;
	bool any = false;

	if (!read_field(p->folder, "status", "NStgid:", fields, sizeof(fields)))
		return false;
	for (;; number = end) {
		uint32_t pid = (uint32_t)strtoul(number, &end, 10);

		if (end == number)
			return any;
		p->inner_pid = pid;
		if (!any)
			p->outer_pid = pid;
		any = true;
	}
}

static bool read_start(struct perf_map_process *p)
{
	char line[1024], *at;

	if (!read_field(p->folder, "stat", "", line, sizeof(line)))
		return false;
	at = strrchr(line, ')');	/* a comm may contain any character */
	for (unsigned field = 2; at && field < START_FIELD; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return false;
	p->started_ns = strtoull(at + 1, NULL, 10) * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
	return true;
}

bool perf_map_process_open(struct perf_map_process *p, uint32_t pid)
{
	char path[PROC_PATH];

	snprintf(path, sizeof(path), "/proc/%u", pid);
	*p = (struct perf_map_process){ .folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) };
	if (p->folder >= 0 && read_pids(p) && read_start(p))
		return true;
	perf_map_process_close(p);
	return false;
}

void perf_map_process_close(struct perf_map_process *p)
{
	if (p->folder >= 0)
		close(p->folder);
	p->folder = -1;
}

static enum perf_map_problem explain_root(int err)
{
	if (err == EACCES || err == EPERM)
		return PERF_MAP_DENIED;
	return err == ENOENT || err == ESRCH ? PERF_MAP_ENDED : PERF_MAP_FAILED;
}

static enum perf_map_problem explain_file(int err)
{
	if (err == ENOENT || err == ENOTDIR)
		return PERF_MAP_ABSENT;
	return err == EACCES || err == EPERM ? PERF_MAP_DENIED : PERF_MAP_FAILED;
}

/* Returns a descriptor or -1 with errno set. */
static int open_root(int folder, uint32_t tid)
{
	char path[PROC_PATH];
	int fd;

	snprintf(path, sizeof(path), "task/%u/root", tid);
	fd = openat(folder, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ESRCH))	/* the thread has exited */
		fd = openat(folder, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

/* Returns a descriptor or -1 with *problem set. */
static int open_map(int root, uint32_t pid, struct stat *st, enum perf_map_problem *problem)
{
	struct open_how how = { .flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT };
	char path[PROC_PATH];
	int fd;

	snprintf(path, sizeof(path), "tmp/perf-%u.map", pid);
	fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	*problem = fd < 0 ? explain_file(errno) : PERF_MAP_OK;
	if (fd >= 0 && fstat(fd, st)) {
		*problem = PERF_MAP_FAILED;
		close(fd);
		return -1;
	}
	return fd;
}

int perf_map_file_find(const struct perf_map_process *p, uint32_t tid, struct stat *st,
		       uint32_t *nr, enum perf_map_problem *problem)
{
	int root = open_root(p->folder, tid), fd;
	enum perf_map_problem unused;

	*nr = p->inner_pid;
	if (root < 0) {
		*problem = explain_root(errno);
		return -1;
	}
	fd = open_map(root, p->inner_pid, st, problem);
	close(root);
	if (fd >= 0 || *problem != PERF_MAP_ABSENT)
		return fd;
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -1;
	fd = open_map(root, p->outer_pid, st, &unused);
	close(root);
	if (fd < 0)
		return -1;
	*nr = p->outer_pid;
	*problem = PERF_MAP_OK;
	return fd;
}

/* Test for the effective user of the process: the second of "Uid:\t0\t0\t0\t0". */
static bool is_owner(const struct perf_map_process *p, uid_t uid)
{
	char fields[128];
	unsigned effective;

	return read_field(p->folder, "status", "Uid:", fields, sizeof(fields)) &&
	       sscanf(fields, "%*u %u", &effective) == 1 && effective == uid;
}

/* Test whether the file was last written to before the process started. */
static bool is_old(const struct perf_map_process *p, const struct timespec *written)
{
	uint64_t boot_ns = read_clock_ns(CLOCK_BOOTTIME), now_ns = read_clock_ns(CLOCK_REALTIME);
	uint64_t written_ns = (uint64_t)written->tv_sec * NS_PER_S + (uint64_t)written->tv_nsec;

	if (!written->tv_nsec)	/* some filesystems have seconds only */
		written_ns += NS_PER_S;
	return written_ns + TIME_ERROR_NS < now_ns - (boot_ns - p->started_ns);
}

enum perf_map_problem perf_map_file_check(const struct perf_map_process *p, const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		return PERF_MAP_LINK;
	if (!S_ISREG(st->st_mode))
		return PERF_MAP_NOT_REGULAR;
	if (st->st_uid && !is_owner(p, st->st_uid))
		return PERF_MAP_OWNER;
	if (st->st_mode & S_IWOTH)
		return PERF_MAP_WRITABLE;
	if (is_old(p, &st->st_mtim))
		return PERF_MAP_OLD;
	return st->st_size > PERF_MAP_FILE_MAX ? PERF_MAP_LARGE : PERF_MAP_OK;
}

/* A descriptor of type O_PATH pins the file, so this opens the one that was checked. */
int perf_map_file_open(int found, enum perf_map_problem *problem)
{
	char path[PROC_PATH];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", found);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		*problem = errno == EACCES || errno == EPERM ? PERF_MAP_DENIED : PERF_MAP_FAILED;
	return fd;
}

const char *perf_map_problem_text(enum perf_map_problem problem)
{
	static const char *const texts[] = {
		[PERF_MAP_OK] = "does not list it",
		[PERF_MAP_ABSENT] = "does not exist",
		[PERF_MAP_DENIED] = "may not be opened",
		[PERF_MAP_ENDED] = "was not read before the process ended",
		[PERF_MAP_LINK] = "is a symbolic link",
		[PERF_MAP_NOT_REGULAR] = "is not a regular file",
		[PERF_MAP_OWNER] = "belongs neither to the user of the process nor to root",
		[PERF_MAP_WRITABLE] = "can be written by other users",
		[PERF_MAP_OLD] = "is older than the process",
		[PERF_MAP_LARGE] = "is too large",
		[PERF_MAP_FAILED] = "could not be read",
		[PERF_MAP_REWRITTEN] = "has changed and is soon read again",
	};

	return texts[problem];
}
