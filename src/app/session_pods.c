/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The names of the Kubernetes pod and container that a cgroup belongs to. The live source looks
 * them up when the cgroup is first met, and again now and then until they are known; a replay takes
 * them from the recording.
 */
#include <string.h>

#include "pod_names.h"
#include "session_private.h"
#include "time_units.h"

#define LOOK_AGAIN_NS NS_PER_S

static bool may_have_names(const char *path)
{
	return path && (pod_names_container_key(path) || pod_names_pod_key(path));
}

/* The kubelet names a pod before its container. */
static bool is_complete(const char *path, const char *text)
{
	return text && (pod_names_split(text).container.text || !pod_names_container_key(path));
}

/* A cgroup without a container or a pod has an empty text, one whose names are unknown NULL. */
static struct cached_text *look_up(struct session *s, uint64_t cgroup, const char *path,
				   uint64_t now_ns)
{
	const char *text = "";

	if (may_have_names(path)) {
		text = pod_logs_find_path(s->pod_logs, path, now_ns);
		if (!is_complete(path, text))
			s->pods_due_ns = now_ns + LOOK_AGAIN_NS;
	}
	return text_cache_add(s->pods, cgroup, 0, text, text ? strlen(text) : 0);
}

static bool is_look_due(const struct session *s, const struct cached_text *cached,
			const char *path, uint64_t now_ns)
{
	if (!cached)
		return true;
	return s->pods_due_ns && now_ns >= s->pods_due_ns && may_have_names(path) &&
	       !is_complete(path, cached->text);
}

struct cached_text *session_find_pod(struct session *s, uint64_t cgroup, const char *path,
				     uint64_t now_ns)
{
	struct cached_text *cached = text_cache_find(s->pods, cgroup, 0);

	if (s->pod_logs && is_look_due(s, cached, path, now_ns))
		cached = look_up(s, cgroup, path, now_ns);
	return cached && cached->text && *cached->text ? cached : NULL;
}

void session_take_pod(struct session *s, const struct record_annotation *a)
{
	if (a->type == RECORD_ANNOTATION_POD)
		text_cache_add(s->pods, a->key, 0, a->bytes, a->len);
}
