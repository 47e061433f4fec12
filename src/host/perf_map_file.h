/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds and opens the perf map of a process: /tmp/perf-N.map in its root directory, where N is its
 * process id in its innermost pid namespace, as its runtime knows it. If there is none, the one of
 * the host, where N is the process id here: profilers keep it there for a process in a container.
 *
 * The file says how code of this process is called, so only this process and root may write it:
 *
 * - It is a regular file. A symbolic link in its place is refused, and those on the way to it are
 *   resolved in the root directory of the process (RESOLVE_IN_ROOT, Linux 5.6).
 * - It belongs to the effective user of the process or to root, and others may not write to it. A
 *   group may: programs with the umask 002 have a group of their own.
 * - It was written to since the process started. Process ids are used again, in containers often.
 * - It has at most 64 MiB.
 *
 * Nothing is opened for reading before that is known, so a FIFO or a device has no effect.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define PERF_MAP_FILE_MAX (64u << 20)	/* bytes */

enum perf_map_problem {
	PERF_MAP_OK,
	PERF_MAP_ABSENT,
	PERF_MAP_DENIED,	/* not permitted to open it */
	PERF_MAP_ENDED,		/* the process has ended */
	PERF_MAP_LINK,
	PERF_MAP_NOT_REGULAR,
	PERF_MAP_OWNER,
	PERF_MAP_WRITABLE,
	PERF_MAP_OLD,
	PERF_MAP_LARGE,
	PERF_MAP_FAILED,	/* another error, such as too many open files */
	PERF_MAP_REWRITTEN,	/* not what was read, and too early to read it again */
};

/* The process whose map it is. */
struct perf_map_process {
	int folder;		/* /proc/PID, opened with O_PATH: remains that of this process */
	uint32_t inner_pid, outer_pid;
	uint64_t started_ns;	/* CLOCK_BOOTTIME */
};

/*
 * Open the folder of a process and read what does not change. Returns false if the process has
 * ended, or may not be examined. perf_map_process_close() releases it.
 */
bool perf_map_process_open(struct perf_map_process *p, uint32_t pid);
void perf_map_process_close(struct perf_map_process *p);

/*
 * Find the file without reading it. `tid`: a thread of the process, whose root directory is used,
 * because that of the first thread is gone when it exits. Stores its status, and its pid in *nr.
 * Returns a descriptor of type O_PATH, or -1 with *problem set.
 */
int perf_map_file_find(const struct perf_map_process *p, uint32_t tid, struct stat *st,
		       uint32_t *nr, enum perf_map_problem *problem);

/* Check the file that perf_map_file_find() found. */
enum perf_map_problem perf_map_file_check(const struct perf_map_process *p, const struct stat *st);

/* Open for reading what perf_map_file_find() returned. Returns a descriptor or -1. */
int perf_map_file_open(int found, enum perf_map_problem *problem);

/* Return what is wrong with the file, to follow its name: "is a symbolic link". */
const char *perf_map_problem_text(enum perf_map_problem problem);
