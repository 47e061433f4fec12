/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The names of processes whose threads have other names, by process id. Pure.
 *
 * The source delivers a name before the events that need it. When a process id is reused or a
 * process renames itself, the new name replaces the old one. So an event must be looked up when it
 * is fed, and names must not overtake events. If the name of an event is not in the table, it is
 * unknown.
 */
#pragma once

#include <stdint.h>

#include "event.h"
#include "text_cache.h"

/*
 * More than the kernel side remembers (bpf/process_name.bpf.h). It repeats the name of each process
 * that has events once a minute, so a name is evicted only if it is the oldest of that many.
 */
#define PROCESS_NAMES_MAX 16384

/* Set the name of a process. The same name again keeps cached_text.file. */
void process_names_set(struct text_cache *names, uint32_t pid, const void *name, size_t len);

/* Copy the name of the process of the event's task, "" if it is unknown. names may be NULL. */
void process_names_read(const struct text_cache *names, const struct event *e,
			uint8_t process[EVENT_COMM_LEN]);

/* The name to show for a task: that of its process, and if it is unknown, that of the thread. */
static inline const uint8_t *process_name_or_comm(const uint8_t *process, const uint8_t *comm)
{
	return process[0] ? process : comm;
}
