/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

/*
 * Return the id of a trace event for perf_event_open(), or -errno. If tracefs is not mounted, it is
 * opened without a mount point (fsopen, Linux 5.2), which does not change the system.
 */
int tracefs_event_id(const char *group, const char *event);
