/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which finished stories are wanted: the filters that need more than addresses. Pure.
 *
 * Alternatives within a kind, all kinds together; an empty kind lets everything pass. -p, -c, -u,
 * --cgroup and --container look at every process that acted on the socket (trigger and calls): a
 * packet's bystander is never one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "verdict.h"

#define STORY_FILTER_MAX 16

/* A process that did something, or holds something. */
struct filter_task {
	uint32_t pid, uid;
	uint64_t cgroup;
	const uint8_t *comm;
	bool lives;		/* it is there now: its pid may be looked up */
};

struct story_filter {
	unsigned pids, comms, uids, cgroups, containers;	/* how many of each array are in use */
	uint32_t pid[STORY_FILTER_MAX];
	uint32_t uid[STORY_FILTER_MAX];
	char comm[STORY_FILTER_MAX][16];	/* compared as the kernel keeps it: 15 bytes */
	const char *cgroup[STORY_FILTER_MAX];	/* the paths, with all below; NUL-terminated, the caller's */
	const char *container[STORY_FILTER_MAX];	/* what ids begin with */
	const char *(*cgroup_path)(void *arg, uint64_t id, uint32_t pid);	/* as in struct view_context */
	void *cgroup_arg;
	uint64_t slow_ns;		/* some phase at least that long; 0 any */
	uint64_t calls;			/* sets: bit n stands for the enum's value n; 0 any */
	uint32_t endings;
	uint32_t classes;
	uint32_t initiators;
};

/*
 * Is anything asked of a process? And does this one match all of it? "-p 7 -c nginx" is one, not
 * two.
 */
bool story_filter_asks_of_tasks(const struct story_filter *f);
bool story_filter_matches_task(const struct story_filter *f, const struct filter_task *task);
bool story_filter_matches_uid(const struct story_filter *f, uint32_t uid);

/* Is this story wanted? */
bool story_filter_matches(const struct story_filter *f, const struct story *s, const struct verdict *v);
