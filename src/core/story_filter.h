/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which finished stories to report: the filters that need more than addresses. Pure.
 *
 * The values of one filter are alternatives, and all filters must match; a filter without values
 * matches everything. Excluded values ("!curl") must not match anything of the story. -p, -c, -u,
 * --cgroup and --container consider every process that acted on the socket (trigger and calls), but
 * not a task that an incoming packet merely interrupted. -c matches the name of the process and
 * that of the thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verdict.h"

#define STORY_FILTER_MAX 16

/* Bytes that the caller keeps, without a NUL at their end. */
struct filter_text {
	const char *bytes;
	size_t len;
};

/* A process that made a call on a socket, or holds one. */
struct filter_task {
	uint32_t pid, uid;
	uint64_t cgroup;
	const uint8_t *comm;	/* the thread's name */
	const uint8_t *process;	/* the process's name; "" or NULL: unknown */
	bool lives;		/* it still exists, so its pid may be looked up */
};

/* Values that a process may have. */
struct task_filter {
	unsigned pids, comms, uids, cgroups, containers;	/* used entries of each array */
	uint32_t pid[STORY_FILTER_MAX];
	uint32_t uid[STORY_FILTER_MAX];
	struct filter_text comm[STORY_FILTER_MAX];	/* patterns, see pattern.h */
	struct filter_text cgroup[STORY_FILTER_MAX];	/* paths, also of all cgroups below */
	struct filter_text container[STORY_FILTER_MAX];	/* prefixes of ids */
};

/* Sets of values: bit n is value n of the enum. */
struct word_filter {
	uint64_t calls;			/* enum trigger */
	uint32_t endings;		/* enum ending */
	uint32_t classes;		/* enum class */
	uint32_t initiators;		/* enum initiator */
};

struct story_filter {
	struct task_filter wanted, excluded;
	struct word_filter words, excluded_words;	/* an empty set of words wants any */
	/* as in struct lookup (view.h) */
	const char *(*cgroup_path)(void *arg, uint64_t id, uint32_t pid);
	void *cgroup_arg;
	uint64_t slow_ns;		/* at least one phase took this long; 0: no filter */
	bool data_lost;			/* only closes that are known to have lost data */
};

/*
 * story_filter_asks_of_tasks(): is a process wanted? story_filter_matches_task(): does this process
 * match all that is wanted? "-p 7 -c nginx" wants one process that matches both, not two.
 * story_filter_excludes_task(): does it match one of the excluded values?
 */
bool story_filter_asks_of_tasks(const struct story_filter *f);
bool story_filter_matches_task(const struct story_filter *f, const struct filter_task *task);
bool story_filter_excludes_task(const struct story_filter *f, const struct filter_task *task);

/* The same for the user of a socket that no process holds. */
bool story_filter_matches_user_alone(const struct story_filter *f, uint32_t uid);

/* Does the story match all filters? */
bool story_filter_matches(const struct story_filter *f, const struct story *s,
			  const struct verdict *v);
