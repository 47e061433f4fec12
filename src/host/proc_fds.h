/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds the descriptors of sockets in /proc, of all processes that this user may look into: its
 * own, or all with CAP_SYS_PTRACE.
 *
 * A thread that has a table of descriptors of its own is looked into as well. Of a process whose
 * first thread has exited, so is every other thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

struct proc_fd {
	uint64_t inode;		/* of the socket, as sock_diag has it */
	uint32_t pid, tid;
	int fd;
};

/* A thread that has a descriptor. */
struct proc_task {
	uint32_t pid, tid, uid;
	uint8_t comm[EVENT_COMM_LEN];	/* of the thread */
	uint8_t process[EVENT_COMM_LEN];	/* of the process, "" unknown */
};

typedef void proc_fd_fn(void *arg, const struct proc_fd *found);

/*
 * Call fn for each descriptor of a socket. Sets *hidden to the number of processes that may not be
 * looked into. Kernel threads have no descriptors and do not count. Returns 0 or -errno.
 */
int proc_fds_walk(proc_fd_fn *fn, void *arg, unsigned *hidden);

/* Read the names and the user of a thread. Returns false if it has ended. */
bool proc_task_read(struct proc_task *task, uint32_t pid, uint32_t tid);
