/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What would be written to the terminal while a full screen is shown on it: the messages, and what
 * the command writes. It is kept in memory and written once the screen is gone.
 */
#pragma once

#include <stdbool.h>

struct held_output {
	int file;	/* has what was written; -1: nothing is held */
	int terminal;	/* standard error as it was; -1: it is not held */
	int in, out;	/* while lent: standard input and output as they were; -1 */
};

void held_output_init(struct held_output *h);

/* Hold standard error if that is a terminal. Returns 0 or -errno. */
int held_output_begin(struct held_output *h);

/*
 * Let a process that is forked until held_output_take_back() have an empty standard input and a
 * held standard output, where those are terminals.
 */
void held_output_lend(struct held_output *h);
void held_output_take_back(struct held_output *h);

/* Forget what was held: it comes again. */
void held_output_forget(struct held_output *h);

/* Write what was held, and hold no more. */
void held_output_end(struct held_output *h);
