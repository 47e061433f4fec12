/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the view top does besides counting: it shows a full screen, takes keys, and looks for stuck
 * sockets (walker.h; in a replay, the walk of the recording).
 *
 * A full screen is shown if standard output is a terminal, unless -b or -o was given. Meanwhile
 * messages are held (held_output.h). A replay of a file waits after each refresh that is shown. To
 * go back, or to group otherwise, it is read again from its start: see top_run_reads_again().
 *
 * Functions that return an exit status have logged the reason unless the status is EXIT_FINE.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "held_output.h"
#include "reader.h"
#include "session.h"
#include "process.h"
#include "top.h"
#include "top_screen.h"
#include "walker.h"

struct top_run {
	const struct options *o;	/* NULL: the view is not top */
	struct session *session;	/* of one host, or of all */
	struct process *process;
	bool full;			/* a full screen; false: text */
	int keys, signals;		/* the terminal, a signalfd; -1 */
	struct top_screen *screen;	/* NULL: not shown yet, or any more */
	struct held_output held;
	struct top_ui ui;
	struct text_screen text;
	struct top_goal goal;
	struct group_list groups;	/* chosen by a key; nr 0: those of the options */
	struct walker walker;
	struct top_stuck_rows rows;		/* of the latest walk */
	uint64_t rows_wall_ns;		/* of those that the frame has */
	/* A live host: looks up the programs of processes from now on, for groups by exe. */
	void (*look_up_programs)(void *arg);
	void *look_up_arg;
	struct stuck_table scan;	/* of the recording, while it is read */
	bool scanning;
	bool streams;			/* a replay that does not wait: its input goes on */
	bool waiting;			/* a refresh is shown: for the user to go on */
	bool dirty, redraw;		/* draw, and all of it */
	bool quit, again, ended;
	bool reading;			/* the screen says that the recording is read */
	unsigned records;		/* since the last look at the keys */
	uint64_t now_ns;		/* of the latest top_run_advance() */
	uint64_t read_from_ns;		/* CLOCK_MONOTONIC: start of reading up to the goal */
};

/* r stays empty, and every function does nothing, unless the view is top. */
void top_run_init(struct top_run *r, const struct options *o, struct process *process);

/*
 * Looks at the terminal, holds messages, starts the walker. Call it before memory is filled and
 * privileges are dropped. Returns an exit status.
 */
int top_run_open(struct top_run *r);

/* As process_open(): the command has no terminal while the screen is shown. */
int top_run_open_process(struct top_run *r);

/* The session is open and has not begun. */
void top_run_begin(struct top_run *r, struct session *session);

/* What the keys b and F5 may need: see privileges.h. */
uint64_t top_run_privileges(const struct top_run *r);

/* Everything is attached: shows the screen. Returns an exit status. */
int top_run_show(struct top_run *r);

/* Gives back the terminal, and prints what was held. */
void top_run_release(struct top_run *r);

/* Adds what wakes top_run_advance() to an epoll. Returns 0 or -errno. */
int top_run_watch(const struct top_run *r, int epoll);

/* Does what is due at now_ns: takes keys, and draws. */
void top_run_advance(struct top_run *r, uint64_t now_ns);

/* Does the user want to quit, or is the terminal gone? */
bool top_run_is_over(const struct top_run *r);

/* Call it after session_end(). If `waits`, what is shown stays until the user quits. */
void top_run_end(struct top_run *r, bool waits);

/* A replay: takes a record, for the walk that it begins with. */
void top_run_take_record(struct top_run *r, const struct record *record);

/*
 * A replay, after each record: shows the refresh that is due, and waits for the user. Returns false
 * to stop reading.
 */
bool top_run_step(struct top_run *r);

/* A replay that waits for input: takes keys. Returns false to stop reading. */
bool top_run_idle(void *arg);

/* A replay has stopped: is it to be read again from its start? Clears that. */
bool top_run_reads_again(struct top_run *r);
