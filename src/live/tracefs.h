/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

/*
 * The id of a trace event, as perf_event_open() wants it, or -errno. Where tracefs is not mounted
 * it is opened without mounting it anywhere (fsopen, Linux 5.2), so that nothing of the system
 * changes.
 */
int tracefs_event_id(const char *group, const char *event);
