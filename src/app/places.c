/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "places.h"

#include <time.h>

#include "read_clock.h"

void places_init(struct places *p)
{
	cgroup_paths_init(&p->cgroups);
	pod_logs_init(&p->pods);
}

void places_release(struct places *p)
{
	cgroup_paths_release(&p->cgroups);
	pod_logs_release(&p->pods);
}

static char *find_path_by_id(void *places, uint64_t id)
{
	struct places *p = places;

	return cgroup_path_by_id(&p->cgroups, id);
}

void places_serve_session(struct places *p, struct session *s)
{
	cgroup_paths_scan(&p->cgroups);
	s->cgroup_path = find_path_by_id;
	s->cgroup_arg = p;
	s->pod_logs = &p->pods;
}

static const char *find_path(void *places, uint64_t id, uint32_t pid)
{
	struct places *p = places;

	return cgroup_path_of_task(&p->cgroups, id, pid);
}

static const char *find_pod(void *places, uint64_t id, uint32_t pid)
{
	const char *path = find_path(places, id, pid);
	struct places *p = places;

	return path ? pod_logs_find_path(&p->pods, path, read_clock_ns(CLOCK_MONOTONIC)) : NULL;
}

void places_set_lookup(struct places *p, struct lookup *lookup)
{
	lookup->cgroup_path = find_path;
	lookup->pod = find_pod;
	lookup->cgroup_arg = lookup->pod_arg = p;
}

const struct event *places_set_cgroup(struct places *p, const struct event *e,
				      struct event *changed)
{
	uint64_t id = e->cgroup;

	if (e->task_flags & TASKF_VALID && e->kind != EVENT_SOCKET)
		id = cgroup_paths_task_id(&p->cgroups, id, e->pid, e->ts_ns);
	if (id == e->cgroup)
		return e;
	*changed = *e;
	changed->cgroup = id;
	return changed;
}
