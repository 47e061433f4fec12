/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a live run looks up where tasks are: the paths of their cgroups, and the names of their
 * Kubernetes pods.
 */
#pragma once

#include <stdint.h>

#include "cgroup_path.h"
#include "pod_logs.h"
#include "session.h"
#include "view.h"

struct places {
	struct cgroup_paths cgroups;
	struct pod_logs pods;
};

void places_init(struct places *p);
void places_release(struct places *p);

/* Make a session look things up here. p must outlive it. */
void places_serve_session(struct places *p, struct session *s);

/* Make the lookups of a view that has no session: they read what is there at present. */
void places_set_lookup(struct places *p, struct lookup *lookup);

/*
 * Where cgroup v2 has no path of the event's task, that of cgroup v1 stands in: returns a changed
 * copy of the event in *changed, or e.
 */
const struct event *places_set_cgroup(struct places *p, const struct event *e,
				      struct event *changed);
