/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hosts that a run has events of: one, or those of several recordings. Pure.
 *
 * A host is a name (--host, otherwise the host name) and a boot id: a machine that was booted again
 * is another host, and a machine with several tracers may be several hosts.
 *
 * The times of stories and events are on one axis, that of the wall clock as each host had it: the
 * source adds shift_ns to the CLOCK_BOOTTIME of a host. All hosts with one boot id have the same
 * shift, so their times can be compared. Those of different boots cannot, except as far as the
 * waves bound the distance of their clocks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "run_info.h"

#define HOSTS_MAX 4096

struct host {
	char name[RUN_INFO_TEXT];
	char boot_id[RUN_INFO_TEXT];
	int64_t boot_to_wall_ns;	/* add to a time of its stories: nanoseconds since 1970 */
	int64_t shift_ns;		/* was added to its CLOCK_BOOTTIME to get that time */
};

struct host_table {
	struct host **host;		/* a host does not move; owned */
	unsigned nr;			/* story.host is less than nr */
};

/* Free the hosts. */
void host_table_release(struct host_table *t);

/* The index of the host with this name and boot id, -1 if it is not in the table. */
int host_table_find(const struct host_table *t, const char *name, const char *boot_id);

/*
 * Add a host that is not in the table; run_info names it. Returns its index, or -1 if out of memory
 * or the table is full.
 */
int host_table_add(struct host_table *t, const struct run_info *run, int64_t shift_ns);

/* Compare by name, then boot id: the order of the output at equal times. */
static inline int host_compare(const struct host *a, const struct host *b)
{
	return strcmp(a->name, b->name) ?: strcmp(a->boot_id, b->boot_id);
}

/* Does a host have another clock than this one? */
bool host_table_has_other_clock(const struct host_table *t, unsigned host);

/* Do two boot ids show that their hosts have one clock? An unknown id, "", shows nothing. */
static inline bool host_is_boot_of(const char *boot_id, const char *other)
{
	return *boot_id && !strcmp(boot_id, other);
}

/* Do two hosts have one clock? */
static inline bool host_has_clock_of(const struct host_table *t, unsigned a, unsigned b)
{
	return a == b || (host_is_boot_of(t->host[a]->boot_id, t->host[b]->boot_id) &&
			  t->host[a]->shift_ns == t->host[b]->shift_ns);
}
