/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Messages about what a live run lacks from its start on.
 */
#pragma once

#include "run_info.h"
#include "scan.h"

/*
 * Report the hooks that could not be attached, except reset_late (RSTs sent for timewait and
 * request sockets): older kernels lack it, and doctor reports it.
 */
void start_notes_hooks(const struct run_info *m);

/* Report what the walk over the existing sockets left out; err: what scan_run() returned. */
void start_notes_scan(const struct scan_stats *stats, int err);
