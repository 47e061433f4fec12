/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "cgroup_names.h"
#include "close_facts.h"
#include "story_filter.h"

static bool has_number(const uint32_t *list, unsigned n, uint32_t v)
{
	for (unsigned i = 0; i < n && i < STORY_FILTER_MAX; i++)
		if (list[i] == v)
			return true;
	return n == 0;
}

static bool is_name(const struct filter_text *want, const uint8_t *name)
{
	size_t len = strnlen((const char *)name, EVENT_COMM_LEN - 1);

	return len == (want->len < EVENT_COMM_LEN ? want->len : EVENT_COMM_LEN - 1) &&
	       memcmp(want->bytes, name, len) == 0;
}

static bool has_name(const struct story_filter *f, const struct filter_task *task)
{
	for (unsigned i = 0; i < f->comms && i < STORY_FILTER_MAX; i++)
		if (is_name(&f->comm[i], task->comm) ||
		    (task->process && is_name(&f->comm[i], task->process)))
			return true;
	return f->comms == 0;
}

bool story_filter_matches_uid(const struct story_filter *f, uint32_t uid)
{
	return has_number(f->uid, f->uids, uid);
}

/* "/a" and "/a/b" are below "/a", "/ab" is not; all paths are below "/". */
static bool is_below(const char *path, const struct filter_text *top)
{
	size_t n = top->len;

	if (n && top->bytes[n - 1] == '/')
		n--;
	return !strncmp(path, top->bytes, n) && (!path[n] || path[n] == '/');
}

static bool has_cgroup(const struct story_filter *f, const char *path)
{
	for (unsigned i = 0; i < f->cgroups && i < STORY_FILTER_MAX; i++)
		if (is_below(path, &f->cgroup[i]))
			return true;
	return f->cgroups == 0;
}

static bool has_container(const struct story_filter *f, const char *path)
{
	const char *id = f->containers ? cgroup_names_container(path) : NULL;

	for (unsigned i = 0; id && i < f->containers && i < STORY_FILTER_MAX; i++)
		if (!strncmp(id, f->container[i].bytes, f->container[i].len))
			return true;
	return f->containers == 0;
}

/* A cgroup whose path is unknown matches no filter. */
static bool matches_cgroup(const struct story_filter *f, const struct filter_task *task)
{
	const char *path;

	if (!f->cgroups && !f->containers)
		return true;
	path = f->cgroup_path ? f->cgroup_path(f->cgroup_arg, task->cgroup,
					       task->lives ? task->pid : 0) : NULL;
	return path && has_cgroup(f, path) && has_container(f, path);
}

bool story_filter_asks_of_tasks(const struct story_filter *f)
{
	return f->pids || f->comms || f->uids || f->cgroups || f->containers;
}

bool story_filter_matches_task(const struct story_filter *f, const struct filter_task *task)
{
	return has_number(f->pid, f->pids, task->pid) && story_filter_matches_uid(f, task->uid) &&
	       has_name(f, task) && matches_cgroup(f, task);
}

static bool has_matching_call(const struct story_filter *f, const struct story *s)
{
	for (unsigned i = 0; i < s->nr_calls; i++) {
		const struct socket_call *a = &s->calls[i];
		struct filter_task task = { .pid = a->pid, .uid = a->uid, .comm = a->comm,
					    .process = a->process, .cgroup = a->cgroup };

		if (story_filter_matches_task(f, &task))
			return true;
	}
	return false;
}

/* A phase, one that no wave ended, or the close() itself took at least this long. */
static bool is_slow(const struct verdict *v, uint64_t slow_ns)
{
	if (v->cut.ns >= slow_ns || v->delay.ns >= slow_ns)
		return true;
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (v->phase[i].known && v->phase[i].ns >= slow_ns)
			return true;
	return false;
}

/* 0 is the set of all values. */
static bool is_in_set(uint64_t set, unsigned v)
{
	return set == 0 || (v < 64 && set >> v & 1);
}

bool story_filter_matches(const struct story_filter *f, const struct story *s,
			  const struct verdict *v)
{
	if (!is_in_set(f->endings, v->ending) || !is_in_set(f->classes, ending_class(v->ending)) ||
	    !is_in_set(f->initiators, v->initiator))
		return false;
	if (f->calls && !(v->trigger && is_in_set(f->calls, v->trigger->trigger)))
		return false;
	if (f->slow_ns && !is_slow(v, f->slow_ns))
		return false;
	if (f->data_lost && !close_lost_data(s))
		return false;
	return !story_filter_asks_of_tasks(f) || has_matching_call(f, s);
}
