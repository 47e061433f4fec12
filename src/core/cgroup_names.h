/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Find the systemd unit, the container and the Kubernetes pod in the path of a cgroup, from the
 * names that systemd, container engines and Kubernetes give to their cgroups. Pure.
 */
#pragma once

#include <stddef.h>

#define CONTAINER_ID_LEN 64

/*
 * Find the container id, 64 hex digits, in a path such as "/system.slice/docker-<id>.scope",
 * "/docker/<id>", ".../cri-containerd-<id>.scope", ".../crio-<id>.scope", ".../libpod-<id>.scope"
 * or "/kubepods/burstable/pod<uid>/<id>". If containers are nested, find the innermost. Returns a
 * pointer into path, not NUL-terminated, or NULL if there is no container.
 */
const char *cgroup_names_container(const char *path);

/*
 * Find the innermost systemd unit: "nginx.service" in "/system.slice/nginx.service/worker". Returns
 * a pointer into path, *len bytes, or NULL if there is no unit. Slices do not
 * count, because they only group units.
 */
const char *cgroup_names_unit(const char *path, size_t *len);

#define POD_UID_LEN 36

/*
 * Copy the uid of the Kubernetes pod from a path such as "/kubepods/burstable/pod<uid>/<id>" or
 * ".../kubepods-burstable-pod<uid>.slice/...". The latter form has underscores, which are converted
 * to dashes; uids of static pods have 32 digits and no dashes. Returns the number of bytes written
 * to uid, which is not NUL-terminated; 0 if there is no pod.
 */
size_t cgroup_names_pod(const char *path, char uid[POD_UID_LEN]);
