/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The run that looks for stuck sockets: scans once or repeatedly, and traces nothing. */
#pragma once

#include <stdint.h>

#include "options.h"
#include "stuck_table.h"
#include "view.h"

/* Shows the stuck sockets of this host. Returns the exit status. */
int stuck_main(const struct options *o);

/*
 * Finishes a table that holds everything the scan found, and has the view show it as of now_ns.
 * Returns an exit status, with the reason logged. replay.c uses it too.
 */
int stuck_show(const struct view *view, struct view_context *context, struct stuck_table *h,
	       uint64_t now_ns);
