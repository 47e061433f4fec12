/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The COMMAND of "-- COMMAND": made early, started only when everything is attached.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct command {
	pid_t pid;		/* 0 none */
	int start_pipe;		/* writing to it lets the command start */
	int exec_error_pipe;		/* reads the errno of an exec that failed */
	bool exited;
	int status;		/* exit status as a shell gives it: 128 + signal if killed */
};

/* Forks a process that waits at the start pipe with the signal mask of before. 0 or -errno. */
int command_prepare(struct command *c, char **argv);

/* Writes to the start pipe. 0, or -errno of the exec that failed, in which case the process is gone. */
int command_start(struct command *c);

/* Has it exited? Call after SIGCHLD. */
bool command_has_exited(struct command *c);

bool command_is_running(const struct command *c);

/* Passes a signal on to a command that runs. */
void command_signal(const struct command *c, int signal);

/* Ends a process that still waits at the start pipe. */
void command_release(struct command *c);
