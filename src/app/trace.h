/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdint.h>

#include "options.h"

/* Does what the options ask for, from attaching to the last line. Returns the exit status. */
int run(const struct options *o);

/* The same of the view stuck, which traces nothing. */
int run_stuck(const struct options *o);

/* The same of the view doctor. */
int run_doctor(const struct options *o);

/* What they have in common. */

/* The exit status for a -errno of live_open or walk_open. */
int run_status_of(int err);

/* Blocks the signals that end a run, and SIGCHLD: they come through the descriptor. Or -errno. */
int run_catch_signals(void);

/*
 * All is open that privileges are needed for, but for what these are (CAPS() of caps.h): gives up the
 * others. A command that was prepared by then keeps those that the user has.
 */
void run_drop_privileges(uint64_t keep);
