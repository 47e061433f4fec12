/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "cgroup_names.h"
#include "story_filter.h"

static bool has_u32(const uint32_t *list, unsigned n, uint32_t v)
{
	for (unsigned i = 0; i < n && i < SELECT_MAX; i++)
		if (list[i] == v)
			return true;
	return n == 0;
}

static bool has_comm(const struct select *f, const uint8_t *comm)
{
	for (unsigned i = 0; i < f->comms && i < SELECT_MAX; i++)
		if (strncmp(f->comm[i], (const char *)comm, EVENT_COMM_LEN - 1) == 0)
			return true;
	return f->comms == 0;
}

bool select_wants_uid(const struct select *f, uint32_t uid)
{
	return has_u32(f->uid, f->uids, uid);
}

/* "/a" holds "/a" and "/a/b", not "/ab"; "/" holds all. */
static bool is_below(const char *path, const char *top)
{
	size_t n = strlen(top);

	if (n && top[n - 1] == '/')
		n--;
	return !strncmp(path, top, n) && (!path[n] || path[n] == '/');
}

static bool has_cgroup(const struct select *f, const char *path)
{
	for (unsigned i = 0; i < f->cgroups && i < SELECT_MAX; i++)
		if (is_below(path, f->cgroup[i]))
			return true;
	return f->cgroups == 0;
}

static bool has_container(const struct select *f, const char *path)
{
	const char *id = f->containers ? container_id(path) : NULL;

	for (unsigned i = 0; id && i < f->containers && i < SELECT_MAX; i++)
		if (!strncmp(id, f->container[i], strlen(f->container[i])))
			return true;
	return f->containers == 0;
}

/* A cgroup that is not known is in none that is asked for. */
static bool has_place(const struct select *f, const struct select_task *task)
{
	const char *path;

	if (!f->cgroups && !f->containers)
		return true;
	path = f->cgroup_path ? f->cgroup_path(f->cgroup_arg, task->cgroup,
					       task->lives ? task->pid : 0) : NULL;
	return path && has_cgroup(f, path) && has_container(f, path);
}

bool select_asks_of_tasks(const struct select *f)
{
	return f->pids || f->comms || f->uids || f->cgroups || f->containers;
}

bool select_wants_task(const struct select *f, const struct select_task *task)
{
	return has_u32(f->pid, f->pids, task->pid) && select_wants_uid(f, task->uid) &&
	       has_comm(f, task->comm) && has_place(f, task);
}

static bool has_act(const struct select *f, const struct story *s)
{
	for (unsigned i = 0; i < s->nr_acts; i++) {
		const struct act *a = &s->acts[i];
		struct select_task task = { .pid = a->pid, .uid = a->uid, .comm = a->comm,
					    .cgroup = a->cgroup };

		if (select_wants_task(f, &task))
			return true;
	}
	return false;
}

static bool has_slow_phase(const struct verdict *v, uint64_t slow_ns)
{
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (v->phase[i].known && v->phase[i].ns >= slow_ns)
			return true;
	return false;
}

/* An empty set holds everything. */
static bool set_has(uint64_t set, unsigned v)
{
	return set == 0 || (v < 64 && set >> v & 1);
}

bool select_wants(const struct select *f, const struct story *s, const struct verdict *v)
{
	if (!set_has(f->endings, v->ending) || !set_has(f->classes, ending_class(v->ending)) ||
	    !set_has(f->initiators, v->initiator))
		return false;
	if (f->calls && !(v->trigger && set_has(f->calls, v->trigger->trigger)))
		return false;
	if (f->slow_ns && !has_slow_phase(v, f->slow_ns))
		return false;
	return !select_asks_of_tasks(f) || has_act(f, s);
}
