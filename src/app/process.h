/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The process functions that every run (trace, stuck, doctor, replay) shares: the signals that end
 * it, the command that it starts, the privileges that it drops, its exit statuses, and the messages
 * about output that cannot be written.
 *
 * Functions that return an exit status have logged the reason unless the status is EXIT_FINE.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "options.h"
#include "output.h"

struct process {
	char **argv;		/* of the command; NULL: none */
	struct command command;
	int signals;		/* a signalfd; -1 before process_open() */
	unsigned interrupts;	/* SIGINT, SIGTERM and SIGHUP so far */
	bool interrupted;	/* a signal came while no command was running */
	uint64_t watchdog_ns;	/* interval of the service manager's watchdog; 0: none */
	uint64_t beat_ns;	/* when it is due next */
};

/* argv: the command's arguments with a NULL at the end, or NULL to run no command. */
void process_init(struct process *p, char **argv);
void process_release(struct process *p);

/*
 * Blocks the signals that end a run, and SIGCHLD, so that they arrive through p->signals; ignores
 * SIGPIPE; forks the command, which waits. Returns an exit status.
 */
int process_open(struct process *p);

/*
 * Reads the pending signals without blocking. An interrupt that was sent to this process alone is
 * passed on to a running command; one typed at the terminal reaches the command by itself. Returns
 * true once: when the command has exited.
 */
bool process_handle_signals(struct process *p);

/*
 * Call this once everything that needs privileges is open. Drops all capabilities except those in
 * `keep` (CAPS_BIT() of caps.h) and the one to signal the command. A command that is already
 * prepared keeps the capabilities of the user.
 */
void process_drop_privileges(const struct process *p, uint64_t keep);

/* Writes one byte to the descriptor of --ready-fd; fd -1: the option was not given. */
void process_signal_ready(int fd);

/* Reports a state to the service manager (notify.h): "READY=1". Logs a failure. */
void process_notify(const char *state);

/*
 * Reports to the watchdog of the service manager that this process is alive, if that is due at
 * now_ns. process_beat_ns() is when it is due next; 0: never, there is no watchdog.
 */
void process_beat(struct process *p, uint64_t now_ns);
uint64_t process_beat_ns(const struct process *p);

/* Starts the command if there is one. Returns an exit status: 127 not found, 126 not executable. */
int process_start_command(struct process *p);

/* The exit status for a -errno of live_open() or scan_open(). Logs nothing. */
int process_exit_status(int err);

/* Opens the output; path NULL: standard output. Returns an exit status. */
int process_open_output(struct output *out, const char *path);

/* Flushes and closes the output. Returns an exit status; EPIPE is not a failure. */
int process_close_output(struct output *out, const char *path);

/* Logs that a file, or with path NULL standard output, cannot be written. err: a positive errno. */
void process_log_write_error(const char *path, int err);
