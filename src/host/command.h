/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The COMMAND of "-- COMMAND". Its process is forked early, before capabilities are dropped, and
 * executes the command only once every hook is attached.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct command {
	pid_t pid;		/* 0: none */
	int start_pipe;		/* a byte written here starts the command */
	int exec_error_pipe;	/* delivers the errno of a failed exec */
	bool exited;
	int status;		/* exit status as in a shell: 128 + signal if killed */
};

/* Fork a process that waits for command_start(). argv ends with NULL. Returns 0 or -errno. */
int command_prepare(struct command *c, char **argv);

/*
 * Let the process execute the command, with no signal blocked. Returns 0 once exec has succeeded,
 * or -errno; if exec failed, the process has ended and been reaped.
 */
int command_start(struct command *c);

/* Test whether the command has exited, and reap it. Does not block; call after SIGCHLD. */
bool command_has_exited(struct command *c);

/* Test whether there is a command that was not seen to exit. Does not reap it. */
bool command_is_running(const struct command *c);

/* Send a signal to the command if it is running. */
void command_signal(const struct command *c, int signal);

/* End a process that was never started. A started command is left running. */
void command_release(struct command *c);
