/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The COMMAND of "-- COMMAND": made early, started only when everything is attached.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid;		/* 0 none */
	int gate;		/* writing to it lets the command start */
	int failed;		/* reads the errno of an exec that failed */
	bool exited;
	int status;		/* exit status as a shell gives it: 128 + signal if killed */
};

/* Forks a process that waits at the gate with the signal mask of before. 0 or -errno. */
int child_prepare(struct child *c, char **command);

/* Opens the gate. 0, or -errno of the exec that failed, in which case the process is gone. */
int child_start(struct child *c);

/* Has it exited? Call after SIGCHLD. */
bool child_has_exited(struct child *c);

bool child_is_running(const struct child *c);

/* Passes a signal on to a command that runs. */
void child_signal(const struct child *c, int signal);

/* Ends a process that still waits at the gate. */
void child_release(struct child *c);
