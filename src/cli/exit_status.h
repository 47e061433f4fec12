/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The exit statuses. With -- COMMAND the command's own status is passed on, or 126 or 127 where it
 * cannot be run.
 */
#pragma once

enum exit_status {
	EXIT_FINE = 0,
	EXIT_FAILED = 1,	/* while running; stuck --fail: something was found */
	EXIT_LOST = 3,		/* --strict, and events were lost */
	EXIT_USAGE = 64,	/* the command line */
	EXIT_INPUT = 66,	/* an input file cannot be used */
	EXIT_KERNEL = 69,	/* this kernel cannot do it */
	EXIT_PERMISSION = 77,
};
