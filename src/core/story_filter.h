/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which finished stories are wanted: the filters that need more than addresses. Pure.
 *
 * Alternatives within a kind, all kinds together; an empty kind lets everything pass. -p, -c, -u,
 * --cgroup and --container look at every process that acted on the socket (trigger and calls): a packet's bystander is never
 * one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "verdict.h"

#define SELECT_MAX 16

/* A process that did something, or holds something. */
struct select_task {
	uint32_t pid, uid;
	uint64_t cgroup;
	const uint8_t *comm;
	bool lives;		/* it is there now: its pid may be looked up */
};

struct select {
	unsigned pids, comms, uids, cgroups, containers;	/* how many of each array are in use */
	uint32_t pid[SELECT_MAX];
	uint32_t uid[SELECT_MAX];
	char comm[SELECT_MAX][16];	/* compared as the kernel keeps it: 15 bytes */
	const char *cgroup[SELECT_MAX];	/* the paths, with all below; NUL-terminated, the caller's */
	const char *container[SELECT_MAX];	/* what ids begin with */
	const char *(*cgroup_path)(void *arg, uint64_t id, uint32_t pid);	/* as in struct view_context */
	void *cgroup_arg;
	uint64_t slow_ns;		/* some phase at least that long; 0 any */
	uint64_t calls;			/* sets: bit n stands for the enum's value n; 0 any */
	uint32_t endings;
	uint32_t classes;
	uint32_t initiators;
};

/* Is anything asked of a process? And does this one match all of it? "-p 7 -c nginx" is one, not two. */
bool select_asks_of_tasks(const struct select *f);
bool select_wants_task(const struct select *f, const struct select_task *task);
bool select_wants_uid(const struct select *f, uint32_t uid);

/* Is this story wanted? */
bool select_wants(const struct select *f, const struct story *s, const struct verdict *v);
