/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The exit statuses of tcpclose. With -- COMMAND it exits with the status of the command, or with
 * 126 or 127 if the command cannot be run.
 */
#pragma once

enum exit_status {
	EXIT_FINE = 0,
	EXIT_FAILED = 1,	/* the run failed, or stuck --fail found a socket */
	EXIT_LOST = 3,		/* --strict or --fail-on, and events were lost */
	EXIT_MATCHED = 4,	/* a close matched --fail-on */
	EXIT_USAGE = 64,	/* the command line is wrong */
	EXIT_INPUT = 66,	/* an input file cannot be used */
	EXIT_KERNEL = 69,	/* this kernel, or this build, cannot do it */
	EXIT_PERMISSION = 77,
};
