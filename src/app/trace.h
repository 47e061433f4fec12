/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdint.h>

#include "options.h"

/* Does what the options ask for, from attaching to the last line. Returns the exit status. */
int run_live(const struct options *o);

/* The same of the view stuck, which traces nothing. */
int stuck_main(const struct options *o);

/* The same of the view doctor. */
int doctor_main(const struct options *o);

/* What they have in common. */

/* The exit status for a -errno of live_open or scan_open. */
int process_exit_status(int err);

/* Blocks the signals that end a run, and SIGCHLD: they come through the descriptor. Or -errno. */
int process_catch_signals(void);

/*
 * All is open that privileges are needed for, but for what these are (CAPS_BIT() of caps.h): gives up the
 * others. A command that was prepared by then keeps those that the user has.
 */
void process_drop_privileges(uint64_t keep);
